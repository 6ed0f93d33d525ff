"""Students against anchors: each student once a wave, the anchors by turns. PURE.

Fed by the standing of a batch; feeds ``wave``. Students choose in turn, those asked least first. A student
meets an anchor that it met least; among those one of a separate group, then one asked least, where a meeting
that leaves a position unbalanced counts like ``UNBALANCE`` comparisons more; then by lot.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.cj.design import Design, Oriented, Pair, Standing
from app.cj.pairing.connect import groups_of
from app.cj.pairing.history import History
from app.cj.pairing.pool import BoolArray
from app.scoring.data import FloatArray, IndexArray

UNBALANCE = 2


@dataclass(eq=False)
class Turns:
    """A wave while it is being made.

    ``met`` and ``lean`` (students, anchors): times asked, and how much more often the student came first;
    ``open``: what may be asked. ``counts`` and ``skew`` by anchor and ``groups`` by essay change as it grows.
    """

    students: IndexArray
    anchors: IndexArray
    met: IndexArray
    lean: IndexArray
    open: BoolArray
    counts: IndexArray
    skew: IndexArray
    groups: IndexArray


def students_against_anchors(
    standing: Standing, design: Design, history: History, ties: Sequence[Pair], rng: np.random.Generator
) -> list[Oriented]:
    """Return the wave, as shown, those first whose student was asked least."""
    turns = _begin(standing, design, history, ties)
    if not turns.met.size:
        return []
    lots = rng.random(turns.met.shape)
    wave: list[Oriented] = []
    for student in _by_need(turns.students, history, rng):
        wave += _meet(turns, history, student, lots[student])
    return wave


def _by_need(students: IndexArray, history: History, rng: np.random.Generator) -> list[int]:
    """Return the students, those asked least first; of equals, ahead and behind in position alternate, by lot."""
    lots = rng.permutation(students.size)
    signs, place = np.sign(history.skew[students]), np.zeros(students.size)
    for sign in (-1, 0, 1):
        same = np.flatnonzero(signs == sign)
        place[same[np.argsort(lots[same])]] = np.arange(same.size)
    order = np.lexsort((signs, place, history.counts[students]))
    return [int(at) for at in order]


def _begin(standing: Standing, design: Design, history: History, ties: Sequence[Pair]) -> Turns:
    anchors = np.array(sorted(standing.anchors), dtype=np.int64)
    students = np.setdiff1d(np.arange(standing.essays), anchors)
    one, other = np.meshgrid(students, anchors, indexing="ij")
    low, high = np.minimum(one, other), np.maximum(one, other)
    met = history.times_of(low, high)
    fine = np.ones(met.shape, dtype=bool)
    if standing.available is not None:
        keys = [first * standing.essays + second for first, second in sorted(standing.available)]
        fine = np.isin(low * standing.essays + high, keys)
    if fine.any() and not design.early_repeats:
        fine &= met == met[fine].min()
    lean = history.lean_of(low, high) * np.where(one < other, 1, -1)
    counts, skew = history.counts[anchors].copy(), history.skew[anchors].copy()
    return Turns(students, anchors, met, lean, fine, counts, skew, groups_of(standing.essays, ties))


def _meet(turns: Turns, history: History, student: int, lots: FloatArray) -> list[Oriented]:
    """Choose the student's anchor and who is shown first, and note it; nothing if it may meet none."""
    options = np.flatnonzero(turns.open[student])
    if not options.size:
        return []
    essay = int(turns.students[student])
    own, skews, counts = int(history.skew[essay]), turns.skew[options], turns.counts[options]
    either = np.where(skews != 0, np.sign(skews), np.where(lots[options] < 0.5, 1, -1))
    lean = turns.lean[student, options]
    turn = np.where(lean != 0, -np.sign(lean), -np.sign(own) if own else either)
    cost = (own + turn) ** 2 - (history.counts[essay] + 1) % 2 + (skews - turn) ** 2 - (counts + 1) % 2
    same = turns.groups[turns.anchors[options]] == turns.groups[essay]
    order = np.lexsort((lots[options], counts + UNBALANCE * cost / 4, same, turns.met[student, options]))
    at, essay_first = int(options[order[0]]), bool(turn[order[0]] > 0)
    anchor = int(turns.anchors[at])
    turns.counts[at] += 1
    turns.skew[at] -= 1 if essay_first else -1
    turns.groups[turns.groups == turns.groups[anchor]] = turns.groups[essay]
    return [(essay, anchor) if essay_first else (anchor, essay)]
