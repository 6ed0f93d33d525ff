from typing import Literal

PlanRequestLanguage = Literal["en", "sv"]

PLAN_REQUEST_LANGUAGE_VALUES: set[PlanRequestLanguage] = {
    "en",
    "sv",
}


def check_plan_request_language(value: str) -> PlanRequestLanguage:
    if value in PLAN_REQUEST_LANGUAGE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {PLAN_REQUEST_LANGUAGE_VALUES!r}"
    )
