from typing import Literal

TargetKey = Literal["inversions", "tau_a", "top_regressions", "zero_wins"]

TARGET_KEY_VALUES: set[TargetKey] = {
    "inversions",
    "tau_a",
    "top_regressions",
    "zero_wins",
}


def check_target_key(value: str) -> TargetKey:
    if value in TARGET_KEY_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TARGET_KEY_VALUES!r}"
    )
