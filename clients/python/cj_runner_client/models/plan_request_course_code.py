from typing import Literal

PlanRequestCourseCode = Literal["ENG5", "ENG6", "ENG7", "SV1", "SV2", "SV3"]

PLAN_REQUEST_COURSE_CODE_VALUES: set[PlanRequestCourseCode] = {
    "ENG5",
    "ENG6",
    "ENG7",
    "SV1",
    "SV2",
    "SV3",
}


def check_plan_request_course_code(value: str) -> PlanRequestCourseCode:
    if value in PLAN_REQUEST_COURSE_CODE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {PLAN_REQUEST_COURSE_CODE_VALUES!r}"
    )
