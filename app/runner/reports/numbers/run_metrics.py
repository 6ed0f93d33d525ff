"""The numbers of one run that are put beside those of others. PURE.

Fed by a judged run; feeds ``comparing``. The numbers are those of the run's own report, by the same functions.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from app.runner.reports.numbers.alignment import align
from app.runner.reports.numbers.judged import JudgedRun
from app.runner.reports.numbers.judging import invalid, judgements_of, seconds_of, spent
from app.runner.reports.shapes.base import Rate
from app.runner.reports.shapes.comparison import RunMetrics
from app.runner.reports.shapes.judge import OrderEffect, Seconds
from app.runner.results.answers import Answer, duels_of
from app.scoring.bias import Share, first_pick_rate, swap_consistency
from app.scoring.cycles import cyclic_triads
from app.scoring.data import Judgements
from app.scoring.errors import NotEstimable, ScoringError
from app.scoring.order_effect import fit_order_effect

Found = TypeVar("Found")


def run_metrics(run: JudgedRun, letter: str) -> RunMetrics:
    """Return the numbers of a run."""
    aligned = align(run.rows, duels_of(run.verdicts), run.scale)
    judgements = judgements_of(run.verdicts) if run.verdicts else None
    errors = [row.standard_error for row in run.rows]
    sure = [item.confidence for item in run.verdicts if item.confidence is not None]
    return RunMetrics(
        letter=letter,
        anchors=aligned.coverage.anchors,
        withheld=aligned.coverage.withheld,
        tau_a=aligned.tau_a,
        tau_b=aligned.tau_b,
        tau_a_ceiling=aligned.tau_a_ceiling,
        spearman=aligned.spearman,
        inverted_pairs=aligned.inverted_pairs,
        majority_inversions=aligned.majority_inversions,
        zero_win_anchors=len(aligned.zero_wins),
        top_regressions=aligned.top_regressions,
        targets=aligned.targets,
        mean_se_anchors=aligned.mean_error,
        mean_se=sum(errors) / len(errors) if errors else None,
        verdicts=len(run.verdicts),
        invalid=invalid(run.answers),
        mean_confidence=sum(sure) / len(sure) if sure else None,
        spent=spent(run.answers),
        waiting=waiting(run.answers),
        order_effect=_of(judgements, _order_effect),
        first_pick=_of(judgements, lambda found: rate(first_pick_rate(found))),
        swap_consistency=_of(judgements, lambda found: rate(swap_consistency(found))),
        cyclic_triads=None if judgements is None else cyclic_triads(judgements).share,
    )


def rate(found: Share) -> Rate:
    """Return a share as it is shown."""
    return Rate(share=found.share, low=found.low, high=found.high, count=found.count)


def rate_or_none(compute: Callable[[], Share]) -> Rate | None:
    """Return a share as it is shown, None where there is no case."""
    try:
        return rate(compute())
    except NotEstimable:
        return None


def waiting(answers: Sequence[Answer]) -> Seconds | None:
    """Return how long verdicts were waited for, None where no answer says so."""
    return seconds_of([item.waited for item in answers if item.winner is not None])


def _of(judgements: Judgements | None, compute: Callable[[Judgements], Found]) -> Found | None:
    try:
        return None if judgements is None else compute(judgements)
    except ScoringError:
        return None


def _order_effect(judgements: Judgements) -> OrderEffect:
    found = fit_order_effect(judgements)
    odds = float(np.exp(found.order_effect))
    return OrderEffect(estimate=found.order_effect, se=found.order_effect_error, p_value=found.p_value, odds=odds)
