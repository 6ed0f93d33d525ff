from typing import Literal

ExperimentRequestCriterion = Literal[
    "inversions", "mean_se", "spearman", "targets_met", "tau_a", "tau_b"
]

EXPERIMENT_REQUEST_CRITERION_VALUES: set[ExperimentRequestCriterion] = {
    "inversions",
    "mean_se",
    "spearman",
    "targets_met",
    "tau_a",
    "tau_b",
}


def check_experiment_request_criterion(value: str) -> ExperimentRequestCriterion:
    if value in EXPERIMENT_REQUEST_CRITERION_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {EXPERIMENT_REQUEST_CRITERION_VALUES!r}"
    )
