from typing import Literal

DisputedPairExpertsType0 = Literal["first", "second", "tied"]

DISPUTED_PAIR_EXPERTS_TYPE_0_VALUES: set[DisputedPairExpertsType0] = {
    "first",
    "second",
    "tied",
}


def check_disputed_pair_experts_type_0(value: str) -> DisputedPairExpertsType0:
    if value in DISPUTED_PAIR_EXPERTS_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {DISPUTED_PAIR_EXPERTS_TYPE_0_VALUES!r}"
    )
