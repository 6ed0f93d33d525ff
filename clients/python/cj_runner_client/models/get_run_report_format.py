from typing import Literal

GetRunReportFormat = Literal["html", "json", "md"]

GET_RUN_REPORT_FORMAT_VALUES: set[GetRunReportFormat] = {
    "html",
    "json",
    "md",
}


def check_get_run_report_format(value: str) -> GetRunReportFormat:
    if value in GET_RUN_REPORT_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {GET_RUN_REPORT_FORMAT_VALUES!r}"
    )
