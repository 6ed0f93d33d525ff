from typing import Literal

ExperimentRequestMode = Literal["anchor-align-test", "execute"]

EXPERIMENT_REQUEST_MODE_VALUES: set[ExperimentRequestMode] = {
    "anchor-align-test",
    "execute",
}


def check_experiment_request_mode(value: str) -> ExperimentRequestMode:
    if value in EXPERIMENT_REQUEST_MODE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {EXPERIMENT_REQUEST_MODE_VALUES!r}"
    )
