from typing import Literal

VerdictTextShownFirst = Literal["first", "second"]

VERDICT_TEXT_SHOWN_FIRST_VALUES: set[VerdictTextShownFirst] = {
    "first",
    "second",
}


def check_verdict_text_shown_first(value: str) -> VerdictTextShownFirst:
    if value in VERDICT_TEXT_SHOWN_FIRST_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {VERDICT_TEXT_SHOWN_FIRST_VALUES!r}"
    )
