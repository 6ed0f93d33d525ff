from typing import Literal

ProblemFieldInType0 = Literal["cookie", "form", "header", "path", "query"]

PROBLEM_FIELD_IN_TYPE_0_VALUES: set[ProblemFieldInType0] = {
    "cookie",
    "form",
    "header",
    "path",
    "query",
}


def check_problem_field_in_type_0(value: str) -> ProblemFieldInType0:
    if value in PROBLEM_FIELD_IN_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {PROBLEM_FIELD_IN_TYPE_0_VALUES!r}"
    )
