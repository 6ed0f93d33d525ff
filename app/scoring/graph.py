"""Comparison graph: fed by the pairs; tells the fits whether all items can stand on one scale."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from app.scoring.data import FloatArray, IndexArray, Pairs
from app.scoring.errors import NotConnected


def compared_groups(pairs: Pairs) -> IndexArray:
    """Return for each item the number of its group of items that comparisons tie together, shape (n,)."""
    return _label(pairs.size, pairs.low, pairs.high, strong=False)


def beaten_groups(pairs: Pairs) -> IndexArray:
    """Return for each item the number of its strongly connected component of "lost to", shape (n,).

    The maximum likelihood estimate exists exactly if there is one group (Ford 1957): then each item beat,
    perhaps through others, each other item. A tie counts as a partial win of both.
    """
    low_won, high_won = pairs.wins > 0, pairs.wins < pairs.total
    losers = np.concatenate([pairs.high[low_won], pairs.low[high_won]])
    winners = np.concatenate([pairs.low[low_won], pairs.high[high_won]])
    return _label(pairs.size, losers, winners, strong=True)


def refuse_unless_one(groups: IndexArray, items: tuple[str, ...]) -> None:
    """Raise `NotConnected`, naming the groups, largest first, unless all items are in one."""
    if groups.max() == 0:
        return
    members = [
        tuple(items[index] for index in np.flatnonzero(groups == group)) for group in range(groups.max() + 1)
    ]
    raise NotConnected(sorted(members, key=lambda group: (-len(group), items.index(group[0]))))


def _label(size: int, tails: IndexArray, heads: IndexArray, *, strong: bool) -> IndexArray:
    ones: FloatArray = np.ones(tails.size)
    edges = csr_array((ones, (tails, heads)), shape=(size, size))
    _, labels = connected_components(edges, directed=True, connection="strong" if strong else "weak")
    return np.asarray(labels, dtype=np.int64)
