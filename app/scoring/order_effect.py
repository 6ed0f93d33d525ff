"""Order effect: fed by judgements in the order shown; feeds the report on bias of a judge.

Model (Davidson and Beaver 1977): P(first beats second) = logistic(theta_first - theta_second + delta), one
delta for all. delta > 0: the judge favours what it sees first; exp(delta) is the odds between two equal
essays.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from scipy.stats import chi2

from app.scoring.bradley_terry import PRODUCTION_RIDGE, Fit, fit_penalised, penalised_value
from app.scoring.data import FloatArray, Judgements, Pairs
from app.scoring.errors import NotEstimable
from app.scoring.information import Information
from app.scoring.newton import climb


@dataclass(frozen=True, eq=False)
class OrderEffectFit:
    """Scale and order effect, fitted together; `errors` of theta in logits, centred, shape (n,).

    `scale` is the fit with delta in it; `order_effect` (delta) and its standard error are in logits;
    `likelihood_ratio` is twice the gain over the model with delta = 0, `p_value` its tail of chi-square with
    one degree of freedom.
    """

    scale: Fit
    errors: FloatArray
    order_effect: float
    order_effect_error: float
    likelihood_ratio: float
    p_value: float

    @property
    def theta(self) -> FloatArray:
        """Scores in logits, centred, shape (n,), in the order of the items."""
        return self.scale.theta


def fit_order_effect(judgements: Judgements, ridge: float = PRODUCTION_RIDGE) -> OrderEffectFit:
    """Fit theta (penalised as in production; delta is not) and delta jointly, by Newton's method.

    With ridge = 0 this is maximum likelihood. Raises `NotEstimable` if the essay shown first always won or
    always lost or is not known, or nothing was compared; `NotConnected` or `NotConverged` if ridge is 0 and
    no maximum exists.
    """
    judgements.require_order()
    pairs = judgements.ordered_pairs
    first_won = float(pairs.wins.sum())
    if not 0.0 < first_won < float(pairs.total.sum()):
        raise NotEstimable("the essay shown first always won or always lost: the order effect has no estimate")
    plain = fit_penalised(judgements, ridge)
    start = np.append(plain.theta, 0.0)
    solution, steps = climb(start, lambda at: _value(pairs, at, ridge), lambda at: _newton(pairs, at, ridge))
    gain = _value(pairs, solution, ridge) - penalised_value(pairs, plain.theta, ridge)
    ratio = max(0.0, 2.0 * gain)
    variances, own = _variances(pairs, solution, ridge)
    theta, delta = solution[:-1] - solution[:-1].mean(), float(solution[-1])
    reached = _value(pairs, np.append(theta, delta), 0.0)
    return OrderEffectFit(
        Fit(judgements.items, theta, "penalised", ridge, reached, steps, delta),
        np.sqrt(variances),
        delta,
        float(np.sqrt(own)),
        ratio,
        float(chi2.sf(ratio, 1)),
    )


def _ahead(pairs: Pairs, at: FloatArray) -> FloatArray:
    """Return theta_first - theta_second + delta for each ordered pair; `at` is (theta, delta)."""
    ahead: FloatArray = at[pairs.low] - at[pairs.high] + at[-1]
    return ahead


def _value(pairs: Pairs, at: FloatArray, ridge: float) -> float:
    ahead, losses = _ahead(pairs, at), pairs.total - pairs.wins
    fit = pairs.wins @ np.logaddexp(0.0, -ahead) + losses @ np.logaddexp(0.0, ahead)
    return -float(fit) - 0.5 * ridge * float(at[:-1] @ at[:-1])


def _slope(pairs: Pairs, at: FloatArray, ridge: float) -> FloatArray:
    ahead = _ahead(pairs, at)
    surplus = pairs.wins * expit(-ahead) - (pairs.total - pairs.wins) * expit(ahead)
    return np.append(pairs.add_up(surplus, -surplus) - ridge * at[:-1], surplus.sum())


def _newton(pairs: Pairs, at: FloatArray, ridge: float) -> tuple[FloatArray, FloatArray]:
    """Return slope and step; the row of delta is eliminated (Schur complement)."""
    slope = _slope(pairs, at, ridge)
    information, border, response, rest = _blocks(pairs, at, ridge)
    centred = slope[:-1] - slope[:-1].mean()
    delta = (slope[-1] - float(response @ centred)) / rest
    return slope, np.append(information.solve(centred - delta * border), delta)


def _variances(pairs: Pairs, at: FloatArray, ridge: float) -> tuple[FloatArray, float]:
    """Return the variances of theta, shape (n,), and of delta, by the inverse of the bordered information."""
    information, _, response, rest = _blocks(pairs, at, ridge)
    return information.variances() + response**2 / rest, 1.0 / rest


def _blocks(pairs: Pairs, at: FloatArray, ridge: float) -> tuple[Information, FloatArray, FloatArray, float]:
    """Return the block of theta, the border b between theta and delta, A^-1 b, and the Schur complement."""
    ahead = _ahead(pairs, at)
    weight = pairs.total * expit(ahead) * expit(-ahead)
    information = Information(pairs.size, pairs.low, pairs.high, weight, ridge)
    border = pairs.add_up(weight, -weight)
    response = information.solve(border)
    rest = float(weight.sum() - border @ response)
    if rest <= 1e-12 * float(weight.sum()):
        raise NotEstimable("order of showing and quality cannot be told apart in these judgements")
    return information, border, response, rest
