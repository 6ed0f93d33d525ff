from typing import Literal

ExperimentViewCriterion = Literal[
    "inversions", "mean_se", "spearman", "targets_met", "tau_a", "tau_b"
]

EXPERIMENT_VIEW_CRITERION_VALUES: set[ExperimentViewCriterion] = {
    "inversions",
    "mean_se",
    "spearman",
    "targets_met",
    "tau_a",
    "tau_b",
}


def check_experiment_view_criterion(value: str) -> ExperimentViewCriterion:
    if value in EXPERIMENT_VIEW_CRITERION_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {EXPERIMENT_VIEW_CRITERION_VALUES!r}"
    )
