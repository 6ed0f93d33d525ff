from typing import Literal

DesignPairingType0 = Literal[
    "anchors_only",
    "information",
    "nearest",
    "optimal_graph",
    "pre_specified",
    "random_balanced",
]

DESIGN_PAIRING_TYPE_0_VALUES: set[DesignPairingType0] = {
    "anchors_only",
    "information",
    "nearest",
    "optimal_graph",
    "pre_specified",
    "random_balanced",
}


def check_design_pairing_type_0(value: str) -> DesignPairingType0:
    if value in DESIGN_PAIRING_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {DESIGN_PAIRING_TYPE_0_VALUES!r}"
    )
