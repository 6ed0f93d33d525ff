"""Can the judge tell two grades apart? The numbers of a boundary test. PURE.

Fed by the pairs that were wanted and the answers on them; feeds the report in all its forms. A verdict is a win
where the anchor with the better expert grade won. All intervals are 95 %.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.scoring.bias import Share, wilson_interval
from app.scoring.clusters import (
    Difference,
    Mean,
    clustered_mean,
    clustered_share,
    difference_of,
    mean_of,
)

Verdict = Literal["holds", "does_not_hold", "cannot_tell"]
Reach = Literal["other_essays", "these_pairs"]
POSITIONS = 2


@dataclass(frozen=True)
class Wanted:
    """A pair that was to be asked: ids, names and grades, the better one first, and the boundary between them."""

    better: str
    worse: str
    better_name: str
    worse_name: str
    better_grade: str
    worse_grade: str
    boundary: str


@dataclass(frozen=True)
class Answer:
    """One answer of the judge: who was shown first and second, who won (None: an invalid answer)."""

    first: str
    second: str
    winner: str | None
    confidence: float | None


@dataclass(frozen=True)
class Agreement:
    """How far repetitions agree with each other, each a share from 0 to 1; None without the verdicts for it.

    ``majority``: verdicts that name the essay named more often (a half where both were). ``within``: of two
    repetitions in the same position, drawn at random, the chance that they name the same essay (1 minus Gini's
    index, without bias: pairs of different repetitions). ``across``: the same of one repetition in each position.
    """

    majority: float | None
    within: float | None
    across: float | None


@dataclass(frozen=True)
class Position:
    """What the position does. ``first_picks``: the essay shown first won; 0.5 without bias, as both are asked.

    ``better_first`` and ``better_second``: wins of the better grade where it was shown there; ``difference``
    between them (Newcombe's interval): above 0 the judge favours what it sees first. All of the very pairs;
    ``first_picks_elsewhere`` has the pair as the cluster.
    """

    first_picks: Share | None
    first_picks_elsewhere: Share | None
    better_first: Share | None
    better_second: Share | None
    difference: Difference | None


@dataclass(frozen=True)
class Tally:
    """What a pair, a boundary or the whole test comes to.

    ``asked`` comparisons were wanted, ``verdicts`` came; ``invalid`` answers named no winner (and may have been
    asked again), ``missing`` verdicts never came. ``win_rate`` has Wilson's interval, ``confidence`` (from 1 to 5)
    Student's: they speak of these very pairs. Those that end in ``elsewhere`` have the pair as the cluster and
    speak of other essays with these grades; of one pair alone there are none.
    """

    asked: int
    verdicts: int
    wins: int
    invalid: int
    missing: int
    win_rate: Share | None
    win_rate_elsewhere: Share | None
    confidence: Mean | None
    confidence_elsewhere: Mean | None
    position: Position
    agreement: Agreement
    verdict: Verdict
    reach: Reach | None


@dataclass(frozen=True)
class PairResult:
    """One pair with its numbers."""

    pair: Wanted
    tally: Tally


@dataclass(frozen=True)
class BoundaryResult:
    """One boundary: its numbers over all its pairs, and the pairs."""

    boundary: str
    tally: Tally
    pairs: tuple[PairResult, ...]


@dataclass(frozen=True)
class BoundaryTest:
    """The whole test; ``strangers`` are answers on pairs that nobody wanted, which count nowhere."""

    iterations: int
    least_win_rate: float
    overall: Tally
    boundaries: tuple[BoundaryResult, ...]
    strangers: int


@dataclass
class _Counts:
    """The answers on one pair."""

    asked: int
    wins: list[int]
    verdicts: list[int]
    invalid: int
    confidence: list[float]

    @property
    def won(self) -> int:
        return sum(self.wins)

    @property
    def total(self) -> int:
        return sum(self.verdicts)

    @property
    def first_picks(self) -> int:
        return self.wins[0] + self.verdicts[1] - self.wins[1]


def boundary_test(
    wanted: Sequence[Wanted], answers: Iterable[Answer], *, iterations: int, least_win_rate: float
) -> BoundaryTest:
    """Return the numbers; boundaries and pairs in the order of ``wanted``, ids as in ``answers``."""
    counts = {
        frozenset((pair.better, pair.worse)): _Counts(iterations * POSITIONS, [0, 0], [0, 0], 0, [])
        for pair in wanted
    }
    better = {frozenset((pair.better, pair.worse)): pair.better for pair in wanted}
    strangers = 0
    for answer in answers:
        met = frozenset((answer.first, answer.second))
        if met in counts:
            _count(counts[met], answer, better[met])
        else:
            strangers += 1
    by_boundary: dict[str, list[tuple[Wanted, _Counts]]] = defaultdict(list)
    for pair in wanted:
        by_boundary[pair.boundary].append((pair, counts[frozenset((pair.better, pair.worse))]))
    return BoundaryTest(
        iterations,
        least_win_rate,
        _tally(list(counts.values()), least_win_rate),
        tuple(_boundary(name, found, least_win_rate) for name, found in by_boundary.items()),
        strangers,
    )


def _count(counts: _Counts, answer: Answer, better: str) -> None:
    if answer.winner is None:
        counts.invalid += 1
        return
    place = 0 if answer.first == better else 1
    counts.verdicts[place] += 1
    counts.wins[place] += answer.winner == better
    if answer.confidence is not None:
        counts.confidence.append(answer.confidence)


def _boundary(name: str, found: Sequence[tuple[Wanted, _Counts]], least: float) -> BoundaryResult:
    pairs = tuple(PairResult(pair, _tally([counts], least)) for pair, counts in found)
    return BoundaryResult(name, _tally([counts for _, counts in found], least), pairs)


def _tally(pairs: Sequence[_Counts], least: float) -> Tally:
    wins, verdicts = [pair.won for pair in pairs], [pair.total for pair in pairs]
    here = _share(sum(wins), sum(verdicts))
    elsewhere = _elsewhere(wins, verdicts)
    each = [_against(_share(*one), least) for one in zip(wins, verdicts, strict=True)]
    verdict, reach = _verdict(_against(here, least), _against(elsewhere, least), each)
    values = [pair.confidence for pair in pairs]
    return Tally(
        asked=sum(pair.asked for pair in pairs),
        verdicts=sum(verdicts),
        wins=sum(wins),
        invalid=sum(pair.invalid for pair in pairs),
        missing=sum(max(0, pair.asked - pair.total) for pair in pairs),
        win_rate=here,
        win_rate_elsewhere=elsewhere,
        confidence=mean_of([value for of_pair in values for value in of_pair]),
        confidence_elsewhere=clustered_mean(values),
        position=_position(pairs),
        agreement=_agreement(pairs),
        verdict=verdict,
        reach=reach,
    )


def _share(hits: int, count: int) -> Share | None:
    return wilson_interval(hits, count) if count else None


def _elsewhere(hits: Sequence[int], counts: Sequence[int]) -> Share | None:
    return clustered_share(hits, counts) if sum(count > 0 for count in counts) > 1 else None


def _against(share: Share | None, least: float) -> Verdict:
    """Return what an interval says of the wanted rate: all of it above, all of it below, or neither."""
    if share is None or share.low <= least <= share.high:
        return "cannot_tell"
    return "holds" if share.low > least else "does_not_hold"


def _verdict(here: Verdict, elsewhere: Verdict, each: Sequence[Verdict]) -> tuple[Verdict, Reach | None]:
    """Return the verdict and how far it reaches: first for essays like these, else for these pairs alone.

    For these pairs alone nothing is said where one of them, by itself, shows the contrary.
    """
    if elsewhere != "cannot_tell":
        return elsewhere, "other_essays"
    contrary = {"holds": "does_not_hold", "does_not_hold": "holds"}.get(here)
    if contrary is None or contrary in each:
        return "cannot_tell", None
    return here, "these_pairs"


def _position(pairs: Sequence[_Counts]) -> Position:
    picks, verdicts = [pair.first_picks for pair in pairs], [pair.total for pair in pairs]
    first, second = (
        _share(sum(pair.wins[place] for pair in pairs), sum(pair.verdicts[place] for pair in pairs))
        for place in range(POSITIONS)
    )
    return Position(
        _share(sum(picks), sum(verdicts)),
        _elsewhere(picks, verdicts),
        first,
        second,
        None if first is None or second is None else difference_of(first, second),
    )


def _agreement(pairs: Sequence[_Counts]) -> Agreement:
    majority, within, across = [], [], []
    for pair in pairs:
        majority.append((max(pair.won, pair.total - pair.won), pair.total))
        same = [_same(won, total) for won, total in zip(pair.wins, pair.verdicts, strict=True)]
        within.append((sum(alike for alike, _ in same), sum(drawn for _, drawn in same)))
        (a, b), (m, n) = pair.wins, pair.verdicts
        across.append((a * b + (m - a) * (n - b), m * n))
    return Agreement(*(_weighted(shares) for shares in (majority, within, across)))


def _same(won: int, total: int) -> tuple[int, int]:
    """Return how many of all pairs of repetitions agree, and how many pairs there are."""
    lost = total - won
    return (won * (won - 1) + lost * (lost - 1)) // 2, total * (total - 1) // 2


def _weighted(shares: Sequence[tuple[int, int]]) -> float | None:
    total = sum(of for _, of in shares)
    return sum(some for some, _ in shares) / total if total else None


def answers_of(records: Iterable[Mapping[str, object]]) -> Iterable[Answer]:
    """Yield the answers of an artefact's ``llm_comparisons``; essay A is the one that was shown first."""
    for record in records:
        winner, confidence = record["winner_id"], record["confidence"]
        yield Answer(
            str(record["essay_a_id"]),
            str(record["essay_b_id"]),
            None if winner is None else str(winner),
            float(confidence) if isinstance(confidence, int | float) else None,
        )
