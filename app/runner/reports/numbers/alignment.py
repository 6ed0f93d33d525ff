"""How well the judge agrees with the experts: the numbers over the anchors. PURE.

Fed by the score sheet and the successful comparisons; feeds the report, comparisons of runs and experiments. Where
an anchor has no grade on the scale, or was never compared, no metric is given at all: a missing grade would look
like agreement, and an essay without comparisons has a place on the scale that nobody judged.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from app.contracts.grade_scales import GradeScale, order_of
from app.runner.reports.shapes.alignment import (
    Alignment,
    AnchorLine,
    Coverage,
    Graded,
    Inversion,
    Kind,
    Target,
    Upset,
)
from app.runner.results.scoresheet import Duel, ScoreRow
from app.scoring.agreement import kendall_tau_a, kendall_tau_a_ceiling, kendall_tau_b, spearman_rho
from app.scoring.errors import NotEstimable

MOST_INVERSIONS = 1
LEAST_TAU = 0.90
TOP_GRADES = 2
SAME_SCORE = 1e-9
LAST = 10_000
"""The order of a grade that is unknown: after all others."""

Orders = Mapping[str, int | None]


def align(rows: Sequence[ScoreRow], duels: Sequence[Duel], scale: GradeScale) -> Alignment:
    """Return the numbers over the anchors among ``rows`` and the comparisons between two anchors.

    ``duels`` are all successful comparisons. Ranks follow those of the rows; equal scores share one.
    """
    anchors = sorted((row for row in rows if row.is_anchor), key=lambda row: row.rank)
    orders = {row.essay_id: order_of(row.expert_grade or "", scale) for row in anchors}
    coverage = _coverage(anchors, orders, scale)
    lines = _lines(anchors, orders)
    among = [duel for duel in duels if duel.winner in orders and duel.loser in orders]
    inversions = _inversions(anchors, orders, among)
    given = coverage.withheld is None
    tau_a, tau_b, ceiling, spearman = _correlations(lines, orders) if given else (None,) * 4
    regressed = _regressed(lines, orders) if given else ()
    kinds = [item.kind for item in inversions]
    zero = tuple(_graded(row) for row in anchors if row.wins == 0 and row.comparisons > 0)
    errors = [row.standard_error for row in anchors]
    majority, regressions = (kinds.count("majority"), len(regressed)) if given else (None, None)
    return Alignment(
        grade_scale=scale.id,
        anchors=tuple(sorted(lines, key=lambda line: line.expected)),
        coverage=coverage,
        comparisons=len(duels),
        among_anchors=len(among),
        inverted_pairs=len(inversions) if given else None,
        majority_inversions=majority,
        even_inversions=kinds.count("even") if given else None,
        single_upsets=kinds.count("single") if given else None,
        inversions=tuple(inversions),
        zero_wins=zero,
        tau_a=tau_a,
        tau_b=tau_b,
        tau_a_ceiling=ceiling,
        spearman=spearman,
        top_grades=tuple(reversed(scale.grades[-TOP_GRADES:])),
        top_regressions=regressions,
        top_regressed=regressed,
        mean_error=sum(errors) / len(errors) if errors else None,
        targets=_targets(majority, len(zero) if coverage.compared else None, tau_a, regressions),
    )


def _graded(row: ScoreRow) -> Graded:
    return Graded(essay_id=row.essay_id, name=row.name, grade=row.expert_grade)


def _or_last(order: int | None) -> int:
    return LAST if order is None else order


def _coverage(anchors: Sequence[ScoreRow], orders: Orders, scale: GradeScale) -> Coverage:
    without = tuple(row.name for row in anchors if orders[row.essay_id] is None)
    never = tuple(row.name for row in anchors if row.comparisons == 0)
    graded = len(anchors) - len(without)
    return Coverage(
        anchors=len(anchors),
        graded=graded,
        compared=len(anchors) - len(never),
        share=graded / len(anchors) if anchors else 0.0,
        without_grade=without,
        never_compared=never,
        withheld=_unidentified(anchors) or _withheld(len(anchors), without, never, scale),
    )


def _unidentified(anchors: Sequence[ScoreRow]) -> str | None:
    """Return why nothing is known of anchors that the engine added itself, where its result did not name them."""
    unknown = [row for row in anchors if row.expert_grade is None and row.name == row.essay_id]
    if len(anchors) < 2 or not unknown:
        return None
    return (
        f"{len(unknown)} of {len(anchors)} anchors are known by the engine's ids alone; their names and grades "
        "come with its rich result"
    )


def _withheld(number: int, without: Sequence[str], never: Sequence[str], scale: GradeScale) -> str | None:
    if number < 2:
        return "there are fewer than two anchors"
    if without:
        return f"{len(without)} of {number} anchors have no grade on the scale {scale.id}"
    if never:
        return f"{len(never)} of {number} anchors were never compared"
    return None


def _lines(anchors: Sequence[ScoreRow], orders: Orders) -> list[AnchorLine]:
    """Return one line an anchor, in the order of the rows."""
    expected = sorted(anchors, key=lambda row: _or_last(orders[row.essay_id]))
    places = {row.essay_id: place for place, row in enumerate(expected, start=1)}
    allowed: dict[int, list[int]] = defaultdict(list)
    for row in expected:
        allowed[_or_last(orders[row.essay_id])].append(places[row.essay_id])
    ranks = _shared_ranks(anchors)
    lines = []
    for row, rank in zip(anchors, ranks, strict=True):
        low, high = row.interval
        mine = allowed[_or_last(orders[row.essay_id])]
        line = AnchorLine(
            essay_id=row.essay_id,
            name=row.name,
            file_name=row.file_name,
            grade=row.expert_grade,
            score=row.theta,
            standard_error=row.standard_error,
            low=low,
            high=high,
            rank=rank,
            tied=ranks.count(rank) > 1,
            expected=places[row.essay_id],
            expected_first=mine[0],
            expected_last=mine[-1],
            wins=row.wins,
            losses=row.losses,
            win_rate=row.wins / row.comparisons if row.comparisons else None,
        )
        lines.append(line)
    return lines


def _shared_ranks(anchors: Sequence[ScoreRow]) -> list[int]:
    """Return ranks among the anchors; neighbours with the same score share the better one."""
    ranks: list[int] = []
    for place, row in enumerate(anchors):
        same = place > 0 and abs(anchors[place - 1].theta - row.theta) <= SAME_SCORE
        ranks.append(ranks[-1] if same else place + 1)
    return ranks


def _correlations(lines: Sequence[AnchorLine], orders: Orders) -> tuple[float | None, ...]:
    """Return tau-a against the expected ranks; against the grades tau-b, the ceiling of tau-a, Spearman's rho.

    The expected ranks break ties of grades in the order of the scores, so that essays of one grade cost
    nothing: this tau-a can reach 1. Tau-b counts ties as ties.
    """
    places, grades = [line.rank for line in lines], [_or_last(orders[line.essay_id]) for line in lines]
    tau_a = kendall_tau_a(places, [line.expected for line in lines])
    defined: list[float | None] = []
    for correlation in (kendall_tau_b, spearman_rho):
        try:
            defined.append(correlation(places, grades))
        except NotEstimable:
            defined.append(None)
    tau_b, spearman = defined
    return tau_a, tau_b, kendall_tau_a_ceiling(grades), spearman


def _inversions(anchors: Sequence[ScoreRow], orders: Orders, duels: Sequence[Duel]) -> list[Inversion]:
    rows = {row.essay_id: row for row in anchors}
    meetings: dict[frozenset[str], list[Duel]] = defaultdict(list)
    for duel in duels:
        meetings[frozenset((duel.winner, duel.loser))].append(duel)
    found = []
    for fought in meetings.values():
        upsets = [duel for duel in fought if _is_upset(orders[duel.winner], orders[duel.loser])]
        if upsets:
            inversion = Inversion(
                better=_graded(rows[upsets[0].loser]),
                worse=_graded(rows[upsets[0].winner]),
                upsets=len(upsets),
                times=len(fought),
                kind=_kind(len(upsets), len(fought)),
                verdicts=tuple(map(_upset, upsets)),
            )
            found.append(inversion)
    return sorted(
        found, key=lambda item: (_or_last(orders[item.better.essay_id]), item.better.name, item.worse.name)
    )


def _is_upset(winner: int | None, loser: int | None) -> bool:
    return winner is not None and loser is not None and winner > loser


def _kind(upsets: int, times: int) -> Kind:
    if 2 * upsets == times:
        return "even"
    return "majority" if 2 * upsets > times else "single"


def _upset(duel: Duel) -> Upset:
    return Upset(
        sequence=duel.sequence,
        judge=duel.judge,
        confidence=duel.confidence,
        justification=duel.justification or "",
    )


def _regressed(lines: Sequence[AnchorLine], orders: Orders) -> tuple[Graded, ...]:
    """Return the anchors of the two top grades of the scale that rank below any anchor of a lower grade."""
    top = [line for line in lines if _or_last(orders[line.essay_id]) < TOP_GRADES]
    rest = [line.rank for line in lines if _or_last(orders[line.essay_id]) >= TOP_GRADES]
    return tuple(
        Graded(essay_id=line.essay_id, name=line.name, grade=line.grade)
        for line in top
        if rest and line.rank > min(rest)
    )


def _targets(
    majority: int | None, zero: int | None, tau: float | None, regressions: int | None
) -> tuple[Target, ...]:
    return (
        Target(
            key="inversions",
            name="Direct inversions (by majority)",
            value=majority,
            wanted=f"≤ {MOST_INVERSIONS}",
            met=None if majority is None else majority <= MOST_INVERSIONS,
        ),
        Target(
            key="zero_wins",
            name="Zero-win anchors",
            value=zero,
            wanted="0",
            met=None if zero is None else zero == 0,
        ),
        Target(
            key="tau_a",
            name="Kendall's tau",
            value=tau,
            wanted=f"≥ {LEAST_TAU:.2f}",
            met=None if tau is None else tau >= LEAST_TAU,
        ),
        Target(
            key="top_regressions",
            name="A/B regression",
            value=regressions,
            wanted="0",
            met=None if regressions is None else regressions == 0,
        ),
    )
