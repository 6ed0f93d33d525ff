from typing import Literal

DisputedPairRun = Literal["first", "second", "tied"]

DISPUTED_PAIR_RUN_VALUES: set[DisputedPairRun] = {
    "first",
    "second",
    "tied",
}


def check_disputed_pair_run(value: str) -> DisputedPairRun:
    if value in DISPUTED_PAIR_RUN_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {DISPUTED_PAIR_RUN_VALUES!r}"
    )
