from typing import Literal

PlanRequestMode = Literal["anchor-align-test", "boundary-test", "execute"]

PLAN_REQUEST_MODE_VALUES: set[PlanRequestMode] = {
    "anchor-align-test",
    "boundary-test",
    "execute",
}


def check_plan_request_mode(value: str) -> PlanRequestMode:
    if value in PLAN_REQUEST_MODE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {PLAN_REQUEST_MODE_VALUES!r}"
    )
