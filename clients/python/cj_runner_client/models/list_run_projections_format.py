from typing import Literal

ListRunProjectionsFormat = Literal["csv", "json", "ndjson", "parquet"]

LIST_RUN_PROJECTIONS_FORMAT_VALUES: set[ListRunProjectionsFormat] = {
    "csv",
    "json",
    "ndjson",
    "parquet",
}


def check_list_run_projections_format(value: str) -> ListRunProjectionsFormat:
    if value in LIST_RUN_PROJECTIONS_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_RUN_PROJECTIONS_FORMAT_VALUES!r}"
    )
