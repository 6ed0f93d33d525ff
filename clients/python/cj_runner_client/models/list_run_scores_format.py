from typing import Literal

ListRunScoresFormat = Literal["csv", "json", "ndjson", "parquet"]

LIST_RUN_SCORES_FORMAT_VALUES: set[ListRunScoresFormat] = {
    "csv",
    "json",
    "ndjson",
    "parquet",
}


def check_list_run_scores_format(value: str) -> ListRunScoresFormat:
    if value in LIST_RUN_SCORES_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_RUN_SCORES_FORMAT_VALUES!r}"
    )
