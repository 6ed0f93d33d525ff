from typing import Literal

ListExperimentResultsFormat = Literal["csv", "json", "ndjson", "parquet"]

LIST_EXPERIMENT_RESULTS_FORMAT_VALUES: set[ListExperimentResultsFormat] = {
    "csv",
    "json",
    "ndjson",
    "parquet",
}


def check_list_experiment_results_format(value: str) -> ListExperimentResultsFormat:
    if value in LIST_EXPERIMENT_RESULTS_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_EXPERIMENT_RESULTS_FORMAT_VALUES!r}"
    )
