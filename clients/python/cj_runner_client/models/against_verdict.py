from typing import Literal

AgainstVerdict = Literal[
    "better",
    "leans_better",
    "leans_worse",
    "not_computed",
    "not_shown",
    "same",
    "worse",
]

AGAINST_VERDICT_VALUES: set[AgainstVerdict] = {
    "better",
    "leans_better",
    "leans_worse",
    "not_computed",
    "not_shown",
    "same",
    "worse",
}


def check_against_verdict(value: str) -> AgainstVerdict:
    if value in AGAINST_VERDICT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {AGAINST_VERDICT_VALUES!r}"
    )
