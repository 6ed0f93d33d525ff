"""Misfit of items and judges: fed by a fit and its judgements; feeds the diagnostics and the reports.

Mean squares of residuals (Wright and Masters 1982, chapter 5): outfit = mean of (x - p)^2 / (p (1 - p)),
infit = sum of (x - p)^2 / sum of p (1 - p). Both are near 1 under the model; above 1 verdicts contradict the
scale, below 1 they follow it more closely than chance allows. A tie (x = 0.5) counts with its own residual.
Without ties these are the mean squares of R's sirt::btm; with an order effect in the fit, p has it in it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from app.scoring.bradley_terry import Fit
from app.scoring.data import FloatArray, Judgements, tally
from app.scoring.errors import InvalidJudgements, NotEstimable

LOWEST, HIGHEST = 0.5, 1.5
_TINY = 1e-300


@dataclass(frozen=True, eq=False)
class FitStatistics:
    """Infit and outfit mean squares by name; NaN where there is no comparison; shape (k,) each.

    `comparisons` is the weighted number behind each value. `flagged` names those with infit or outfit outside
    0.5 .. 1.5; with under some 20 comparisons chance alone brings values outside.
    """

    names: tuple[str, ...]
    infit: FloatArray
    outfit: FloatArray
    comparisons: FloatArray

    @property
    def flagged(self) -> tuple[str, ...]:
        """Names with a mean square outside the range, in order."""
        low, high = np.fmin(self.infit, self.outfit), np.fmax(self.infit, self.outfit)
        outside = (low < LOWEST) | (high > HIGHEST)
        return tuple(name for name, bad in zip(self.names, outside, strict=True) if bad)


def item_fit(judgements: Judgements, fit: Fit) -> FitStatistics:
    """Return the mean squares of each item over its comparisons, from the sums of pairs."""
    _check(judgements, fit)
    pairs = judgements.ordered_pairs if fit.order_effect else judgements.pairs
    ahead = fit.theta[pairs.low] - fit.theta[pairs.high] + fit.order_effect
    chance, variance = expit(ahead), expit(ahead) * expit(-ahead)
    squares = np.maximum(pairs.squares - 2.0 * chance * pairs.wins + chance**2 * pairs.total, 0.0)
    standardised, expected = squares / np.maximum(variance, _TINY), pairs.total * variance
    return _mean_squares(
        judgements.items,
        pairs.add_up(squares, squares),
        pairs.add_up(expected, expected),
        pairs.add_up(standardised, standardised),
        pairs.comparisons,
    )


def judge_fit(judgements: Judgements, fit: Fit) -> FitStatistics:
    """Return the mean squares of each judge over its verdicts; raises `NotEstimable` if none is named."""
    _check(judgements, fit)
    if judgements.judge is None:
        raise NotEstimable("the judgements do not say who judged")
    known = judgements.judge >= 0
    ahead = (fit.theta[judgements.first] - fit.theta[judgements.second])[known] + fit.order_effect
    weight, seat = judgements.weight[known], judgements.judge[known]
    squares = weight * (judgements.outcome[known] - expit(ahead)) ** 2
    variance = expit(ahead) * expit(-ahead)
    size = len(judgements.judges)
    return _mean_squares(
        judgements.judges,
        tally(seat, squares, size),
        tally(seat, weight * variance, size),
        tally(seat, squares / np.maximum(variance, _TINY), size),
        tally(seat, weight, size),
    )


def _mean_squares(
    names: tuple[str, ...],
    squares: FloatArray,
    expected: FloatArray,
    standardised: FloatArray,
    comparisons: FloatArray,
) -> FitStatistics:
    return FitStatistics(names, _ratio(squares, expected), _ratio(standardised, comparisons), comparisons)


def _ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    ratio: FloatArray = np.full(top.size, np.nan)
    used = bottom > 0
    ratio[used] = top[used] / bottom[used]
    return ratio


def _check(judgements: Judgements, fit: Fit) -> None:
    if judgements.items != fit.items:
        raise InvalidJudgements("the fit belongs to another list of items")
