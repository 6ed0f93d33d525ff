from typing import Literal

LetterViewStatus = Literal["discarded", "replayed", "waiting"]

LETTER_VIEW_STATUS_VALUES: set[LetterViewStatus] = {
    "discarded",
    "replayed",
    "waiting",
}


def check_letter_view_status(value: str) -> LetterViewStatus:
    if value in LETTER_VIEW_STATUS_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LETTER_VIEW_STATUS_VALUES!r}"
    )
