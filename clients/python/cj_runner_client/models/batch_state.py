from typing import Literal

BatchState = Literal["awaiting_result", "completed", "failed"]

BATCH_STATE_VALUES: set[BatchState] = {
    "awaiting_result",
    "completed",
    "failed",
}


def check_batch_state(value: str) -> BatchState:
    if value in BATCH_STATE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {BATCH_STATE_VALUES!r}"
    )
