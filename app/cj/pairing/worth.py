"""What a policy gives for a pair: rarity, nearness, expected information, or a lot. PURE.

Fed by the standing of a batch; feeds the merits by which a matching is chosen. ``docs/pairing.md`` has the
formulas and what they bring.
"""

import numpy as np
from scipy.special import expit

from app.cj.design import Design, Policy, Standing
from app.cj.pairing.history import History
from app.cj.pairing.matching import Merit
from app.scoring.bradley_terry import Fit
from app.scoring.data import FloatArray, IndexArray, Judgements
from app.scoring.standard_errors import information_of

EXACT_VARIANCES = 500
"""Up to this many essays the variance of a difference comes from the full covariance."""

FAR = 2.0
"""At this distance, in logits, ``optimal_graph`` sees no nearness any more."""

LOT = 1e-3


def lots(essays: int, seed: int) -> Merit:
    """Return a function that gives each pair its own lot, uniform in [0, 1) (splitmix64 of seed and pair)."""
    start = np.uint64(seed)

    def lot(low: IndexArray, high: IndexArray) -> FloatArray:
        mixed = (low * essays + high).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + start
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
        return np.asarray((mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53)

    return lot


def worth_by(design: Design, standing: Standing, history: History, lot: Merit) -> Merit:
    """Return what the design's policy gives for a pair; policies that need scores draw lots before a fit."""
    if design.policy is Policy.OPTIMAL_GRAPH:
        return _rarity_and_nearness(design, standing.fit, history, lot)
    if design.policy is Policy.RANDOM_BALANCED or standing.fit is None or standing.verdicts is None:
        return lot
    if design.policy is Policy.NEAREST:
        return _nearness(standing.fit, history)
    return _information(standing.fit, standing.verdicts)


def _rarity_and_nearness(design: Design, fit: Fit | None, history: History, lot: Merit) -> Merit:
    """Return w_count (1/(1+c_i) + 1/(1+c_j)) + w_proximity exp(-|gap|) / (1 + times asked), 0 from ``FAR`` on."""
    rarity = 1.0 / (1.0 + history.counts)

    def worth(low: IndexArray, high: IndexArray) -> FloatArray:
        total = design.count_weight * (rarity[low] + rarity[high]) + LOT * lot(low, high)
        if fit is not None:
            gap = np.abs(fit.theta[low] - fit.theta[high])
            near = np.where(gap < FAR, np.exp(-gap), 0.0)
            total += design.proximity_weight * near / (1.0 + history.times_of(low, high))
        return np.asarray(total)

    return worth


def _nearness(fit: Fit, history: History) -> Merit:
    """Return minus the gap in logits; each earlier asking of the pair counts as one logit more."""

    def worth(low: IndexArray, high: IndexArray) -> FloatArray:
        return np.asarray(-np.abs(fit.theta[low] - fit.theta[high]) - history.times_of(low, high))

    return worth


def _information(fit: Fit, verdicts: Judgements) -> Merit:
    """Return p (1 - p) Var(theta_i - theta_j): what one verdict tells, times what is not known."""
    information = information_of(verdicts, fit)
    if fit.theta.size <= EXACT_VARIANCES:
        covariance = information.covariance()
        own = np.diagonal(covariance)
    else:
        covariance, own = None, 1.0 / information.diagonal

    def worth(low: IndexArray, high: IndexArray) -> FloatArray:
        ahead = fit.theta[low] - fit.theta[high]
        variance = own[low] + own[high]
        if covariance is not None:
            variance = variance - 2.0 * covariance[low, high]
        return np.asarray(expit(ahead) * expit(-ahead) * variance)

    return worth
