"""Goodness of fit of the one-dimensional model: fed by a fit and its judgements; feeds the diagnostics."""

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy
from scipy.stats import chi2

from app.scoring.bradley_terry import Fit, log_likelihood
from app.scoring.data import Judgements
from app.scoring.errors import InvalidJudgements
from app.scoring.graph import compared_groups

ENOUGH_PER_PAIR = 5.0


@dataclass(frozen=True)
class Deviance:
    """Distance of the model from the saturated one that gives each unordered pair its own probability.

    `p_value` is the chi-square tail, None without degrees of freedom; it means something only if
    `trustworthy` (5 or more comparisons a pair on average): a deviance of pairs judged once has no
    chi-square distribution.
    """

    deviance: float
    degrees_of_freedom: int
    p_value: float | None
    trustworthy: bool


def deviance(judgements: Judgements, fit: Fit) -> Deviance:
    """Return G^2 = 2 sum(observed * log(observed / expected)) over the sums of unordered pairs.

    Degrees of freedom: pairs compared - (items - groups tied together by comparisons); exact for maximum
    likelihood, with a ridge approximate. Agresti 2002, section 10.6.
    """
    if judgements.items != fit.items:
        raise InvalidJudgements("the fit belongs to another list of items")
    pairs = judgements.pairs
    losses = pairs.total - pairs.wins
    saturated = float(
        (xlogy(pairs.wins, pairs.wins) + xlogy(losses, losses) - xlogy(pairs.total, pairs.total)).sum()
    )
    value = max(0.0, 2.0 * (saturated - log_likelihood(pairs, fit.theta)))
    groups = int(compared_groups(pairs).max()) + 1
    degrees = pairs.low.size - (pairs.size - groups)
    p_value = float(chi2.sf(value, degrees)) if degrees > 0 else None
    enough = bool(pairs.total.size) and float(np.mean(pairs.total)) >= ENOUGH_PER_PAIR
    return Deviance(value, degrees, p_value, enough)
