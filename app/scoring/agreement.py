"""Agreement of two rankings or gradings: fed by scores, grades and gold ranks; feeds reports and research.

Kendall's tau and Spearman's rho are free of units: they compare orders only. Weighted kappa compares grades.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import kendalltau, rankdata

from app.scoring.data import FloatArray
from app.scoring.errors import InvalidJudgements, NotEstimable


def kendall_tau_a(x: ArrayLike, y: ArrayLike) -> float:
    """Return (concordant - discordant pairs) / all n (n - 1) / 2 pairs (Kendall 1938); ties pull it to 0."""
    first, second = _two_lists(x, y)
    pairs = _pairs(first.size)
    return _surplus(first, second) / pairs


def kendall_tau_b(x: ArrayLike, y: ArrayLike) -> float:
    """Return (concordant - discordant) / sqrt(pairs untied in x * pairs untied in y) (Kendall 1945).

    Raises `NotEstimable` if one of the lists is constant.
    """
    first, second = _two_lists(x, y)
    return float(_defined(kendalltau(first, second).statistic))


def kendall_tau_a_ceiling(grades: ArrayLike) -> float:
    """Return the largest tau-a that an untied ranking can have with these grades: the share of untied pairs.

    A perfect scale reaches this and not 1, since pairs of essays with the same grade never count.
    """
    values = _one_list(grades)
    return (_pairs(values.size) - _tied_pairs(values)) / _pairs(values.size)


def spearman_rho(x: ArrayLike, y: ArrayLike) -> float:
    """Return Pearson's correlation of the ranks, ties sharing their mean rank (Spearman 1904)."""
    first, second = _two_lists(x, y)
    return pearson_r(rankdata(first), rankdata(second))


def pearson_r(x: ArrayLike, y: ArrayLike) -> float:
    """Return the product-moment correlation; raises `NotEstimable` if one of the lists is constant."""
    first, second = _two_lists(x, y)
    a, b = first - first.mean(), second - second.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    if scale == 0.0:
        raise NotEstimable("a list without variation correlates with nothing")
    return float(np.clip(a @ b / scale, -1.0, 1.0))


def quadratic_weighted_kappa(first: Sequence[int], second: Sequence[int], grades: int) -> float:
    """Return 1 - sum(w O) / sum(w E), w = (i - j)^2, over the table of two gradings (Cohen 1968).

    Grades are whole numbers 0 .. `grades` - 1; O is the observed table, E the one expected from its margins.
    1 is full agreement, 0 what chance gives with these margins. Raises `NotEstimable` if both graders gave
    one and the same grade to all, `InvalidJudgements` for a grade outside the range.
    """
    a, b = np.asarray(first), np.asarray(second)
    if a.shape != b.shape or a.ndim != 1 or not a.size:
        raise InvalidJudgements("two gradings of the same essays are needed")
    if min(a.min(), b.min()) < 0 or max(a.max(), b.max()) >= grades:
        raise InvalidJudgements("a grade lies outside the scale")
    observed = float(((a - b) ** 2).mean())
    expected = float((a**2).mean() + (b**2).mean() - 2.0 * a.mean() * b.mean())
    if expected <= 1e-12:
        raise NotEstimable("both gradings are one and the same grade throughout")
    return 1.0 - observed / expected


def _surplus(x: FloatArray, y: FloatArray) -> float:
    """Return concordant - discordant pairs, a whole number, from tau-b (scipy counts it in n log n)."""
    untied_x, untied_y = _pairs(x.size) - _tied_pairs(x), _pairs(y.size) - _tied_pairs(y)
    if untied_x == 0 or untied_y == 0:
        return 0.0
    return float(np.rint(kendalltau(x, y).statistic * np.sqrt(untied_x * untied_y)))


def _tied_pairs(values: FloatArray) -> float:
    counts = np.unique(values, return_counts=True)[1].astype(np.float64)
    return float((counts * (counts - 1) / 2).sum())


def _pairs(size: int) -> float:
    return size * (size - 1) / 2


def _one_list(values: ArrayLike) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size < 2:
        raise NotEstimable("at least two values are needed")
    if not np.isfinite(array).all():
        raise InvalidJudgements("values to compare must be finite numbers")
    return array


def _two_lists(x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    first, second = _one_list(x), _one_list(y)
    if first.size != second.size:
        raise InvalidJudgements("the two lists differ in length")
    return first, second


def _defined(value: float) -> float:
    if np.isnan(value):
        raise NotEstimable("a list without variation correlates with nothing")
    return value
