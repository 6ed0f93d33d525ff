"""Bootstrap: fed by ranks, grades and pairs; feeds the comparison of judges and of people with judges. PURE.

Two things can be drawn again, and they answer two questions. Essays: would another set of essays like these have
told the same? Pairs, with all verdicts on them: would the same essays, asked about again, have? Percentile
intervals (Efron and Tibshirani 1993, chapter 13). With few essays they are too narrow.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.stats import kendalltau

from app.scoring.bradley_terry import PRODUCTION_RIDGE, Fit, maximise
from app.scoring.data import FloatArray, Pairs
from app.scoring.errors import InvalidJudgements, NotEstimable

LEVEL = 0.95
SAME = 1e-12
"""Two values of a statistic that differ by less are the same one."""


@dataclass(frozen=True)
class Spread:
    """Where a difference lies in 95 % of the draws, and the shares of draws in which it is above, at, below 0."""

    low: float
    high: float
    above: float
    equal: float
    below: float
    draws: int


def spread_of(differences: FloatArray) -> Spread:
    """Return the spread of the draws; those where the statistic does not exist (NaN) are left out.

    Raises `NotEstimable` where it exists in fewer than half of the draws.
    """
    found = differences[np.isfinite(differences)]
    if 2 * found.size < differences.size or not found.size:
        raise NotEstimable("the statistic exists in fewer than half of the draws")
    low, high = np.percentile(found, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    above, below = float((found > SAME).mean()), float((found < -SAME).mean())
    equal = float((np.abs(found) <= SAME).mean())
    return Spread(float(low), float(high), above, equal, below, int(found.size))


def drawn(rng: Generator, size: int, draws: int) -> FloatArray:
    """Return how often each of `size` things comes in each draw of `size`; shape (draws, size)."""
    return rng.multinomial(size, np.full(size, 1.0 / size), size=draws).astype(np.float64)


@dataclass(frozen=True)
class Taus:
    """Kendall's tau-a and tau-b in each draw, shape (draws,); NaN where all essays drawn have one grade."""

    a: FloatArray
    b: FloatArray


def taus_of(places: FloatArray, grades: FloatArray, times: FloatArray) -> Taus:
    """Return the taus of places (1 is the best) against grades (0 is the best) for essays drawn `times` times.

    `places` and `grades` have shape (n,), `times` (draws, n). Tau-b is that of the list with its repeats: two
    copies of an essay are tied in both (Kendall 1945). Tau-a counts pairs of different essays only and is
    1 - 2 discordant / all: a pair of one grade counts as ordered well, as in the report of a run.
    """
    if places.shape != grades.shape or times.shape[1:] != grades.shape:
        raise InvalidJudgements("one place, one grade and one count for each essay are needed")
    graded = np.sign(np.subtract.outer(grades, grades))
    placed = np.sign(np.subtract.outer(places, places))
    every, untied_grades = _weighed(1.0 - np.eye(grades.size), times), _weighed(np.abs(graded), times)
    surplus, untied_places = _weighed(placed * graded, times), _weighed(np.abs(placed), times)
    return _taus(surplus, untied_places, untied_grades, every)


def taus_of_each(places: FloatArray, grades: FloatArray) -> Taus:
    """Return the taus of many orders of the same essays: `places` has shape (draws, n), `grades` (n,)."""
    untied_grades, every = _untied(grades), grades.size * (grades.size - 1) / 2
    untied_places = np.array([_untied(own) for own in places])
    ratio = np.array([kendalltau(own, grades).statistic for own in places])
    surplus = np.rint(ratio * np.sqrt(untied_places * untied_grades))
    return _taus(surplus, untied_places, np.full(len(places), untied_grades), np.full(len(places), every))


def _taus(surplus: FloatArray, untied_places: FloatArray, untied_grades: FloatArray, every: FloatArray) -> Taus:
    """Return both from concordant - discordant pairs; without ties of places (U - surplus) / 2 are discordant."""
    with np.errstate(invalid="ignore", divide="ignore"):
        tau_a = 1.0 - (untied_grades - surplus) / every
        tau_b = surplus / np.sqrt(untied_places * untied_grades)
    return Taus(np.where(untied_grades > 0, tau_a, np.nan), tau_b)


def _untied(values: FloatArray) -> float:
    counts = np.unique(values, return_counts=True)[1].astype(np.float64)
    return float((values.size * (values.size - 1) - (counts * (counts - 1)).sum()) / 2)


def _weighed(table: FloatArray, times: FloatArray) -> FloatArray:
    """Return for each draw the sum of `table` over unordered pairs, each as often as both of it were drawn."""
    return np.asarray(np.einsum("dn,dn->d", times @ table, times) / 2.0)


def refitted(pairs: Pairs, times: FloatArray, start: Fit, ridge: float = PRODUCTION_RIDGE) -> FloatArray:
    """Return the scores of each draw of pairs, shape (draws, n); `times` (draws, pairs) is how often each came.

    All verdicts on a pair are drawn together, since they share two essays. A penalised fit exists for any draw.
    """
    found = np.empty((times.shape[0], pairs.size))
    for row, count in enumerate(times):
        some = count > 0
        found[row] = maximise(_repeated(pairs, some, count[some]), ridge, start.theta)[0]
    return found


def _repeated(pairs: Pairs, some: NDArray[np.bool_], count: FloatArray) -> Pairs:
    low, high = pairs.low[some], pairs.high[some]
    sums = (pairs.total[some] * count, pairs.wins[some] * count, pairs.squares[some] * count)
    return Pairs(pairs.size, low, high, *sums)
