from typing import Literal

FactorsReasoningEffortsItemType0 = Literal["high", "low", "medium", "none"]

FACTORS_REASONING_EFFORTS_ITEM_TYPE_0_VALUES: set[FactorsReasoningEffortsItemType0] = {
    "high",
    "low",
    "medium",
    "none",
}


def check_factors_reasoning_efforts_item_type_0(
    value: str,
) -> FactorsReasoningEffortsItemType0:
    if value in FACTORS_REASONING_EFFORTS_ITEM_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {FACTORS_REASONING_EFFORTS_ITEM_TYPE_0_VALUES!r}"
    )
