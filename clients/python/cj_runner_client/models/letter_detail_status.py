from typing import Literal

LetterDetailStatus = Literal["discarded", "replayed", "waiting"]

LETTER_DETAIL_STATUS_VALUES: set[LetterDetailStatus] = {
    "discarded",
    "replayed",
    "waiting",
}


def check_letter_detail_status(value: str) -> LetterDetailStatus:
    if value in LETTER_DETAIL_STATUS_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LETTER_DETAIL_STATUS_VALUES!r}"
    )
