from typing import Literal

CheckViewSeverity = Literal["error", "warning"]

CHECK_VIEW_SEVERITY_VALUES: set[CheckViewSeverity] = {
    "error",
    "warning",
}


def check_check_view_severity(value: str) -> CheckViewSeverity:
    if value in CHECK_VIEW_SEVERITY_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CHECK_VIEW_SEVERITY_VALUES!r}"
    )
