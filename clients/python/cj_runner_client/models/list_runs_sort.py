from typing import Literal

ListRunsSort = Literal["-created_at", "created_at"]

LIST_RUNS_SORT_VALUES: set[ListRunsSort] = {
    "-created_at",
    "created_at",
}


def check_list_runs_sort(value: str) -> ListRunsSort:
    if value in LIST_RUNS_SORT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_RUNS_SORT_VALUES!r}"
    )
