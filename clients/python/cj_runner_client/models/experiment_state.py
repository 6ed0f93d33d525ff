from typing import Literal

ExperimentState = Literal[
    "accepted",
    "cancelled",
    "cancelling",
    "completed",
    "completed_partial",
    "failed",
    "running",
]

EXPERIMENT_STATE_VALUES: set[ExperimentState] = {
    "accepted",
    "cancelled",
    "cancelling",
    "completed",
    "completed_partial",
    "failed",
    "running",
}


def check_experiment_state(value: str) -> ExperimentState:
    if value in EXPERIMENT_STATE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {EXPERIMENT_STATE_VALUES!r}"
    )
