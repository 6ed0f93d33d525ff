"""Agreement of judges on pairs: fed by who won which pair by whom; feeds the report on people and judges.

Values are 1 (the first essay of the pair won), -1 (the second) and 0 (a tie). Which essay of a pair comes first
means nothing, so that each pair counts from both sides: the margins are even, and chance gives a coefficient of 0.
All take weights (draws, pairs), how often each pair was drawn, and return one coefficient a draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.scoring.data import FloatArray
from app.scoring.errors import InvalidJudgements, NotEstimable


def kappa_of(first: FloatArray, second: FloatArray, weights: FloatArray) -> FloatArray:
    """Return Cohen's kappa with quadratic weights (Cohen 1968) of two judges over pairs, shape (draws,).

    1 - sum(w (x - y)^2) / sum(w (x^2 + y^2)): with each pair from both sides the means are 0, so that the expected
    square of a difference is the sum of the mean squares. Without ties it is Cohen's kappa (1960), 2 p - 1 for a
    share p of agreement. NaN where all is tied.
    """
    if first.shape != second.shape or weights.shape[1:] != first.shape:
        raise InvalidJudgements("one value of each judge and one weight for each pair are needed")
    return _one_minus(weights @ (first - second) ** 2, weights @ (first**2 + second**2))


@dataclass(frozen=True, eq=False)
class Units:
    """Values of several judges on each pair: how many, their sum, the sum of their squares; shape (pairs,)."""

    count: FloatArray
    total: FloatArray
    squares: FloatArray

    @classmethod
    def of(cls, values: Sequence[Sequence[float]]) -> "Units":
        """Return the pairs on which at least two judges have a value; raises `NotEstimable` if there is none."""
        found = [np.asarray(own, dtype=np.float64) for own in values if len(own) > 1]
        if not found:
            raise NotEstimable("no pair was judged by two")
        return cls(
            np.array([own.size for own in found], dtype=np.float64),
            np.array([own.sum() for own in found]),
            np.array([own @ own for own in found]),
        )

    @property
    def size(self) -> int:
        """Number of pairs."""
        return int(self.count.size)


def alpha_of(units: Units, weights: FloatArray) -> FloatArray:
    """Return Krippendorff's alpha with the interval metric (Krippendorff 2011), shape (draws,).

    1 - observed / expected, over the n values of the table in which each pair stands twice, from either side.
    Observed: the mean over values of the squared differences within a pair, sum / (m - 1) for m values. Expected:
    that of any two values, 2 sum(v^2) / (n - 1), since the values of the doubled table add up to 0. NaN where all
    is tied.
    """
    values = weights @ units.count
    within = (units.count * units.squares - units.total**2) / (units.count - 1.0)
    observed = 2.0 * (weights @ within) / values
    expected = 4.0 * (weights @ units.squares) / (2.0 * values - 1.0)
    return _one_minus(observed, expected)


def _one_minus(observed: FloatArray, expected: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(expected > 0, 1.0 - observed / expected, np.nan))
