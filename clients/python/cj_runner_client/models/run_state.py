from typing import Literal

RunState = Literal[
    "accepted",
    "cancelled",
    "cancelling",
    "completed",
    "completed_partial",
    "failed",
    "finishing",
    "preparing",
    "published",
    "running",
    "timed_out",
]

RUN_STATE_VALUES: set[RunState] = {
    "accepted",
    "cancelled",
    "cancelling",
    "completed",
    "completed_partial",
    "failed",
    "finishing",
    "preparing",
    "published",
    "running",
    "timed_out",
}


def check_run_state(value: str) -> RunState:
    if value in RUN_STATE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {RUN_STATE_VALUES!r}")
