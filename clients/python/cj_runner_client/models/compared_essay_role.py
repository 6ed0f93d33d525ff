from typing import Literal

ComparedEssayRole = Literal["anchor", "student"]

COMPARED_ESSAY_ROLE_VALUES: set[ComparedEssayRole] = {
    "anchor",
    "student",
}


def check_compared_essay_role(value: str) -> ComparedEssayRole:
    if value in COMPARED_ESSAY_ROLE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {COMPARED_ESSAY_ROLE_VALUES!r}"
    )
