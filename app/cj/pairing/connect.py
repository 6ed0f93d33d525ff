"""Connection first: which essays the comparisons tie together, and a wave that ties more of them. PURE.

Fed by verdicts and by the matching of a wave; feeds it back with pairs exchanged between separate groups.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from app.cj.design import Oriented, Pair, Standing
from app.cj.pairing.matching import Merit
from app.scoring.data import FloatArray, IndexArray

TRIES = 8


def tied(standing: Standing, planned: Sequence[Oriented]) -> list[Pair]:
    """Return the pairs that count as connections: those with a verdict, and those planned just now.

    Before the first verdict all pairs that were asked count.
    """
    if standing.verdicts is None:
        return [*standing.asked, *planned]
    pairs = standing.verdicts.pairs
    return [*zip(pairs.low.tolist(), pairs.high.tolist(), strict=True), *planned]


def groups_of(essays: int, ties: Iterable[Pair]) -> IndexArray:
    """Return the number of each essay's connected group, shape (essays,)."""
    ends = np.array(list(ties), dtype=np.int64).reshape(-1, 2)
    graph = csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(essays, essays))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def tie_together(essays: int, ties: Sequence[Pair], wave: Sequence[Pair], merit: Merit) -> list[Pair]:
    """Return the wave with pairs of separate groups exchanged, (a, b) and (c, d) to (a, c) and (b, d).

    Done while the number of groups falls; each exchange is the one of the most merit.
    """
    pairs = list(wave)
    groups = groups_of(essays, [*ties, *pairs])
    while groups.max() > 0:
        for exchanged in _exchanges(pairs, groups, merit):
            after = groups_of(essays, [*ties, *exchanged])
            if after.max() < groups.max():
                pairs, groups = exchanged, after
                break
        else:
            break
    return sorted(pairs)


def _exchanges(pairs: Sequence[Pair], groups: IndexArray, merit: Merit) -> Iterable[list[Pair]]:
    """Yield waves in which the smallest group exchanged a pair with another one, most merit first."""
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    of_pair = groups[ends[:, 0]] if len(ends) else np.zeros(0, dtype=np.int64)
    numbers, sizes = np.unique(of_pair, return_counts=True)
    if numbers.size < 2:
        return
    smallest = numbers[sizes.argmin()]
    ours, theirs = np.flatnonzero(of_pair == smallest), np.flatnonzero(of_pair != smallest)
    one, other = (side.ravel() for side in np.meshgrid(ours, theirs, indexing="ij"))
    a, b = ends[one].T
    options = [(a, ends[other, side], b, ends[other, 1 - side]) for side in (0, 1)]
    merits = np.concatenate([_merit(merit, a, c) + _merit(merit, b, d) for a, c, b, d in options])
    best = np.argsort(-merits, kind="stable")[:TRIES]
    for at in best[np.isfinite(merits[best])].tolist():
        side, place = divmod(at, one.size)
        a_, c_, b_, d_ = (int(array[place]) for array in options[side])
        kept = [pair for at_, pair in enumerate(pairs) if at_ not in {one[place], other[place]}]
        yield [*kept, (min(a_, c_), max(a_, c_)), (min(b_, d_), max(b_, d_))]


def _merit(merit: Merit, one: IndexArray, other: IndexArray) -> FloatArray:
    return merit(np.minimum(one, other), np.maximum(one, other))
