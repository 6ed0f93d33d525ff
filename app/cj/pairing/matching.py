"""Matchings: who meets whom so that the sum of merits is as large as it can be, each essay at most once. PURE.

Fed by candidates and their merits; feeds a wave. Exact (Edmonds' blossom, by rustworkx) up to ``BLOSSOM``
essays; above it greedy, then exchanges of two pairs while they gain: ``docs/pairing.md`` says how near that is.
"""

from collections.abc import Callable

import numpy as np
import rustworkx

from app.cj.design import Pair
from app.scoring.data import FloatArray, IndexArray

Merit = Callable[[IndexArray, IndexArray], FloatArray]
"""Merits of pairs given as (low, high); -inf where two may not meet."""

BLOSSOM = 300
MOST_ROUNDS = 40
DIGITS = 2.0**32
LEAST_GAIN = 1e-4


def heaviest_matching(low: IndexArray, high: IndexArray, merit: Merit, *, exact: int = BLOSSOM) -> list[Pair]:
    """Return a matching among the candidate pairs, sorted: of the largest size, then of the largest merit."""
    merits = merit(low, high)
    fine = np.isfinite(merits)
    low, high, merits = low[fine], high[fine], merits[fine]
    if not low.size:
        return []
    if np.unique(np.concatenate([low, high])).size <= exact:
        return _blossom(low, high, merits)
    mate = _greedy(low, high, merits)
    _exchange(mate, low, high, merits, merit)
    _pair_the_rest(mate, np.unique(np.concatenate([low, high])), merit)
    return [(at, int(other)) for at, other in enumerate(mate) if other > at]


def _blossom(low: IndexArray, high: IndexArray, merits: FloatArray) -> list[Pair]:
    players, place = np.unique(np.concatenate([low, high]), return_inverse=True)
    one, other = place[: low.size].tolist(), place[low.size :].tolist()
    weights = [round(value * DIGITS) for value in (merits - merits.min()).tolist()]
    graph: rustworkx.PyGraph[None, int] = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from([None] * players.size)
    graph.add_edges_from(list(zip(one, other, weights, strict=True)))
    matched = rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    names = players.tolist()
    return sorted((names[min(pair)], names[max(pair)]) for pair in matched)


def _greedy(low: IndexArray, high: IndexArray, merits: FloatArray) -> IndexArray:
    """Take the best pair whose essays are both free, again and again; return each essay's mate or -1."""
    mate = [-1] * (int(high.max()) + 1)
    best_first = np.lexsort((high, low, -merits))
    for one, other in zip(low[best_first].tolist(), high[best_first].tolist(), strict=True):
        if mate[one] < 0 and mate[other] < 0:
            mate[one], mate[other] = other, one
    return np.array(mate, dtype=np.int64)


def _exchange(mate: IndexArray, low: IndexArray, high: IndexArray, merits: FloatArray, merit: Merit) -> None:
    """Where (u, v) and their mates (x, y) are worth more than (u, x) and (v, y), change; in place."""
    for _ in range(MOST_ROUNDS):
        matched = np.flatnonzero(mate >= 0)
        present = np.zeros(mate.size)
        present[matched] = merit(np.minimum(matched, mate[matched]), np.maximum(matched, mate[matched]))
        if not _exchange_once(mate, (low, high, merits - present[low] - present[high]), merit):
            return


def _exchange_once(mate: IndexArray, gains: tuple[IndexArray, IndexArray, FloatArray], merit: Merit) -> bool:
    """Make all exchanges of one round that touch different essays, the best first; False if there were none.

    ``gains``: candidate pairs, and what each would gain before their mates are paired.
    """
    u, v, gain = gains
    x, y = mate[u], mate[v]
    open_pairs = np.flatnonzero((x != v) & ((x >= 0) | (y >= 0)))
    u, v, x, y = u[open_pairs], v[open_pairs], x[open_pairs], y[open_pairs]
    gain = gain[open_pairs] + _merit_or_none(x, y, merit)
    better = np.flatnonzero(gain > LEAST_GAIN)
    better = better[np.lexsort((v[better], u[better], -gain[better]))]
    touched: set[int] = {-1}
    for four in zip(*(side[better].tolist() for side in (u, v, x, y)), strict=True):
        if touched.isdisjoint(set(four) - {-1}):
            touched.update(four)
            _rejoin(mate, *four)
    return len(touched) > 1


def _rejoin(mate: IndexArray, u: int, v: int, x: int, y: int) -> None:
    mate[u], mate[v] = v, u
    if x >= 0:
        mate[x] = y
    if y >= 0:
        mate[y] = x


def _merit_or_none(one: IndexArray, other: IndexArray, merit: Merit) -> FloatArray:
    """Return merits, zero where one of the two is nobody (-1)."""
    somebody = (one >= 0) & (other >= 0)
    found = np.zeros(one.size)
    a, b = one[somebody], other[somebody]
    found[somebody] = merit(np.minimum(a, b), np.maximum(a, b))
    return found


def _pair_the_rest(mate: IndexArray, players: IndexArray, merit: Merit) -> None:
    """Pair those whom no candidate served, as far as they may meet; in place."""
    rest = players[mate[players] < 0][:BLOSSOM]
    at, other = np.triu_indices(rest.size, 1)
    low, high = rest[at], rest[other]
    merits = merit(low, high)
    fine = np.isfinite(merits)
    for one, two in _blossom(low[fine], high[fine], merits[fine]) if fine.any() else []:
        mate[one], mate[two] = two, one
    alone = players[mate[players] < 0][:BLOSSOM].tolist()
    while len(alone) > 1:
        u = alone.pop()
        found = next((w for w in alone if _take_apart(mate, u, w, players, merit)), None)
        alone = [at for at in alone if at != found]


def _take_apart(mate: IndexArray, u: int, w: int, players: IndexArray, merit: Merit) -> bool:
    """Pair u with v and w with the mate of v, the best v of all; False if there is none."""
    v = players[mate[players] >= 0]
    if not v.size:
        return False
    gains = _merit_or_none(np.full(v.size, u), v, merit) + _merit_or_none(np.full(v.size, w), mate[v], merit)
    best = int(gains.argmax())
    if not np.isfinite(gains[best]):
        return False
    partner = int(v[best])
    _rejoin(mate, u, partner, w, int(mate[partner]))
    return True
