"""Which pairs may be asked next: new ones while there are any, then those asked the fewest times. PURE.

Fed by the history; feeds the matching with candidates, all pairs of a small batch, near ones of a large.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from app.cj.design import Pair
from app.cj.pairing.history import History
from app.scoring.data import IndexArray

BoolArray = NDArray[np.bool_]

COMPLETE = 300
"""Up to this many essays every pair is a candidate."""

NEIGHBOURS = 16
"""Above it, about this many candidates an essay on each ordering of the essays."""


@dataclass(frozen=True, eq=False)
class Pool:
    """The pairs that may be asked: those asked ``level`` times, or any number of times if that is None.

    ``available`` are the keys (low * essays + high, rising) of the only pairs there are, None for all.
    """

    history: History
    available: IndexArray | None
    level: int | None

    @classmethod
    def of(cls, history: History, available: Collection[Pair] | None, *, repeats: bool) -> "Pool":
        """Return the pool; without ``repeats`` no pair comes again before all others came as often."""
        keys = None
        if available is not None:
            keys = np.array(sorted(low * history.essays + high for low, high in available), dtype=np.int64)
        return cls(history, keys, None if repeats else _fewest_times(history, keys))

    def admits(self, low: IndexArray, high: IndexArray) -> BoolArray:
        """Return for each pair whether it may be asked now."""
        fine: BoolArray = low != high
        if self.available is not None:
            fine &= np.isin(low * self.history.essays + high, self.available)
        if self.level is not None:
            fine &= self.history.times_of(low, high) == self.level
        return fine

    def candidates(self, players: IndexArray, orderings: Sequence[IndexArray]) -> tuple[IndexArray, IndexArray]:
        """Return admitted pairs of ``players``, as (low, high): all, or for many essays the near ones.

        ``orderings`` list the players so that promising partners stand close to each other.
        """
        if self.available is not None:
            essays = self.history.essays
            low, high = self.available // essays, self.available % essays
            plays = np.isin(np.arange(essays), players)
            inside = plays[low] & plays[high]
            low, high = low[inside], high[inside]
        elif players.size <= COMPLETE:
            at, other = np.triu_indices(players.size, 1)
            low, high = np.minimum(players[at], players[other]), np.maximum(players[at], players[other])
        else:
            return self._near(orderings)
        fine = self.admits(low, high)
        return low[fine], high[fine]

    def _near(self, orderings: Sequence[IndexArray]) -> tuple[IndexArray, IndexArray]:
        found = [self._along(ordering) for ordering in orderings]
        keys = np.unique(np.concatenate(found))
        return keys // self.history.essays, keys % self.history.essays

    def _along(self, ordering: IndexArray) -> IndexArray:
        """Return keys of admitted pairs at growing distance along one ordering, until there are enough."""
        found: list[IndexArray] = []
        enough = NEIGHBOURS * ordering.size // 2
        for apart in count(1):
            if apart >= ordering.size or sum(keys.size for keys in found) >= enough:
                break
            one, other = ordering[:-apart], ordering[apart:]
            low, high = np.minimum(one, other), np.maximum(one, other)
            fine = self.admits(low, high)
            found.append(low[fine] * self.history.essays + high[fine])
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _fewest_times(history: History, available: IndexArray | None) -> int:
    essays = history.essays
    asked = history.keys if available is None else history.keys[np.isin(history.keys, available)]
    every = essays * (essays - 1) // 2 if available is None else available.size
    if asked.size < every or not every:
        return 0
    return int(history.times_of(asked // essays, asked % essays).min())
