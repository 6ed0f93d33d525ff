"""The pairs on which two runs have different winners, with the words of both judges. PURE.

Fed by the verdicts of two runs on the pairs that both judged; feeds ``comparing``.
"""

from collections.abc import Mapping, Sequence

from app.runner.reports.numbers.judged import JudgedRun, Text, essay_name
from app.runner.reports.numbers.meetings import MOST_TEXTS, Pair, Tally, verdict_texts
from app.runner.reports.numbers.run_metrics import rate_or_none
from app.runner.reports.shapes.comparison import Dispute, DisputeSide, PairCounts
from app.scoring.bias import wilson_interval

Tallies = Mapping[Pair, Tally]


def disputed(base: Tallies, other: Tallies) -> list[Pair]:
    """Return the pairs with different majority winners, those of which both judges are surest first."""
    found = [pair for pair in base if pair in other and base[pair].lead * other[pair].lead < 0]
    return sorted(found, key=lambda pair: (-_clearness(base[pair], other[pair]), pair))


def _clearness(one: Tally, other: Tally) -> float:
    """Return how clear a dispute is: the difference of shares, and among equals the number of verdicts."""
    return abs(one.share - other.share) + 1e-6 * min(len(one.answers) + len(other.answers), 1000)


def sequences(pairs: Sequence[Pair], *tallies: Tallies) -> list[set[int]]:
    """Return for each run the numbers of those answers on the pairs whose words are shown."""
    return [{item.sequence for pair in pairs for item in one[pair].answers[:MOST_TEXTS]} for one in tallies]


def counts(baseline: JudgedRun, base: Tallies, other: Tallies) -> PairCounts:
    """Return how the winners of the pairs that both runs judged compare."""
    both = [pair for pair in base if pair in other]
    products = [base[pair].lead * other[pair].lead for pair in both]
    same, different = sum(item > 0 for item in products), sum(item < 0 for item in products)
    with_base = [_with_experts(baseline, pair, base[pair]) for pair in disputed(base, other)]
    return PairCounts(
        judged_by_both=len(both),
        same_winner=same,
        other_winner=different,
        undecided=len(both) - same - different,
        agreement=rate_or_none(lambda: wilson_interval(float(same), float(same + different))),
        baseline_with_experts=with_base.count(True),
        other_with_experts=with_base.count(False),
    )


def _with_experts(run: JudgedRun, pair: Pair, tally: Tally) -> bool | None:
    """Return whether the better grade won; None where the grades do not part the two."""
    low, high = run.order(pair.low), run.order(pair.high)
    if low is None or high is None or low == high or tally.lead == 0:
        return None
    return (tally.lead > 0) == (low < high)


def dispute(
    pair: Pair, runs: tuple[JudgedRun, JudgedRun], tallies: tuple[Tally, Tally], letter: str, texts: Text
) -> Dispute:
    """Return one disputed pair; the essay that the baseline prefers is the first."""
    baseline, base = runs[0], tallies[0]
    first, second = (pair.low, pair.high) if base.lead > 0 else (pair.high, pair.low)
    sides = [
        DisputeSide(
            letter=name,
            for_first=tally.low if first == pair.low else tally.high,
            for_second=tally.high if first == pair.low else tally.low,
            with_experts=_with_experts(baseline, pair, tally),
            verdicts=verdict_texts(run, first, tally, texts),
        )
        for name, run, tally in zip(("A", letter), runs, tallies, strict=True)
    ]
    return Dispute(
        first=essay_name(baseline.by_key[first]),
        second=essay_name(baseline.by_key[second]),
        baseline=sides[0],
        other=sides[1],
    )
