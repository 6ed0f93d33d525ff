"""Cyclic triads: fed by judgements; feed the report on how consistent verdicts are.

Among three items a beats b beats c beats a is a cycle: no scale can honour all three verdicts (Kendall and
Babington Smith 1940).
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from app.scoring.data import Judgements

SHARE_OF_A_COIN = 0.25


@dataclass(frozen=True)
class Triads:
    """`cyclic` of `compared` triads (all three pairs decided by majority); `share` is None without triads.

    A coin gives a share of 0.25. `consistence` is Kendall's zeta, 1 - cyclic / most possible, given only if
    every pair of items was decided (and there are at least three).
    """

    cyclic: int
    compared: int
    share: float | None
    consistence: float | None


def cyclic_triads(judgements: Judgements) -> Triads:
    """Count cycles of three among the majorities of the unordered pairs; tied pairs count as open."""
    pairs, size = judgements.pairs, judgements.size
    lead = 2.0 * pairs.wins - pairs.total
    winner = np.where(lead > 0, pairs.low, pairs.high)[lead != 0]
    loser = np.where(lead > 0, pairs.high, pairs.low)[lead != 0]
    beats = csr_array((np.ones(winner.size, dtype=np.int64), (winner, loser)), shape=(size, size))
    decided = beats + beats.T
    cyclic = int((beats @ beats).multiply(beats.T).sum()) // 3
    compared = int((decided @ decided).multiply(decided).sum()) // 6
    complete = size >= 3 and winner.size == size * (size - 1) // 2
    return Triads(
        cyclic,
        compared,
        cyclic / compared if compared else None,
        1.0 - cyclic / _most_cycles(size) if complete else None,
    )


def _most_cycles(size: int) -> float:
    """Return the largest possible number of cycles: (n^3 - n) / 24 for odd n, (n^3 - 4 n) / 24 for even."""
    return (size**3 - (size if size % 2 else 4 * size)) / 24
