from typing import Literal

ExperimentSummaryCriterion = Literal[
    "inversions", "mean_se", "spearman", "targets_met", "tau_a", "tau_b"
]

EXPERIMENT_SUMMARY_CRITERION_VALUES: set[ExperimentSummaryCriterion] = {
    "inversions",
    "mean_se",
    "spearman",
    "targets_met",
    "tau_a",
    "tau_b",
}


def check_experiment_summary_criterion(value: str) -> ExperimentSummaryCriterion:
    if value in EXPERIMENT_SUMMARY_CRITERION_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {EXPERIMENT_SUMMARY_CRITERION_VALUES!r}"
    )
