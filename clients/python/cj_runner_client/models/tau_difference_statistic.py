from typing import Literal

TauDifferenceStatistic = Literal["tau_a", "tau_b"]

TAU_DIFFERENCE_STATISTIC_VALUES: set[TauDifferenceStatistic] = {
    "tau_a",
    "tau_b",
}


def check_tau_difference_statistic(value: str) -> TauDifferenceStatistic:
    if value in TAU_DIFFERENCE_STATISTIC_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {TAU_DIFFERENCE_STATISTIC_VALUES!r}"
    )
