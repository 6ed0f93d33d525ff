from typing import Literal

RunRequestLanguage = Literal["en", "sv"]

RUN_REQUEST_LANGUAGE_VALUES: set[RunRequestLanguage] = {
    "en",
    "sv",
}


def check_run_request_language(value: str) -> RunRequestLanguage:
    if value in RUN_REQUEST_LANGUAGE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {RUN_REQUEST_LANGUAGE_VALUES!r}"
    )
