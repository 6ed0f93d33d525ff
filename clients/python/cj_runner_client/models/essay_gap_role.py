from typing import Literal

EssayGapRole = Literal["anchor", "student"]

ESSAY_GAP_ROLE_VALUES: set[EssayGapRole] = {
    "anchor",
    "student",
}


def check_essay_gap_role(value: str) -> EssayGapRole:
    if value in ESSAY_GAP_ROLE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {ESSAY_GAP_ROLE_VALUES!r}"
    )
