from typing import Literal

DesignBatchingModeType0 = Literal["per_request", "provider_batch_api", "serial_bundle"]

DESIGN_BATCHING_MODE_TYPE_0_VALUES: set[DesignBatchingModeType0] = {
    "per_request",
    "provider_batch_api",
    "serial_bundle",
}


def check_design_batching_mode_type_0(value: str) -> DesignBatchingModeType0:
    if value in DESIGN_BATCHING_MODE_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {DESIGN_BATCHING_MODE_TYPE_0_VALUES!r}"
    )
