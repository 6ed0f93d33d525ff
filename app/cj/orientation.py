"""Who is shown first: keeps every essay, and every pair, equally often in both positions. PURE.

Fed by a wave's pairs; feeds the comparisons. A pair that was asked before is shown the other way round; else the
essay that was first less often comes first; where both are even, the next partners decide: two essays that
will probably meet next get opposite positions now, so that both can be even then (an Euler tour along the
pairs of this wave and the next).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from app.cj.design import Oriented, Pair


class Positions:
    """How often each essay and each pair was shown in which position, while a wave is being oriented."""

    def __init__(self, shown: Iterable[Oriented]) -> None:
        self.seen: Counter[Oriented] = Counter(shown)
        self.skew: Counter[int] = Counter()
        self.counts: Counter[int] = Counter()
        for (first, second), times in self.seen.items():
            self._add(first, second, times)

    def take(self, first: int, second: int) -> Oriented:
        """Note that a pair is shown this way round, and return it."""
        self.seen[(first, second)] += 1
        self._add(first, second, 1)
        return first, second

    def leaning(self, pair: Pair) -> float:
        """Return below zero where the pair should be shown as it stands, above zero for turned, 0 for either."""
        one, other = pair
        forward, backward = self.seen[(one, other)], self.seen[(other, one)]
        if forward != backward:
            return float(forward - backward)
        return self.skew[one] / (1 + self.counts[one]) - self.skew[other] / (1 + self.counts[other])

    def _add(self, first: int, second: int, times: int) -> None:
        self.skew[first] += times
        self.skew[second] -= times
        self.counts[first] += times
        self.counts[second] += times


def orient(
    pairs: Sequence[Pair],
    shown: Iterable[Oriented],
    *,
    rng: np.random.Generator,
    partners: Mapping[int, int] | None = None,
) -> list[Oriented]:
    """Return each pair with its first essay chosen; ``shown`` is everything asked before, as it was shown.

    ``partners`` tells who will probably meet whom in the next wave.
    """
    positions = Positions(shown)
    coins = (rng.random(len(pairs)) < 0.5).tolist()
    found: dict[int, Oriented] = {}
    firsts: dict[int, int] = {}
    if partners:
        settled = [at for at, pair in enumerate(pairs) if positions.leaning(pair) != 0]
        found = {at: positions.take(*_turned(pairs[at], positions.leaning(pairs[at]) < 0)) for at in settled}
        even = [at for at in range(len(pairs)) if at not in found]
        firsts = _tour([pairs[at] for at in even], [coins[at] for at in even], positions, partners)
    for at, pair in enumerate(pairs):
        if at not in found:
            leaning = positions.leaning(pair)
            forward = leaning < 0 if leaning != 0 else firsts.get(pair[0], 1 if coins[at] else -1) > 0
            found[at] = positions.take(*_turned(pair, forward))
    return [found[at] for at in range(len(pairs))]


def _turned(pair: Pair, forward: bool) -> Oriented:
    return pair if forward else (pair[1], pair[0])


def _tour(
    pairs: Sequence[Pair], coins: Sequence[bool], positions: Positions, partners: Mapping[int, int]
) -> dict[int, int]:
    """Return 1 (first) or -1 for the essays of even pairs, so that partners of the next wave get opposite ones."""
    mate = dict(pairs) | {other: one for one, other in pairs}
    wanted: dict[int, int] = {}

    def walk(at: int | None, sign: int) -> None:
        while at in mate and at not in wanted:
            wanted[at], wanted[mate[at]] = sign, -sign
            at = partners.get(mate[at])

    for at in sorted(mate):
        partner = partners.get(at)
        if partner is not None and partner not in mate and positions.skew[partner] != 0:
            walk(at, -1 if positions.skew[partner] > 0 else 1)
    for (one, _), coin in zip(pairs, coins, strict=True):
        walk(one, 1 if coin else -1)
        walk(partners.get(one), -wanted[one])
    return wanted
