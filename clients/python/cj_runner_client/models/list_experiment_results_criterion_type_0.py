from typing import Literal

ListExperimentResultsCriterionType0 = Literal[
    "inversions", "mean_se", "spearman", "targets_met", "tau_a", "tau_b"
]

LIST_EXPERIMENT_RESULTS_CRITERION_TYPE_0_VALUES: set[
    ListExperimentResultsCriterionType0
] = {
    "inversions",
    "mean_se",
    "spearman",
    "targets_met",
    "tau_a",
    "tau_b",
}


def check_list_experiment_results_criterion_type_0(
    value: str,
) -> ListExperimentResultsCriterionType0:
    if value in LIST_EXPERIMENT_RESULTS_CRITERION_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {LIST_EXPERIMENT_RESULTS_CRITERION_TYPE_0_VALUES!r}"
    )
