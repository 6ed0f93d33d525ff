from typing import Literal

CellState = Literal["cancelled", "completed", "failed", "running", "skipped", "waiting"]

CELL_STATE_VALUES: set[CellState] = {
    "cancelled",
    "completed",
    "failed",
    "running",
    "skipped",
    "waiting",
}


def check_cell_state(value: str) -> CellState:
    if value in CELL_STATE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CELL_STATE_VALUES!r}"
    )
