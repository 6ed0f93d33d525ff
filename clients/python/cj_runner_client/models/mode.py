from typing import Literal

Mode = Literal["anchor-align-test", "boundary-test", "dry-run", "execute", "plan"]

MODE_VALUES: set[Mode] = {
    "anchor-align-test",
    "boundary-test",
    "dry-run",
    "execute",
    "plan",
}


def check_mode(value: str) -> Mode:
    if value in MODE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {MODE_VALUES!r}")
