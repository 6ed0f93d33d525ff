from typing import Literal

EssayNameRole = Literal["anchor", "student"]

ESSAY_NAME_ROLE_VALUES: set[EssayNameRole] = {
    "anchor",
    "student",
}


def check_essay_name_role(value: str) -> EssayNameRole:
    if value in ESSAY_NAME_ROLE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {ESSAY_NAME_ROLE_VALUES!r}"
    )
