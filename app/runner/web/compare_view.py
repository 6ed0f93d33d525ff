"""What the page that compares runs shows beside the document's own texts: tables of metrics and of moves. PURE.

Fed by the document of a comparison (``RunComparison``); feeds the template ``compare.html``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.runner.reports.shapes.base import Rate
from app.runner.reports.shapes.comparison import (
    Against,
    ComparedEssay,
    Outcome,
    RunComparison,
    RunMetrics,
    Spread,
)
from app.runner.web.wording import NOTHING, number, span, usd

MOST_ESSAYS = 200
"""Essays whose moves the page lists, the largest first; all are in the JSON."""
VERDICTS: Mapping[Outcome, tuple[str, str]] = {
    "better": ("Better", "good"),
    "leans_better": ("Leans to better", "fair"),
    "not_shown": ("No difference shown", "quiet"),
    "leans_worse": ("Leans to worse", "fair"),
    "worse": ("Worse", "bad"),
    "same": ("The same", "quiet"),
    "not_computed": ("Not computed", "quiet"),
}
"""An outcome in words, and how it looks."""
_STATISTICS = {"tau_a": "Kendall's tau-a", "tau_b": "Kendall's tau-b"}


@dataclass(frozen=True)
class MetricLine:
    """One metric, in the order of the runs."""

    name: str
    values: Sequence[str]


@dataclass(frozen=True)
class DrawsLine:
    """A difference of taus, and what a bootstrap of it says."""

    statistic: str
    baseline: str
    other: str
    difference: str
    over_essays: str
    over_pairs: str


def metric_lines(document: RunComparison) -> list[MetricLine]:
    """Return the metrics side by side; one that no run has is left out."""
    lines = [MetricLine(name, [of(run) for run in document.metrics]) for name, of in _METRICS.items()]
    return [line for line in lines if any(value != NOTHING for value in line.values)]


def draws_lines(against: Against) -> list[DrawsLine]:
    """Return the differences of taus of one run."""
    return [
        DrawsLine(
            _STATISTICS[tau.statistic],
            number(tau.baseline),
            number(tau.other),
            signed(tau.difference),
            spread(tau.over_essays),
            spread(tau.over_pairs),
        )
        for tau in against.taus
    ]


def spread(found: Spread | None) -> str:
    """Return an interval and the share of draws in which the other run has more."""
    if found is None:
        return "not computed"
    return f"{signed(found.low)} to {signed(found.high)}; more in {found.better:.0%} of {found.draws} draws"


def signed(value: float | None) -> str:
    """Return a difference with its sign."""
    return NOTHING if value is None else f"{'+' if value > 0 else ''}{number(value)}"


def rate(found: Rate | None) -> str:
    """Return a share with its interval."""
    return NOTHING if found is None else f"{found.share:.0%} ({found.low:.0%} to {found.high:.0%})"


def moved(essays: Sequence[ComparedEssay]) -> Sequence[ComparedEssay]:
    """Return the essays that moved most."""
    return essays[:MOST_ESSAYS]


def _whole(value: int | None) -> str:
    return NOTHING if value is None else str(value)


def _order_effect(run: RunMetrics) -> str:
    effect = run.order_effect
    return NOTHING if effect is None else f"{signed(effect.estimate)} (SE {effect.se:.3f})"


def _targets(run: RunMetrics) -> str:
    if not run.targets:
        return NOTHING
    return f"{sum(target.met is True for target in run.targets)} of {len(run.targets)}"


_METRICS: Mapping[str, Callable[[RunMetrics], str]] = {
    "Anchors": lambda run: str(run.anchors),
    "Kendall's tau-a": lambda run: number(run.tau_a),
    "Kendall's tau-b": lambda run: number(run.tau_b),
    "Ceiling of tau-a": lambda run: number(run.tau_a_ceiling),
    "Spearman's rho": lambda run: number(run.spearman),
    "Targets met": _targets,
    "Inverted pairs": lambda run: _whole(run.inverted_pairs),
    "Inverted by majority": lambda run: _whole(run.majority_inversions),
    "Anchors without a win": lambda run: str(run.zero_win_anchors),
    "Top grades ranked below others": lambda run: _whole(run.top_regressions),
    "Mean SE of anchors (logits)": lambda run: number(run.mean_se_anchors),
    "Verdicts": lambda run: str(run.verdicts),
    "Invalid answers": lambda run: f"{run.invalid.failed} of {run.invalid.answers}",
    "Mean confidence": lambda run: number(run.mean_confidence, 2),
    "Order effect (logits)": _order_effect,
    "The essay shown first won": lambda run: rate(run.first_pick),
    "Same winner in both orders": lambda run: rate(run.swap_consistency),
    "Cyclic triads": lambda run: NOTHING if run.cyclic_triads is None else f"{run.cyclic_triads:.1%}",
    "Median wait for an answer": lambda run: NOTHING if run.waiting is None else span(run.waiting.median),
    "Cost": lambda run: usd(run.spent.usd),
}
