from typing import Literal

ListExperimentCellsFormat = Literal["csv", "json", "ndjson", "parquet"]

LIST_EXPERIMENT_CELLS_FORMAT_VALUES: set[ListExperimentCellsFormat] = {
    "csv",
    "json",
    "ndjson",
    "parquet",
}


def check_list_experiment_cells_format(value: str) -> ListExperimentCellsFormat:
    if value in LIST_EXPERIMENT_CELLS_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_EXPERIMENT_CELLS_FORMAT_VALUES!r}"
    )
