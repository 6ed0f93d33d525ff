"""The pairs of a boundary test: from grades and names to who meets whom, how often. PURE.

Fed by the request and by the graded anchors of a package or of a run; feeds the checks of a new run, the plan,
the request to cj, and the report. The same anchors give the same pairs in the same order, wherever it is asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil
from typing import TypeVar

from app.contracts.grade_scales import GradeScale, order_of
from app.errors import FieldProblem
from app.runner.runs.spec import MOST_COMPARISONS, MOST_PAIRS, Boundary, Design, RunRequest
from app.runner.runs.states import Mode

Request = TypeVar("Request", bound=RunRequest)
ALL = "all"
POSITIONS = 2
SPARE = 0.1
"""Room for answers that fail and are asked again, as a share of the comparisons that are wanted."""


@dataclass(frozen=True)
class Anchor:
    """An anchor: ``key`` names it to the program, ``names`` are what a person may write."""

    key: str
    names: tuple[str, ...]
    grade: str


@dataclass(frozen=True)
class GradedPair:
    """Two anchors by their keys, the one with the better grade first, and the boundary between them (``A/B``)."""

    better: str
    worse: str
    boundary: str


@dataclass
class Resolved:
    """The pairs that a request means, best boundary first, and what is wrong with it."""

    pairs: list[GradedPair] = field(default_factory=list)
    problems: list[FieldProblem] = field(default_factory=list)


def resolve(wanted: Boundary, anchors: Sequence[Anchor], scale: GradeScale) -> Resolved:
    """Return the pairs; anchors without a grade on the scale are passed over, as others say what is wrong there.

    Of a pair that is named twice the first naming counts, those of ``boundaries`` before those of ``pairs``.
    """
    graded = [anchor for anchor in anchors if order_of(anchor.grade, scale) is not None]
    found = Resolved()
    named: list[GradedPair] = []
    for place, text in enumerate(wanted.boundaries):
        try:
            named += _between(text, graded, scale)
        except ValueError as error:
            found.problems.append(FieldProblem(f"boundary.boundaries.{place}", str(error)))
    known = {name: found_by for name, found_by in _by_name(graded) if len(found_by) == 1}
    for place, pair in enumerate(wanted.pairs):
        strangers = [(side, name) for side, name in (("a", pair.a), ("b", pair.b)) if name not in known]
        for side, name in strangers:
            message = f"{name[:100]} is not the name of exactly one anchor of the package"
            found.problems.append(FieldProblem(f"boundary.pairs.{place}.{side}", message))
        if strangers:
            continue
        try:
            named.append(_graded_pair(known[pair.a][0], known[pair.b][0], scale))
        except ValueError as error:
            found.problems.append(FieldProblem(f"boundary.pairs.{place}", str(error)))
    found.pairs = _once(named, {anchor.key: _order(anchor, scale) for anchor in graded})
    return found


def _order(anchor: Anchor, scale: GradeScale) -> int:
    order = order_of(anchor.grade, scale)
    return len(scale.grades) + 1 if order is None else order


def _once(named: Iterable[GradedPair], orders: dict[str, int]) -> list[GradedPair]:
    first: dict[tuple[str, str], GradedPair] = {}
    for pair in named:
        first.setdefault((pair.better, pair.worse), pair)
    best = {pair.boundary: (10_000, 10_000) for pair in first.values()}
    for pair in first.values():
        best[pair.boundary] = min(best[pair.boundary], (orders[pair.better], orders[pair.worse]))
    return sorted(first.values(), key=lambda pair: (best[pair.boundary], pair.boundary))


def _between(text: str, anchors: Sequence[Anchor], scale: GradeScale) -> list[GradedPair]:
    if text == ALL:
        return _neighbours(anchors, scale)
    one, other = (_side(name.strip(), scale) for name in text.split("/"))
    if set(one) & set(other):
        raise ValueError(f"{text} has the same grade on both sides: name two grades")
    if max(map(scale.index, one)) > max(map(scale.index, other)):
        better, worse, label = one, other, text
    else:
        better, worse, label = other, one, "/".join(reversed(text.split("/")))
    if min(map(scale.index, better)) < max(map(scale.index, worse)):
        raise ValueError(f"{text} has grades that lie between each other: name grades one above the other")
    label = "/".join(name.strip() for name in label.split("/"))
    above, below = ([anchor for anchor in anchors if anchor.grade in side] for side in (better, worse))
    for side, found in ((better, above), (worse, below)):
        if not found:
            there = ", ".join(_grades_of(anchors, scale))
            raise ValueError(f"no anchor has the grade {' or '.join(side)}; there are {there or 'none'}")
    return [GradedPair(upper.key, lower.key, label) for upper in above for lower in below]


def _side(name: str, scale: GradeScale) -> list[str]:
    """Return the grade of that name, or all grades of that letter."""
    if name in scale:
        return [name]
    of_letter = [grade for grade in scale.grades if grade.rstrip("+-") == name]
    if not of_letter:
        known = ", ".join(reversed(scale.grades))
        raise ValueError(f"{name[:20] or 'an empty name'} is no grade of {scale.id}; it has {known}")
    return of_letter


def _grades_of(anchors: Iterable[Anchor], scale: GradeScale) -> list[str]:
    """Return the grades that anchors have, best first."""
    orders = {anchor.grade: _order(anchor, scale) for anchor in anchors}
    return sorted(orders, key=orders.__getitem__)


def _neighbours(anchors: Sequence[Anchor], scale: GradeScale) -> list[GradedPair]:
    grades = _grades_of(anchors, scale)
    if len(grades) < POSITIONS:
        raise ValueError("the anchors have one grade only: there is no boundary between them")
    return [
        GradedPair(upper.key, lower.key, f"{better}/{worse}")
        for better, worse in pairwise(grades)
        for upper in anchors
        if upper.grade == better
        for lower in anchors
        if lower.grade == worse
    ]


def _by_name(anchors: Iterable[Anchor]) -> Iterator[tuple[str, list[Anchor]]]:
    found: dict[str, dict[str, Anchor]] = {}
    for anchor in anchors:
        for name in anchor.names:
            found.setdefault(name, {})[anchor.key] = anchor
    for name, called in found.items():
        yield name, list(called.values())


def _graded_pair(one: Anchor, other: Anchor, scale: GradeScale) -> GradedPair:
    if one.key == other.key:
        raise ValueError("both names mean the same anchor: name two")
    if one.grade == other.grade:
        raise ValueError(f"both anchors have the grade {one.grade}: a boundary lies between two grades")
    better, worse = sorted((one, other), key=lambda anchor: _order(anchor, scale))
    return GradedPair(better.key, worse.key, f"{better.grade}/{worse.grade}")


def comparisons_of(wanted: Boundary, pairs: int) -> int:
    """Return how many comparisons a test wants: each pair, in both positions, in each iteration."""
    return pairs * wanted.iterations * POSITIONS


def budget_of(request: RunRequest, wanted: int) -> int:
    """Return how many comparisons may be asked: the caller's budget, or what is wanted and some to ask again."""
    most = request.budget.max_comparisons
    return min(MOST_COMPARISONS, wanted + ceil(wanted * SPARE)) if most is None else most


def with_budget(request: Request, pairs: int) -> Request:
    """Return the request with its budget of comparisons filled in."""
    if request.boundary is None:
        return request
    most = budget_of(request, comparisons_of(request.boundary, pairs))
    return request.model_copy(update={"budget": request.budget.model_copy(update={"max_comparisons": most})})


def mode_problems(request: RunRequest) -> Iterator[FieldProblem]:
    """Yield what is wrong where the group and the mode do not go together."""
    meant = request.mode is Mode.BOUNDARY_TEST
    if meant and request.boundary is None:
        yield FieldProblem(
            "boundary", "is required in mode boundary-test: {} tests all grades that are neighbours"
        )
    if request.boundary is not None and not meant:
        yield FieldProblem("boundary", f"has no effect in mode {request.mode}: leave it out, or set boundary-test")


def design_problems(request: RunRequest, pairs: int) -> Iterator[FieldProblem]:
    """Yield what contradicts a boundary test of so many pairs: its design is fixed, and half of it is no test."""
    boundary, usual = request.boundary, Design()
    if boundary is None:
        return
    for name in ("pairing", "pairs", "both_orders", "early_repeats", "stop"):
        if getattr(request.design, name) != getattr(usual, name):
            message = "has no effect in mode boundary-test, which asks its pairs in both positions: leave it out"
            yield FieldProblem(f"design.{name}", message)
    wanted, most = comparisons_of(boundary, pairs), request.budget.max_comparisons
    said = f"{pairs} pairs x {boundary.iterations} iterations x {POSITIONS} positions = {wanted} comparisons"
    if pairs * POSITIONS > MOST_PAIRS:
        few = f"{pairs} pairs are more than the {MOST_PAIRS // POSITIONS} of one run: name fewer boundaries"
        yield FieldProblem("boundary.boundaries", few)
    elif wanted > MOST_COMPARISONS:
        yield FieldProblem("boundary.iterations", f"{said}, more than {MOST_COMPARISONS}: take fewer iterations")
    elif most is not None and most < wanted:
        message = f"{said}, more than this budget of {most}: raise it, or take fewer iterations or pairs"
        yield FieldProblem("budget.max_comparisons", message)
