from typing import Literal

ProbeViewSeverity = Literal["error", "warning"]

PROBE_VIEW_SEVERITY_VALUES: set[ProbeViewSeverity] = {
    "error",
    "warning",
}


def check_probe_view_severity(value: str) -> ProbeViewSeverity:
    if value in PROBE_VIEW_SEVERITY_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {PROBE_VIEW_SEVERITY_VALUES!r}"
    )
