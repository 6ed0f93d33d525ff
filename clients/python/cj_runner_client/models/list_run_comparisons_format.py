from typing import Literal

ListRunComparisonsFormat = Literal["csv", "json", "ndjson", "parquet"]

LIST_RUN_COMPARISONS_FORMAT_VALUES: set[ListRunComparisonsFormat] = {
    "csv",
    "json",
    "ndjson",
    "parquet",
}


def check_list_run_comparisons_format(value: str) -> ListRunComparisonsFormat:
    if value in LIST_RUN_COMPARISONS_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_RUN_COMPARISONS_FORMAT_VALUES!r}"
    )
