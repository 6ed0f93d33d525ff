"""Shares and means over clusters: fed by counts of repeated verdicts on pairs; feeds the report on boundaries.

Verdicts on one pair are repetitions about the same two essays. How far they speak for other pairs depends on how
much pairs differ, so that the pair is the unit of what is concluded about others. Variances are those of a ratio
estimator by Taylor linearisation with k / (k - 1) (Cochran 1977, ch. 11; "CR1"), critical values are Student's
with k - 1 degrees of freedom for k clusters. This is preferred to a bootstrap of pairs, which with the few pairs
of a boundary can only draw what it has: pairs that all agree would get an interval of no width.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import norm, t

from app.scoring.bias import Share, wilson_interval
from app.scoring.errors import NotEstimable

TAIL = 0.975


@dataclass(frozen=True)
class Mean:
    """A mean with its 95 % interval (None where the spread cannot be known) over ``count`` values."""

    mean: float
    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True)
class Difference:
    """The difference of two shares, first - second, with its 95 % interval."""

    difference: float
    low: float
    high: float


def clustered_share(hits: Sequence[int], counts: Sequence[int]) -> Share:
    """Return sum(hits) / sum(counts) with an interval for clusters like these; `count` is the effective number.

    Wilson's interval on n* = min(n, n / deff x (z / t)^2), where deff is the clusters' variance over the binomial
    one: Korn and Graubard 1998 (Survey Methodology 24, 193-201), with Wilson's for the exact interval as by Dean
    and Pagano 2015 (J. Survey Stat. Methodol. 3, 484-503). Where the share is 0 or 1, deff is 1. Raises
    `NotEstimable` for fewer than two clusters with verdicts.
    """
    used = [(x, n) for x, n in zip(hits, counts, strict=True) if n > 0]
    if len(used) < 2:
        raise NotEstimable("one cluster says nothing of others")
    x, n = np.array(used, dtype=float).T
    total, share, k = float(n.sum()), float(x.sum() / n.sum()), len(used)
    binomial = share * (1 - share) / total
    between = k / (k - 1) * float(((x - share * n) ** 2).sum()) / total**2
    effect = 1.0 if binomial == 0 else between / binomial
    few = float((norm.ppf(TAIL) / t.ppf(TAIL, k - 1)) ** 2)
    effective = total if effect == 0 else min(total, total / effect)
    found = wilson_interval(share * effective * few, effective * few)
    return Share(share, found.low, found.high, found.count)


def mean_of(values: Sequence[float]) -> Mean | None:
    """Return the mean with Student's interval for values that are independent; None for no values."""
    if not values:
        return None
    number, mean = len(values), float(np.mean(values))
    if number < 2:
        return Mean(mean, None, None, number)
    half = float(t.ppf(TAIL, number - 1) * np.std(values, ddof=1) / sqrt(number))
    return Mean(mean, mean - half, mean + half, number)


def clustered_mean(clusters: Sequence[Sequence[float]]) -> Mean | None:
    """Return the mean of all values with an interval for clusters like these; None for fewer than two clusters."""
    used = [np.array(values) for values in clusters if len(values) > 0]
    if len(used) < 2:
        return None
    k, total = len(used), sum(values.size for values in used)
    mean = float(sum(values.sum() for values in used) / total)
    squares = sum(float(values.sum() - mean * values.size) ** 2 for values in used)
    half = float(t.ppf(TAIL, k - 1)) * sqrt(k / (k - 1) * squares) / total
    return Mean(mean, mean - half, mean + half, total)


def difference_of(first: Share, second: Share) -> Difference:
    """Return first - second of two independent shares with Wilson's intervals (Newcombe 1998, method 10)."""
    gap = first.share - second.share
    below = sqrt((first.share - first.low) ** 2 + (second.high - second.share) ** 2)
    above = sqrt((first.high - first.share) ** 2 + (second.share - second.low) ** 2)
    return Difference(gap, max(-1.0, gap - below), min(1.0, gap + above))
