"""Merit of a pair in a wave: the policy's worth, after connection of the graph and balance of positions. PURE.

Fed by the pool and a policy's worth; feeds the matching. Connection and balance each count more than any sum
of worths, so that a policy chooses among the matchings that have both.
"""

from dataclasses import dataclass

import numpy as np

from app.cj.pairing.history import History
from app.cj.pairing.matching import Merit
from app.cj.pairing.pool import Pool
from app.scoring.data import FloatArray, IndexArray


@dataclass(frozen=True, eq=False)
class Merits:
    """Merits of pairs, for a matching; ``groups`` are the connected groups of essays so far, by essay.

    ``scale`` holds the least and the largest worth of the candidates, which become 0 and 1. ``balance`` is
    False where positions need no care (both orders are asked).
    """

    pool: Pool
    groups: IndexArray
    worth: Merit
    lot: Merit
    scale: tuple[float, float]
    balance: bool

    def __call__(self, low: IndexArray, high: IndexArray) -> FloatArray:
        """Return the merits; -inf for a pair that may not be asked now."""
        least, largest = self.scale
        found = (self.worth(low, high) - least) / max(largest - least, 1e-12) + 1e-6 * self.lot(low, high)
        essays = self.pool.history.essays
        found += essays * (self.groups[low] != self.groups[high])
        if self.balance:
            found -= essays * skew_cost(self.pool.history, low, high)
        return np.where(self.pool.admits(low, high), found, -np.inf)


def skew_cost(history: History, low: IndexArray, high: IndexArray) -> FloatArray:
    """Return by how much the best orientation of a pair raises skew^2 above what parity forces, over four.

    An even number of comparisons can have skew 0, an odd one 1. Two essays that are both ahead by one (or both
    behind) cost 1; those with opposite skews, or one with an even number, cost nothing. A pair that was asked
    more often one way has no choice.
    """
    one, other, lean = history.skew[low], history.skew[high], history.lean_of(low, high)
    parity = 1 - history.counts[low] % 2 + 1 - history.counts[high] % 2
    excess = one**2 + other**2 - (history.counts[low] % 2 + history.counts[high] % 2)
    forward = (one + 1) ** 2 + (other - 1) ** 2 - parity - excess
    backward = (one - 1) ** 2 + (other + 1) ** 2 - parity - excess
    cost = np.where(lean > 0, backward, np.where(lean < 0, forward, np.minimum(forward, backward)))
    return np.asarray(cost / 4.0)
