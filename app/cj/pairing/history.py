"""What was asked so far, as sums for each essay and for each pair. PURE.

Fed by the standing of a batch; feeds the choice of pairs and of positions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.cj.design import Oriented
from app.scoring.data import IndexArray


@dataclass(frozen=True, eq=False)
class History:
    """Sums over all comparisons asked; ``counts`` and ``skew`` (times first minus times second) by essay.

    ``keys`` (low * essays + high, rising), ``times`` and ``leans`` (low first minus high first) have one entry
    for each pair that was asked.
    """

    essays: int
    counts: IndexArray
    skew: IndexArray
    keys: IndexArray
    times: IndexArray
    leans: IndexArray

    @classmethod
    def of(cls, essays: int, asked: Sequence[Oriented]) -> "History":
        """Sum up comparisons, as shown."""
        shown = np.array(asked, dtype=np.int64).reshape(-1, 2)
        first, second = shown[:, 0], shown[:, 1]
        firsts, seconds = np.bincount(first, minlength=essays), np.bincount(second, minlength=essays)
        low, high = np.minimum(first, second), np.maximum(first, second)
        keys, place = np.unique(low * essays + high, return_inverse=True)
        times = np.bincount(place, minlength=keys.size)
        forward = np.bincount(place[first < second], minlength=keys.size)
        return cls(essays, firsts + seconds, firsts - seconds, keys, times, 2 * forward - times)

    def times_of(self, low: IndexArray, high: IndexArray) -> IndexArray:
        """Return how often each of these pairs was asked."""
        return self._look_up(self.times, low, high)

    def lean_of(self, low: IndexArray, high: IndexArray) -> IndexArray:
        """Return for each of these pairs how much more often the low position was shown first."""
        return self._look_up(self.leans, low, high)

    def _look_up(self, values: IndexArray, low: IndexArray, high: IndexArray) -> IndexArray:
        if not self.keys.size:
            return np.zeros(low.shape, dtype=np.int64)
        wanted = low * self.essays + high
        place = np.minimum(np.searchsorted(self.keys, wanted), self.keys.size - 1)
        return np.where(self.keys[place] == wanted, values[place], 0)
