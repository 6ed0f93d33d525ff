from typing import Literal

RunRequestCourseCode = Literal["ENG5", "ENG6", "ENG7", "SV1", "SV2", "SV3"]

RUN_REQUEST_COURSE_CODE_VALUES: set[RunRequestCourseCode] = {
    "ENG5",
    "ENG6",
    "ENG7",
    "SV1",
    "SV2",
    "SV3",
}


def check_run_request_course_code(value: str) -> RunRequestCourseCode:
    if value in RUN_REQUEST_COURSE_CODE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {RUN_REQUEST_COURSE_CODE_VALUES!r}"
    )
