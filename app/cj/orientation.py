"""Who is shown first: keeps every essay equally often in both positions. PURE.

Fed by a wave's pairs; feeds the comparisons. A pair that is asked again is shown the other way round.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from app.cj.design import Oriented, Pair


def orient(pairs: Sequence[Pair], shown: Iterable[Oriented], *, rng: np.random.Generator) -> list[Oriented]:
    """Return each pair with its first essay chosen; ``shown`` is everything asked before, as it was shown."""
    seen = Counter(shown)
    skew: Counter[int] = Counter()
    for (first, second), times in seen.items():
        skew[first] += times
        skew[second] -= times
    oriented = []
    for pair in pairs:
        first, second = _oriented(pair, seen, skew, rng)
        skew[first] += 1
        skew[second] -= 1
        oriented.append((first, second))
    return oriented


def _oriented(pair: Pair, seen: Counter[Oriented], skew: Counter[int], rng: np.random.Generator) -> Oriented:
    one, other = pair
    forward, backward = seen[(one, other)], seen[(other, one)]
    if forward != backward:
        return (one, other) if forward < backward else (other, one)
    cost = abs(skew[one] + 1) + abs(skew[other] - 1) - abs(skew[one] - 1) - abs(skew[other] + 1)
    if cost == 0:
        return (one, other) if rng.random() < 0.5 else (other, one)
    return (one, other) if cost < 0 else (other, one)
