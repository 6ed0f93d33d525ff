"""The sections of a boundary test: boundaries, pairs, position and repetitions, how to read them. PURE.

Fed by the numbers of a boundary test; feeds ``whole``.
"""

from collections.abc import Iterator

from app.runner.reports.blocks import Block, Figure, Section, Table, Words
from app.runner.reports.boundary_sentences import why_open
from app.runner.reports.plots.shares import Bar, share_plot
from app.runner.reports.shapes.base import Rate
from app.runner.reports.shapes.boundary import BoundaryTest, Gap, Mean, PairResult, Reach, Tally, Verdict
from app.runner.reports.wording import NOT_COMPUTED, number, percent

VERDICTS: dict[Verdict, str] = {
    "holds": "holds",
    "does_not_hold": "does not hold",
    "cannot_tell": "cannot tell",
}
REACHES: dict[Reach | None, str] = {
    "other_essays": "other essays too",
    "these_pairs": "these pairs alone",
    None: "",
}
READING = (
    "A boundary holds where the whole 95 % interval of the win rate lies above the wanted rate, and does not hold "
    "where it lies below. First the interval for other essays is asked, which takes the pair as the unit and is "
    "wide for few pairs; where it leaves the matter open, the interval for these pairs alone, provided that no "
    "pair by itself shows the contrary."
)
POSITION = (
    "Each pair was asked equally often in both positions, so that a judge who only looks at the position wins "
    "half, and a bias by position cannot make a boundary hold. The difference is the win rate with the better "
    "essay first less that with it second, in percentage points."
)
AGREEMENT = (
    "Majority: verdicts for the essay that was named more often. Same position, swapped: how often two "
    "repetitions name the same essay. A judge may agree with itself and be wrong: only the win rate says whether "
    "it is right. Confidence is the judge's own word, from 1 to 5."
)


def boundary_sections(found: BoundaryTest) -> list[Section]:
    """Return the sections."""
    return [_boundaries(found), _pairs(found), _bias(found), _agreement(found)]


def _lines(found: BoundaryTest) -> list[tuple[str, Tally]]:
    lines = [(item.boundary, item.tally) for item in found.boundaries]
    return [*lines, ("all", found.overall)] if len(lines) > 1 else lines


def _boundaries(found: BoundaryTest) -> Section:
    headings = ("Boundary", "Verdict", "Meant for", "Won", "Win rate", "These pairs", "Other essays", "Pairs")
    counts = {item.boundary: len(item.pairs) for item in found.boundaries}
    every = sum(counts.values())
    rows = [
        (
            name,
            VERDICTS[tally.verdict],
            REACHES[tally.reach],
            _won(tally),
            _share(tally.win_rate),
            _reach(tally.win_rate),
            _reach(tally.win_rate_elsewhere),
            str(counts.get(name, every)),
        )
        for name, tally in _lines(found)
    ]
    wanted = Words(
        f"Each pair was to be asked {found.iterations} times in each of its two positions; wanted is a win rate "
        f"of at least {percent(found.least_win_rate)}. {READING}"
    )
    return Section(
        "Can the judge tell?",
        [
            Table("Grade boundaries, best first", headings, rows, (3, 4, 7)),
            Figure("Win rates of the better grade with 95 % intervals", lambda: share_plot(_bars(found), WANTED)),
            wanted,
        ],
    )


WANTED = "wins of the better grade; the dashed line is what is wanted"
"""What the axis of the plot says."""


def _bars(found: BoundaryTest) -> Iterator[Bar]:
    names = [name for item in found.boundaries for line in item.pairs for name in _names(line)]
    letters = enumerate(zip(*names, strict=False))
    alike = next((place for place, there in letters if len(set(there)) > 1), 0)
    for item in found.boundaries:
        rate = item.tally.win_rate
        if rate is not None:
            yield Bar(item.boundary, rate.share, rate.low, rate.high, found.least_win_rate, whole=True)
        for line in item.pairs if len(item.pairs) > 1 else ():
            one = line.tally.win_rate
            if one is not None:
                yield Bar(
                    " / ".join(name[alike:] or name for name in _names(line)),
                    one.share,
                    one.low,
                    one.high,
                    found.least_win_rate,
                    whole=False,
                )


def _names(line: PairResult) -> tuple[str, str]:
    return line.pair.better_name, line.pair.worse_name


def _won(tally: Tally) -> str:
    return f"{tally.wins} of {tally.verdicts}" if tally.verdicts else "no verdict"


def _without(tally: Tally) -> str:
    """Return how many answers and verdicts a pair lacks."""
    counts = ((tally.invalid, "invalid"), (tally.missing, "missing"))
    return ", ".join(f"{number} {name}" for number, name in counts if number) or "none"


def _pairs(found: BoundaryTest) -> Section:
    headings = (
        *("Better essay", "Worse essay", "Won", "Win rate", "95 % interval", "First shown", "Swapped"),
        *("Confidence", "No verdict", "By itself"),
    )
    rows = [
        (
            f"{line.pair.better_name} ({line.pair.better_grade})",
            f"{line.pair.worse_name} ({line.pair.worse_grade})",
            _won(line.tally),
            _share(line.tally.win_rate),
            _reach(line.tally.win_rate),
            _share(line.tally.position.better_first),
            _share(line.tally.position.better_second),
            _mean(line.tally.confidence),
            _without(line.tally),
            VERDICTS[line.tally.verdict],
        )
        for item in found.boundaries
        for line in item.pairs
    ]
    told = (
        "First shown and swapped: the win rate with the better essay shown first, and second. By itself: what "
        "this pair alone would show."
    )
    blocks: list[Block] = [
        Table("Pairs, best boundary first", headings, rows, (2, 3, 5, 6)),
        Words(told),
        *_open(found),
    ]
    return Section("Pair by pair", blocks)


def _open(found: BoundaryTest) -> Iterator[Words]:
    for item in found.boundaries:
        if item.tally.verdict == "cannot_tell":
            yield Words(f"{item.boundary} is open: {why_open(item.tally, found.least_win_rate)}.")


def _bias(found: BoundaryTest) -> Section:
    headings = ("Boundary", "First picked", "95 % interval", "Better first", "Better second", "Difference")
    rows = [
        (
            name,
            _share(tally.position.first_picks),
            _reach(tally.position.first_picks),
            _share(tally.position.better_first),
            _share(tally.position.better_second),
            _gap(tally.position.difference),
        )
        for name, tally in _lines(found)
    ]
    return Section("Does the position matter?", [Table("Position", headings, rows, (1, 3, 4)), Words(POSITION)])


def _agreement(found: BoundaryTest) -> Section:
    headings = ("Boundary", "Majority", "Same position", "Swapped", "Confidence", "For other essays")
    rows = [
        (
            name,
            percent(tally.agreement.majority),
            percent(tally.agreement.within),
            percent(tally.agreement.across),
            _mean(tally.confidence),
            _mean(tally.confidence_elsewhere),
        )
        for name, tally in _lines(found)
    ]
    table = Table("Repetitions and confidence", headings, rows, (1, 2, 3))
    return Section("Does the judge agree with itself?", [table, Words(AGREEMENT)])


def _share(rate: Rate | None) -> str:
    return NOT_COMPUTED if rate is None else percent(rate.share)


def _reach(rate: Rate | None) -> str:
    return NOT_COMPUTED if rate is None else f"{percent(rate.low)} to {percent(rate.high)}"


def _gap(gap: Gap | None) -> str:
    if gap is None:
        return NOT_COMPUTED
    points = [f"{value * 100:+.0f}" for value in (gap.difference, gap.low, gap.high)]
    return f"{points[0]} points ({points[1]} to {points[2]})"


def _mean(mean: Mean | None) -> str:
    if mean is None:
        return NOT_COMPUTED
    if mean.low is None or mean.high is None:
        return number(mean.mean, 2)
    return f"{number(mean.mean, 2)} ({number(mean.low, 2)} to {number(mean.high, 2)})"
