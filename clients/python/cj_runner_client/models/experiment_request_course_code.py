from typing import Literal

ExperimentRequestCourseCode = Literal["ENG5", "ENG6", "ENG7", "SV1", "SV2", "SV3"]

EXPERIMENT_REQUEST_COURSE_CODE_VALUES: set[ExperimentRequestCourseCode] = {
    "ENG5",
    "ENG6",
    "ENG7",
    "SV1",
    "SV2",
    "SV3",
}


def check_experiment_request_course_code(value: str) -> ExperimentRequestCourseCode:
    if value in EXPERIMENT_REQUEST_COURSE_CODE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {EXPERIMENT_REQUEST_COURSE_CODE_VALUES!r}"
    )
