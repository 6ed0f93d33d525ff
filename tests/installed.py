"""Programs of the machine that some tests need; where one is missing the test fails and says how to get it."""

import shutil

import pytest


def program(name: str) -> str:
    """Return the path of an installed program."""
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is not installed: run `make test-tools` as root (Debian or Ubuntu)", pytrace=False)
    return found
