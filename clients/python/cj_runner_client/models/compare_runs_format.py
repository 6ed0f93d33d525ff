from typing import Literal

CompareRunsFormat = Literal["html", "json", "md"]

COMPARE_RUNS_FORMAT_VALUES: set[CompareRunsFormat] = {
    "html",
    "json",
    "md",
}


def check_compare_runs_format(value: str) -> CompareRunsFormat:
    if value in COMPARE_RUNS_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {COMPARE_RUNS_FORMAT_VALUES!r}"
    )
