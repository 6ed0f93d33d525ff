from typing import Literal

ExperimentRequestLanguage = Literal["en", "sv"]

EXPERIMENT_REQUEST_LANGUAGE_VALUES: set[ExperimentRequestLanguage] = {
    "en",
    "sv",
}


def check_experiment_request_language(value: str) -> ExperimentRequestLanguage:
    if value in EXPERIMENT_REQUEST_LANGUAGE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {EXPERIMENT_REQUEST_LANGUAGE_VALUES!r}"
    )
