"""The next wave: pairs by the batch's policy, oriented, within the room that is left. PURE.

Fed by the standing of a batch; feeds ``waves``, which writes and sends the comparisons.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from app.cj.design import Design, Oriented, Policy, Standing
from app.cj.orientation import orient
from app.cj.pairing.anchored import students_against_anchors
from app.cj.pairing.connect import tied
from app.cj.pairing.history import History
from app.cj.pairing.matched import Choice
from app.cj.pairing.specified import remaining


def next_wave(standing: Standing, design: Design, *, room: int, rng: np.random.Generator) -> list[Oriented]:
    """Return the next comparisons, as shown, at most ``room``; empty when the design has nothing more to ask.

    Each essay is in one pair at most, but for ``anchors_only`` (each student once, anchors by turns) and
    ``pre_specified`` (all that is left, in the caller's order). The same input gives the same output.
    """
    return _wave(standing, design, [], room, rng)


def all_at_once(standing: Standing, design: Design, *, room: int, rng: np.random.Generator) -> list[Oriented]:
    """Return several waves that need no verdicts between them, at most ``room`` comparisons in all."""
    planned: list[Oriented] = []
    while wave := _wave(standing, design, planned, room - len(planned), rng):
        planned += wave
    return planned


def _wave(
    standing: Standing, design: Design, planned: Sequence[Oriented], room: int, rng: np.random.Generator
) -> list[Oriented]:
    if room < 1 or standing.essays < 2:
        return []
    asked = [*standing.asked, *planned]
    if design.policy is Policy.PRE_SPECIFIED:
        return remaining(design.specified, asked)[:room]
    if design.both_orders:
        return _both_ways(standing, design, planned, rng)[:room]
    return _one_way(standing, design, planned, frozenset(), rng)[:room]


def _both_ways(
    standing: Standing, design: Design, planned: Sequence[Oriented], rng: np.random.Generator
) -> list[Oriented]:
    """Return each pair in both positions, one after the other; first what earlier waves left half asked."""
    halves = _missing_halves([*standing.asked, *planned])
    busy = frozenset(at for shown in halves for at in shown)
    fresh = _one_way(standing, design, planned, busy, rng)
    return [*halves, *(shown for first in fresh for shown in (first, first[::-1]))]


def _one_way(
    standing: Standing,
    design: Design,
    planned: Sequence[Oriented],
    busy: frozenset[int],
    rng: np.random.Generator,
) -> list[Oriented]:
    """Return the pairs of a wave, the most needed first, each as shown; none of ``busy``."""
    if design.policy is Policy.ANCHORS_ONLY:
        history = History.of(standing.essays, [*standing.asked, *planned])
        wave = students_against_anchors(standing, design, history, tied(standing, planned), rng)
        return [shown for shown in wave if busy.isdisjoint(shown)]
    choice = Choice.of(standing, design, planned, rng)
    pairs = choice.pairs(busy)
    partners = {} if design.both_orders else choice.partners_after(pairs)
    return orient(pairs, [*standing.asked, *planned], rng=rng, partners=partners)


def _missing_halves(asked: Sequence[Oriented]) -> list[Oriented]:
    """Return the other order of each pair that was asked more often in one order."""
    times = Counter(asked)
    lacking = Counter({shown[::-1]: count - times[shown[::-1]] for shown, count in times.items()})
    return [shown for shown, count in sorted(lacking.items()) for _ in range(max(0, count))]
