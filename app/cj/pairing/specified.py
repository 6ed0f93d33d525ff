"""Pairs that the caller gave: exactly these, in the given positions, as often as wanted. PURE.

Fed by the design and what was asked; feeds ``wave``.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from app.cj.design import Oriented, Specified


def remaining(specified: Sequence[Specified], asked: Iterable[Oriented]) -> list[Oriented]:
    """Return what is still to be asked: every pair once before any of them again, in the caller's order."""
    left = Counter(asked)
    found = []
    for turn in range(max((wanted.times for wanted in specified), default=0)):
        for wanted in specified:
            shown = (wanted.a, wanted.b)
            if turn >= wanted.times:
                continue
            if left[shown] > 0:
                left[shown] -= 1
            else:
                found.append(shown)
    return found
