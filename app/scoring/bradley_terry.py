"""Bradley-Terry fits: fed by the collected judgements; feed scores, standard errors and all diagnostics.

The model (Bradley and Terry 1952): P(i beats j) = 1 / (1 + exp(theta_j - theta_i)). theta is in logits and
centred: sum(theta) = 0. A tie is half a win of each.

`fit_penalised` is the production fit: it maximises log-likelihood - ridge/2 * sum(theta^2) by Newton's
method. The default ridge of 0.1 is the prior N(0, sd 3.2 logits) on each item; `docs/statistics.md` gives
the reasons and what other values would do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit

from app.scoring.data import FloatArray, Judgements, Pairs
from app.scoring.errors import InvalidJudgements, NotConverged, NotEstimable
from app.scoring.graph import beaten_groups, compared_groups, refuse_unless_one
from app.scoring.information import Information
from app.scoring.newton import MOST_STEPS, STEP_TOLERANCE, climb

PRODUCTION_RIDGE = 0.1
EPS = 0.3

Method = Literal["penalised", "eps"]


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted scale: `theta` in logits, centred, shape (n,), in the order of `items`.

    `log_likelihood` is that of the data without the penalty, at `theta`; `steps` counts Newton steps. With
    method "penalised" and `ridge` 0 the scale is the maximum likelihood estimate. `order_effect` (delta) is
    in logits and 0 except in the scale of an `OrderEffectFit`.
    """

    items: tuple[str, ...]
    theta: FloatArray
    method: Method
    ridge: float
    log_likelihood: float
    steps: int
    order_effect: float = 0.0

    def __post_init__(self) -> None:
        self.theta.setflags(write=False)

    def scores(self) -> dict[str, float]:
        """Return theta by item id."""
        return dict(zip(self.items, self.theta.tolist(), strict=True))


def fit_penalised(
    judgements: Judgements,
    ridge: float = PRODUCTION_RIDGE,
    start: Mapping[str, float] | None = None,
) -> Fit:
    """Return the maximum of log-likelihood - ridge/2 * sum(theta^2); finite on any data if ridge > 0.

    `start` gives scores to begin from (an earlier fit; unknown ids are ignored): it saves steps and does not
    change the result. With ridge = 0 this is the maximum likelihood estimate; raises `NotConnected` where
    that does not exist, `InvalidJudgements` for a negative ridge.
    """
    if not 0.0 <= ridge < np.inf:
        raise InvalidJudgements("the ridge must be a finite number and not negative")
    pairs = judgements.pairs
    if ridge == 0.0:
        refuse_unless_one(beaten_groups(pairs), judgements.items)
    theta, steps = maximise(pairs, ridge, _begin(judgements, start))
    return Fit(judgements.items, theta, "penalised", ridge, log_likelihood(pairs, theta), steps)


def fit_mle(judgements: Judgements, start: Mapping[str, float] | None = None) -> Fit:
    """Return the maximum likelihood estimate; raises `NotConnected`, naming the groups, if there is none."""
    return fit_penalised(judgements, 0.0, start)


def fit_eps(judgements: Judgements, eps: float = EPS) -> Fit:
    """Return the bias-reduced fit with adjusted scores, for comparison with other software.

    The score S of an item with M comparisons becomes S* = eps + (M - 2 eps) S / M, so that no score is
    extreme (Bertoli-Barsotti, Lando and Punzo 2014; the estimate of R's sirt::btm with its default 0.3).
    The adjusted scores need not add up to the number of comparisons where M differs between items; as in that
    program the solution is the centred theta at which (S* - expected score) / own information is one
    constant for all items (zero for equal M).

    Raises `NotConnected` if comparisons do not tie all items together, `NotEstimable` for eps outside
    (0, M/2), `NotConverged` if no finite solution is found.
    """
    pairs = judgements.pairs
    refuse_unless_one(compared_groups(pairs), judgements.items)
    if judgements.size > 1 and not 0.0 < eps < pairs.comparisons.min() / 2:
        raise NotEstimable("eps must lie between 0 and half the smallest number of comparisons of an item")
    theta = np.zeros(judgements.size)
    if judgements.size == 1:
        return Fit(judgements.items, theta, "eps", 0.0, 0.0, 0)
    adjusted = eps + (pairs.comparisons - 2 * eps) * pairs.scores / pairs.comparisons
    for steps in range(1, MOST_STEPS + 1):
        information = information_at(pairs, theta)
        missing = adjusted - expected_scores(pairs, theta)
        step = information.solve(missing - information.diagonal * missing.sum() / information.diagonal.sum())
        largest = float(np.abs(step).max())
        theta = theta + step * min(1.0, 1.0 / largest) if largest > 0 else theta
        if largest < STEP_TOLERANCE:
            return Fit(judgements.items, theta, "eps", 0.0, log_likelihood(pairs, theta), steps)
    raise NotConverged("the adjusted scores have no finite solution on these comparisons")


def win_probability(theta: FloatArray, pairs: Pairs) -> FloatArray:
    """Return P(low beats high) for each pair."""
    return np.asarray(expit(theta[pairs.low] - theta[pairs.high]))


def expected_scores(pairs: Pairs, theta: FloatArray) -> FloatArray:
    """Return each item's expected weighted wins at `theta`, shape (n,)."""
    of_low = pairs.total * win_probability(theta, pairs)
    return pairs.add_up(of_low, pairs.total - of_low)


def log_likelihood(pairs: Pairs, theta: FloatArray) -> float:
    """Return the log-likelihood of the verdicts (no binomial constants), <= 0."""
    ahead = theta[pairs.low] - theta[pairs.high]
    losses = pairs.total - pairs.wins
    return -float(pairs.wins @ np.logaddexp(0.0, -ahead) + losses @ np.logaddexp(0.0, ahead))


def gradient(pairs: Pairs, theta: FloatArray, ridge: float) -> FloatArray:
    """Return the gradient of the penalised log-likelihood, shape (n,).

    wins * (1 - p) - losses * p is wins - expected wins without the loss of digits when p is near 0 or 1.
    """
    ahead = theta[pairs.low] - theta[pairs.high]
    surplus = pairs.wins * expit(-ahead) - (pairs.total - pairs.wins) * expit(ahead)
    return pairs.add_up(surplus, -surplus) - ridge * theta


def information_at(pairs: Pairs, theta: FloatArray, ridge: float = 0.0) -> Information:
    """Return the negative Hessian of the penalised log-likelihood; pair weights are total * p * (1 - p)."""
    ahead = theta[pairs.low] - theta[pairs.high]
    return Information(pairs.size, pairs.low, pairs.high, pairs.total * expit(ahead) * expit(-ahead), ridge)


def maximise(pairs: Pairs, ridge: float, start: FloatArray) -> tuple[FloatArray, int]:
    """Climb from a centred `start` to the maximum; return it, centred, and the number of Newton steps."""

    def newton_at(theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        slope = gradient(pairs, theta, ridge)
        slope -= slope.mean()
        return slope, information_at(pairs, theta, ridge).solve(slope)

    theta, steps = climb(start, lambda theta: penalised_value(pairs, theta, ridge), newton_at)
    return theta - theta.mean(), steps


def penalised_value(pairs: Pairs, theta: FloatArray, ridge: float) -> float:
    """Return log-likelihood - ridge/2 * sum(theta^2)."""
    return log_likelihood(pairs, theta) - 0.5 * ridge * float(theta @ theta)


def _begin(judgements: Judgements, start: Mapping[str, float] | None) -> FloatArray:
    if not start:
        return np.zeros(judgements.size)
    theta = np.array([start.get(item, 0.0) for item in judgements.items], dtype=np.float64)
    if not np.isfinite(theta).all():
        raise InvalidJudgements("the scores to start from must be finite numbers")
    return np.asarray(np.clip(theta - theta.mean(), -10.0, 10.0))
