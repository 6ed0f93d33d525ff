"""What is installed is what was looked at: every lock has hashes, and every licence is an allowed one."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted(ROOT.glob("**/*.lock"))
PLAIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==\S+", re.IGNORECASE)


def test_all_locks_are_looked_at() -> None:
    ours = {
        path.relative_to(ROOT).as_posix()
        for path in LOCKS
        if path.relative_to(ROOT).parts[0] in {path.name, "deploy"}
    }
    assert ours == {"requirements.lock", "deploy/requirements.lock", "deploy/supply.lock"}


@pytest.mark.parametrize("name", ["requirements.lock", "deploy/requirements.lock", "deploy/supply.lock"])
def test_each_line_of_a_lock_pins_one_version_by_hashes_and_names_no_registry(name: str) -> None:
    text = (ROOT / name).read_text()
    entries = text.replace("\\\n", " ").splitlines()
    assert len(entries) > 10
    for entry in entries:
        assert PLAIN.match(entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
    assert not re.search(r"https?://|--index|--extra-index|--find-links|--trusted-host|\bgit\+", text)


def test_whatever_installs_from_a_lock_asks_for_hashes() -> None:
    for place in ("Makefile", "Dockerfile"):
        lines = (ROOT / place).read_text().replace("\\\n", " ").splitlines()
        installs = [line for line in lines if "install" in line and ".lock" in line and not line.startswith("$(S")]
        assert installs
        assert [line for line in installs if "--require-hashes" not in line] == []


def test_the_page_of_licences_fits_the_lock_of_the_image() -> None:
    done = subprocess.run(
        [sys.executable, "deploy/licences.py", "--check"], cwd=ROOT, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_licence_that_nobody_allowed_fails() -> None:
    told = b'[{"Name": "fastapi", "License-Expression": "AGPL-3.0-only"}]'
    done = subprocess.run(
        [sys.executable, "deploy/licences.py"], cwd=ROOT, input=told, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"fastapi: AGPL-3.0-only" in done.stderr
