from typing import Literal

StopRule = Literal["cap", "precision", "stability"]

STOP_RULE_VALUES: set[StopRule] = {
    "cap",
    "precision",
    "stability",
}


def check_stop_rule(value: str) -> StopRule:
    if value in STOP_RULE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {STOP_RULE_VALUES!r}")
