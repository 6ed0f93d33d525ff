"""How many comparisons a design leads to, and in how many waves, as far as can be known beforehand. PURE.

Fed by the request and by the counts of essays; feeds the plan. The engine decides the rest while verdicts come in:
what depends on them is given as a range, and what depends on its settings as unknown.
"""

import math
from dataclasses import dataclass

from app.runner.runs.boundary import POSITIONS, budget_of, comparisons_of
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import Mode

ALL_AT_ONCE = "provider_batch_api"


@dataclass(frozen=True)
class Judged:
    """The essays that are compared, by role."""

    anchors: int
    students: int

    @property
    def essays(self) -> int:
        """All of them."""
        return self.anchors + self.students


@dataclass(frozen=True)
class Expected:
    """Pairs there are, and comparisons in all and by wave; None where only the engine knows.

    A pair in both orders is two comparisons. ``reason`` says what bounds the number.
    """

    pairs_possible: int
    at_least: int | None
    at_most: int | None
    per_wave: int | None
    waves_at_most: int | None
    reason: str


def expected(request: RunRequest, judged: Judged) -> Expected:
    """Return what the request's design and budget lead to with these essays."""
    listed, most = _listed(request), request.budget.max_comparisons
    at_most = min((number for number in (listed, most) if number is not None), default=None)
    per_wave = _per_wave(request, judged, at_most)
    return Expected(
        pairs_possible=pairs_possible(request, judged),
        at_least=_at_least(request, at_most),
        at_most=at_most,
        per_wave=per_wave,
        waves_at_most=None if at_most is None or not per_wave else math.ceil(at_most / per_wave),
        reason=_reason(request, at_most, listed),
    )


def expected_of_test(request: RunRequest, pairs: int) -> Expected:
    """Return what a boundary test of so many pairs leads to: all of it is asked, in one wave."""
    if request.boundary is None:
        raise ValueError("only a boundary test has a group boundary")
    wanted = comparisons_of(request.boundary, pairs)
    most = budget_of(request, wanted)
    times = f"{pairs} pairs x {request.boundary.iterations} iterations x {POSITIONS} positions = {wanted}"
    more = "" if most == wanted else f"; up to {most} where answers fail and are asked again"
    return Expected(pairs, wanted, most, wanted, 1, f"{times}{more}")


def judged_in(mode: Mode, *, anchors: int, students: int) -> Judged:
    """Return the essays of a package that a mode compares."""
    return Judged(anchors, students if mode is Mode.EXECUTE else 0)


def pairs_possible(request: RunRequest, judged: Judged) -> int:
    """Return how many different pairs the design may ask."""
    if request.design.pairs:
        return len({frozenset((pair.a, pair.b)) for pair in request.design.pairs})
    if request.design.pairing == "anchors_only":
        return judged.anchors * judged.students
    return math.comb(judged.essays, 2)


def _listed(request: RunRequest) -> int | None:
    return sum(pair.times for pair in request.design.pairs) if request.design.pairs else None


def _at_least(request: RunRequest, at_most: int | None) -> int | None:
    design = request.design
    if design.stop.rule == "cap" or design.batching_mode == ALL_AT_ONCE or at_most is None:
        return at_most if at_most is not None else design.stop.min_comparisons
    return None if design.stop.min_comparisons is None else min(at_most, design.stop.min_comparisons)


def _per_wave(request: RunRequest, judged: Judged, at_most: int | None) -> int | None:
    """Each essay is in one pair of a wave; anchors take turns with ``anchors_only``; a list is asked at once."""
    design = request.design
    if design.batching_mode == ALL_AT_ONCE or design.pairs:
        return at_most
    pairs = judged.students if design.pairing == "anchors_only" else judged.essays // 2
    whole = pairs * (2 if design.both_orders else 1)
    return whole if at_most is None else min(whole, at_most)


def _reason(request: RunRequest, at_most: int | None, listed: int | None) -> str:
    rule = request.design.stop.rule
    if at_most is None:
        return "budget.max_comparisons is left out: the engine's own budget counts, which is not known here"
    if listed is not None and listed == at_most:
        return "design.pairs lists so many comparisons"
    if rule == "cap" or request.design.batching_mode == ALL_AT_ONCE:
        return "all of budget.max_comparisons is asked"
    return f"budget.max_comparisons; the stop rule {rule} may end it earlier"
