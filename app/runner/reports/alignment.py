"""How well the judge agrees with the experts: the numbers of an alignment report. PURE.

Fed by the score sheet and the successful comparisons; feeds ``markdown``. Where an anchor has no grade on the
scale, no metric is given at all, since a missing grade would look like agreement.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from app.contracts.grade_scales import GradeScale, order_of
from app.runner.results.scoresheet import Duel, ScoreRow
from app.scoring.agreement import kendall_tau_a, kendall_tau_a_ceiling, kendall_tau_b, spearman_rho
from app.scoring.errors import NotEstimable

MOST_INVERSIONS = 1
LEAST_TAU = 0.90
TOP_GRADES = 2


@dataclass(frozen=True)
class Ranked:
    """One anchor with its rank among the anchors and the rank that its grade would give it."""

    row: ScoreRow
    rank: int
    expected: int


@dataclass(frozen=True)
class Inversion:
    """A pair of anchors where the worse grade won; ``upsets`` of ``times`` comparisons went that way."""

    better: ScoreRow
    worse: ScoreRow
    upsets: int
    times: int
    confidence: float | None
    justification: str

    @property
    def by_majority(self) -> bool:
        """Whether the worse grade won more often than not."""
        return 2 * self.upsets > self.times


@dataclass(frozen=True)
class Target:
    """One line of the target table."""

    name: str
    value: str
    wanted: str
    met: bool | None


@dataclass(frozen=True)
class Alignment:
    """All numbers of the report; correlations are None where they are not defined or coverage is not full."""

    anchors: tuple[Ranked, ...]
    coverage: float
    comparisons: int
    inversions: tuple[Inversion, ...]
    zero_wins: tuple[ScoreRow, ...]
    tau_a: float | None
    tau_b: float | None
    tau_a_ceiling: float | None
    spearman: float | None
    top_regressions: int | None

    @property
    def mean_error(self) -> float | None:
        """The mean standard error of the anchors, in logits."""
        errors = [item.row.standard_error for item in self.anchors]
        return sum(errors) / len(errors) if errors else None

    @property
    def majority_inversions(self) -> int:
        """Pairs in which the worse grade won by majority."""
        return sum(inversion.by_majority for inversion in self.inversions)

    def targets(self) -> list[Target]:
        """Return the table of targets; ``met`` is None where nothing could be computed."""
        full = self.coverage == 1.0
        tau = self.tau_a
        return [
            Target(
                "Direct inversions (by majority)",
                str(self.majority_inversions) if full else "not computed",
                f"≤ {MOST_INVERSIONS}",
                self.majority_inversions <= MOST_INVERSIONS if full else None,
            ),
            Target("Zero-win anchors", str(len(self.zero_wins)), "0", not self.zero_wins),
            Target(
                "Kendall's tau",
                "not computed" if tau is None else f"{tau:.3f}",
                f"≥ {LEAST_TAU:.2f}",
                None if tau is None else tau >= LEAST_TAU,
            ),
            Target(
                "A/B regression",
                "not computed" if self.top_regressions is None else str(self.top_regressions),
                "0",
                None if self.top_regressions is None else self.top_regressions == 0,
            ),
        ]


def align(rows: Sequence[ScoreRow], duels: Sequence[Duel], scale: GradeScale) -> Alignment:
    """Return the numbers over the anchors among ``rows`` and the comparisons between two anchors."""
    anchors = sorted((row for row in rows if row.is_anchor), key=lambda row: row.rank)
    orders = {row.essay_id: order_of(row.expert_grade or "", scale) for row in anchors}
    graded = [order for order in orders.values() if order is not None]
    full = len(anchors) > 0 and len(graded) == len(anchors)
    expected = sorted(anchors, key=lambda row: _or_last(orders[row.essay_id]))
    places = {row.essay_id: place for place, row in enumerate(expected, start=1)}
    ranked = tuple(Ranked(row, rank, places[row.essay_id]) for rank, row in enumerate(anchors, start=1))
    among = [duel for duel in duels if duel.winner in orders and duel.loser in orders]
    tau_a, tau_b, ceiling, spearman = _correlations(ranked, graded) if full else (None,) * 4
    return Alignment(
        anchors=tuple(sorted(ranked, key=lambda item: item.expected)),
        coverage=len(graded) / len(anchors) if anchors else 0.0,
        comparisons=len(duels),
        inversions=tuple(_inversions(anchors, orders, among)),
        zero_wins=tuple(row for row in anchors if row.wins == 0),
        tau_a=tau_a,
        tau_b=tau_b,
        tau_a_ceiling=ceiling,
        spearman=spearman,
        top_regressions=_top_regressions(ranked, orders) if full else None,
    )


def _or_last(order: int | None) -> int:
    return 10_000 if order is None else order


def _correlations(ranked: Sequence[Ranked], graded: Sequence[int]) -> tuple[float | None, ...]:
    """Return tau-a against the expected ranks; against the grades tau-b, the ceiling of tau-a, Spearman's rho.

    The expected ranks break ties of grades in the order of the scores, so that essays of one grade cost
    nothing: this tau-a can reach 1. Tau-b counts ties as ties.
    """
    if len(ranked) < 2:
        return (None,) * 4
    by_rank = sorted(ranked, key=lambda item: item.rank)
    places, grades = [item.rank for item in by_rank], list(graded)
    tau_a = kendall_tau_a(places, [item.expected for item in by_rank])
    defined: list[float | None] = []
    for correlation in (kendall_tau_b, spearman_rho):
        try:
            defined.append(correlation(places, grades))
        except NotEstimable:
            defined.append(None)
    tau_b, spearman = defined
    return tau_a, tau_b, kendall_tau_a_ceiling(grades), spearman


def _inversions(
    anchors: Sequence[ScoreRow], orders: dict[str, int | None], duels: Sequence[Duel]
) -> list[Inversion]:
    rows = {row.essay_id: row for row in anchors}
    meetings: dict[frozenset[str], list[Duel]] = defaultdict(list)
    for duel in duels:
        meetings[frozenset((duel.winner, duel.loser))].append(duel)
    found = []
    for fought in meetings.values():
        upsets = [duel for duel in fought if _is_upset(orders[duel.winner], orders[duel.loser])]
        if upsets:
            first = upsets[0]
            better, worse = rows[first.loser], rows[first.winner]
            why = first.justification or ""
            found.append(Inversion(better, worse, len(upsets), len(fought), first.confidence, why))
    return sorted(
        found, key=lambda item: (_or_last(orders[item.better.essay_id]), item.better.name, item.worse.name)
    )


def _is_upset(winner: int | None, loser: int | None) -> bool:
    return winner is not None and loser is not None and winner > loser


def _top_regressions(ranked: Sequence[Ranked], orders: dict[str, int | None]) -> int:
    """Count anchors of the two best grades that rank below any anchor of a lower grade."""
    top = [item.rank for item in ranked if _or_last(orders[item.row.essay_id]) < TOP_GRADES]
    rest = [item.rank for item in ranked if _or_last(orders[item.row.essay_id]) >= TOP_GRADES]
    return sum(rank > min(rest) for rank in top) if rest else 0
