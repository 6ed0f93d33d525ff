"""What is measured of a run of an experiment, and which way is better. PURE.

Fed by ``measure``; feeds the results, their tables and the choice of the best setting.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

Criterion = Literal["tau_a", "tau_b", "spearman", "targets_met", "inversions", "mean_se"]


class Measured(BaseModel):
    """The metrics of one run; None is what cannot be computed, as correlations of anchors without grades.

    ``targets_met`` of ``targets`` are those of the alignment report. ``latency_ms`` is the mean time of a
    comparison from question to answer, ``duration_s`` that of the run from its acceptance to its end.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    tau_a: float | None = None
    tau_b: float | None = None
    spearman: float | None = None
    inversions: int | None = None
    zero_wins: int | None = None
    top_regressions: int | None = None
    targets_met: int | None = None
    targets: int | None = None
    mean_se: float | None = None
    coverage: float = 0.0
    comparisons: int = 0
    comparisons_failed: int = 0
    latency_ms: float | None = None
    duration_s: float | None = None
    cost_usd: float = 0.0
    stop_reason: str | None = None
    partial: bool = False


@dataclass(frozen=True)
class Measure:
    """One metric of the tables; ``better`` is 1 where more is better, -1 where less is."""

    name: str
    better: int
    meaning: str


MEASURES = (
    Measure("tau_a", 1, "Kendall's tau-a against the experts' ranks, ties of grades cost nothing"),
    Measure("tau_b", 1, "Kendall's tau-b against the expert grades"),
    Measure("spearman", 1, "Spearman's rho against the expert grades"),
    Measure("inversions", -1, "pairs of anchors in which the worse grade won by majority"),
    Measure("zero_wins", -1, "anchors that won nothing"),
    Measure("top_regressions", -1, "anchors of the two best grades that rank below a lower grade"),
    Measure("targets_met", 1, "targets of the alignment report that are met"),
    Measure("mean_se", -1, "mean standard error of the anchors, in logits"),
    Measure("comparisons", -1, "comparisons with a verdict"),
    Measure("comparisons_failed", -1, "comparisons without a verdict"),
    Measure("latency_ms", -1, "mean time of a comparison, in milliseconds"),
    Measure("duration_s", -1, "from the run's acceptance to its end, in seconds"),
    Measure("cost_usd", -1, "what the run cost, in US dollars"),
)
BETTER = {measure.name: measure.better for measure in MEASURES}
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)


def value_of(measured: Measured, name: str) -> float | None:
    """Return one metric as a number, None where it could not be computed."""
    found = getattr(measured, name)
    return None if found is None else float(found)
