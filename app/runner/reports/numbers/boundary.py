"""Can the judge tell two grades apart? From the answers on chosen pairs to the numbers of a boundary test. PURE.

Fed by the pairs that were wanted and the answers on them; feeds every rendering. Win rates have Wilson's interval
(1927), means Student's; with the pair as the cluster those of ``scoring.clusters``.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.runner.reports.shapes.base import Rate
from app.runner.reports.shapes.boundary import (
    AskedPair,
    BoundaryResult,
    BoundaryTest,
    Gap,
    Mean,
    PairResult,
    Position,
    Reach,
    Repeats,
    Tally,
    Verdict,
)
from app.runner.results.answers import Answer
from app.scoring import clusters
from app.scoring.bias import Share, wilson_interval

POSITIONS = 2
MOST_ITERATIONS = 1000


@dataclass
class _Counts:
    """The answers on one pair; ``wins`` and ``verdicts`` where the better essay was shown first, and second."""

    asked: int
    wins: list[int] = field(default_factory=lambda: [0] * POSITIONS)
    verdicts: list[int] = field(default_factory=lambda: [0] * POSITIONS)
    invalid: int = 0
    confidence: list[float] = field(default_factory=list)

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
    wanted: Sequence[AskedPair], answers: Iterable[Answer], *, iterations: int, least_win_rate: float
) -> BoundaryTest:
    """Return the numbers; boundaries and pairs in the order of ``wanted``, ids as in ``answers``."""
    by_pair = {frozenset((pair.better, pair.worse)): _Counts(iterations * POSITIONS) for pair in wanted}
    better = {frozenset((pair.better, pair.worse)): pair.better for pair in wanted}
    strangers = 0
    for answer in answers:
        met = frozenset((answer.first, answer.second))
        if met in by_pair:
            _count(by_pair[met], answer, better_is_first=answer.first == better[met])
        else:
            strangers += 1
    groups: dict[str, list[tuple[AskedPair, _Counts]]] = defaultdict(list)
    for pair in wanted:
        groups[pair.boundary].append((pair, by_pair[frozenset((pair.better, pair.worse))]))
    return BoundaryTest(
        iterations=iterations,
        least_win_rate=least_win_rate,
        overall=_tally(list(by_pair.values()), least_win_rate),
        boundaries=tuple(_boundary(name, found, least_win_rate) for name, found in groups.items()),
        strangers=strangers,
    )


def _count(counts: _Counts, answer: Answer, *, better_is_first: bool) -> None:
    if answer.winner is None:
        counts.invalid += 1
        return
    place = 0 if better_is_first else 1
    counts.verdicts[place] += 1
    counts.wins[place] += (answer.winner == "a") is better_is_first
    if answer.confidence is not None:
        counts.confidence.append(answer.confidence)


def _boundary(name: str, found: Sequence[tuple[AskedPair, _Counts]], least: float) -> BoundaryResult:
    pairs = tuple(PairResult(pair=pair, tally=_tally([counts], least)) for pair, counts in found)
    return BoundaryResult(boundary=name, tally=_tally([counts for _, counts in found], least), pairs=pairs)


def _tally(pairs: Sequence[_Counts], least: float) -> Tally:
    wins, verdicts = [pair.won for pair in pairs], [pair.total for pair in pairs]
    here, elsewhere = _share(sum(wins), sum(verdicts)), _elsewhere(wins, verdicts)
    each = [_against(_share(*one), least) for one in zip(wins, verdicts, strict=True)]
    verdict, reach = _verdict(_against(here, least), _against(elsewhere, least), each)
    values = [pair.confidence for pair in pairs]
    return Tally(
        asked=sum(pair.asked for pair in pairs),
        verdicts=sum(verdicts),
        wins=sum(wins),
        invalid=sum(pair.invalid for pair in pairs),
        missing=sum(max(0, pair.asked - pair.total) for pair in pairs),
        win_rate=_rate(here),
        win_rate_elsewhere=_rate(elsewhere),
        confidence=_mean(clusters.mean_of([value for of_pair in values for value in of_pair])),
        confidence_elsewhere=_mean(clusters.clustered_mean(values)),
        position=_position(pairs),
        agreement=_agreement(pairs),
        verdict=verdict,
        reach=reach,
        iterations_to_decide=_to_decide(here, len(pairs), least),
    )


def _share(hits: float, count: float) -> Share | None:
    return wilson_interval(hits, count) if count else None


def _elsewhere(hits: Sequence[int], counts: Sequence[int]) -> Share | None:
    return clusters.clustered_share(hits, counts) if sum(count > 0 for count in counts) > 1 else None


def _rate(share: Share | None) -> Rate | None:
    if share is None:
        return None
    return Rate(share=share.share, low=share.low, high=share.high, count=share.count)


def _mean(found: clusters.Mean | None) -> Mean | None:
    return None if found is None else Mean(mean=found.mean, low=found.low, high=found.high, count=found.count)


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


def _to_decide(here: Share | None, pairs: int, least: float) -> int | None:
    """Return the fewest iterations whose interval leaves out the wanted rate, were the win rate to stay.

    None where it does already, and where more than a run may have would not do.
    """
    if here is None or not here.low <= least <= here.high:
        return None

    def decided(iterations: int) -> bool:
        count = iterations * POSITIONS * pairs
        return _against(_share(here.share * count, count), least) != "cannot_tell"

    low, high = 0, MOST_ITERATIONS
    if not decided(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if decided(middle) else (middle, high)
    return high


def _position(pairs: Sequence[_Counts]) -> Position:
    picks, verdicts = [pair.first_picks for pair in pairs], [pair.total for pair in pairs]
    first, second = (
        _share(sum(pair.wins[place] for pair in pairs), sum(pair.verdicts[place] for pair in pairs))
        for place in range(POSITIONS)
    )
    return Position(
        first_picks=_rate(_share(sum(picks), sum(verdicts))),
        first_picks_elsewhere=_rate(_elsewhere(picks, verdicts)),
        better_first=_rate(first),
        better_second=_rate(second),
        difference=None if first is None or second is None else _gap(first, second),
    )


def _gap(first: Share, second: Share) -> Gap:
    found = clusters.difference_of(first, second)
    return Gap(difference=found.difference, low=found.low, high=found.high)


def _agreement(pairs: Sequence[_Counts]) -> Repeats:
    majority, within, across = [], [], []
    for pair in pairs:
        majority.append((max(pair.won, pair.total - pair.won), pair.total))
        same = [_same(won, total) for won, total in zip(pair.wins, pair.verdicts, strict=True)]
        within.append((sum(alike for alike, _ in same), sum(drawn for _, drawn in same)))
        (a, b), (m, n) = pair.wins, pair.verdicts
        across.append((a * b + (m - a) * (n - b), m * n))
    return Repeats(majority=_weighted(majority), within=_weighted(within), across=_weighted(across))


def _same(won: int, total: int) -> tuple[int, int]:
    """Return how many of all pairs of repetitions agree, and how many pairs there are."""
    lost = total - won
    return (won * (won - 1) + lost * (lost - 1)) // 2, total * (total - 1) // 2


def _weighted(shares: Sequence[tuple[int, int]]) -> float | None:
    total = sum(of for _, of in shares)
    return sum(some for some, _ in shares) / total if total else None
