"""The first lines of a boundary test: which grades the judge tells apart, and what to make of it. PURE.

Fed by the numbers of a boundary test; feeds ``summary``.
"""

from collections.abc import Iterator, Mapping

from app.runner.reports.shapes.base import Rate
from app.runner.reports.shapes.boundary import BoundaryResult, BoundaryTest, Position, Repeats, Tally, Verdict
from app.runner.reports.shapes.document import Sentence
from app.runner.reports.wording import percent

MOST_NAMED = 12
EVEN, CLOSE = 0.5, 0.15
GROUPS: Mapping[Verdict, str] = {
    "holds": "hold",
    "does_not_hold": "do not hold",
    "cannot_tell": "are open",
}


def of_boundaries(found: BoundaryTest) -> Iterator[Sentence]:
    """Yield a sentence a boundary, then one on all together, on position, and on repetitions."""
    for item in found.boundaries[:MOST_NAMED]:
        yield _boundary(item, found.least_win_rate)
    if len(found.boundaries) > MOST_NAMED:
        more = len(found.boundaries) - MOST_NAMED
        yield Sentence(tone="plain", text=f"{more} more boundaries stand in the table below.")
    if len(found.boundaries) > 1:
        yield _overall(found)
    yield from _position(found.overall.position)
    yield from _repeats(found.overall.agreement)
    yield from _missing(found)


def _boundary(item: BoundaryResult, least: float) -> Sentence:
    better, worse = item.boundary.split("/")
    tally, rate = item.tally, item.tally.win_rate
    if rate is None:
        return Sentence(tone="unknown", text=f"{better} from {worse}: cannot tell, since no verdict came in.")
    won = f"the {better} essay won {tally.wins} of {tally.verdicts} comparisons ({shown(rate)})"
    if tally.verdict == "holds":
        text = f"{better} from {worse}: the judge can tell; {won}, at least {percent(least)} is wanted."
        return Sentence(tone="good", text=f"{text} {reach(tally, len(item.pairs))}")
    if tally.verdict == "does_not_hold":
        text = f"{better} from {worse}: the judge cannot tell them apart well enough; {won}, below the wanted "
        return Sentence(tone="bad", text=f"{text}{percent(least)}. {reach(tally, len(item.pairs))}")
    text = f"{better} from {worse}: open; {won}; {why_open(tally, least)}."
    return Sentence(tone="unknown", text=text)


def shown(rate: Rate) -> str:
    """Return a share with its interval."""
    return f"{percent(rate.share)}, interval {percent(rate.low)} to {percent(rate.high)}"


def reach(tally: Tally, pairs: int) -> str:
    """Return for which essays a verdict is meant."""
    if tally.reach == "other_essays":
        return f"The {pairs} pairs agree enough to expect it of other essays with these grades."
    if pairs == 1:
        return "It is about this one pair; other essays with these grades may differ."
    return f"It is about these {pairs} pairs; they are too few, or too unlike, to speak for other essays."


def why_open(tally: Tally, least: float) -> str:
    """Return why there is no verdict, and what would bring one."""
    rate = tally.win_rate
    if rate is None:
        return "no verdict came in"
    if not rate.low <= least <= rate.high:
        return "the pairs contradict each other: see them one by one"
    more = tally.iterations_to_decide
    hope = (
        "more iterations alone would hardly decide it" if more is None else f"some {more} iterations may decide it"
    )
    return f"the true rate may lie on either side of the wanted {percent(least)}; {hope}"


def _overall(found: BoundaryTest) -> Sentence:
    shares = [f"{words}: {_named(found, verdict)}" for verdict, words in GROUPS.items()]
    text = f"Of {len(found.boundaries)} boundaries {'; '.join(shares)}."
    rate = found.overall.win_rate_elsewhere or found.overall.win_rate
    if rate is not None:
        text += f" Over all pairs the better grade won {shown(rate)}, with the pair as the unit."
    return Sentence(tone="plain", text=text)


def _named(found: BoundaryTest, verdict: Verdict) -> str:
    return ", ".join(item.boundary for item in found.boundaries if item.tally.verdict == verdict) or "none"


def _position(found: Position) -> Iterator[Sentence]:
    rate = found.first_picks
    if rate is None:
        return
    if rate.low <= EVEN <= rate.high:
        exact = rate.low >= EVEN - CLOSE and rate.high <= EVEN + CLOSE
        text = "No bias by position was found" if exact else "No bias by position was shown, nor ruled out"
        told = f"{text}: the essay shown first won {shown(rate)}; without bias 50%."
        yield Sentence(tone="good" if exact else "unknown", text=told)
        return
    side = "first" if rate.share > EVEN else "second"
    yield Sentence(
        tone="bad",
        text=f"The judge favours the essay shown {side}: the first won {shown(rate)}; without bias 50%. Both "
        "positions were asked equally, so this can hide a boundary, but not make one.",
    )


def _repeats(found: Repeats) -> Iterator[Sentence]:
    if found.within is None or found.across is None:
        return
    yield Sentence(
        tone="plain",
        text=f"Asked again in the same position, the judge named the same essay in {percent(found.within)} of "
        f"cases; with the positions swapped, in {percent(found.across)}.",
    )


def _missing(found: BoundaryTest) -> Iterator[Sentence]:
    overall = found.overall
    if overall.missing:
        text = f"{overall.missing} of {overall.asked} verdicts are missing; nothing was put in their place."
        yield Sentence(tone="bad", text=text)
    if overall.invalid:
        number = f"{overall.invalid} answer{'' if overall.invalid == 1 else 's'}"
        yield Sentence(tone="plain", text=f"{number} named no winner.")
    if found.strangers:
        text = f"{found.strangers} answers were on pairs that nobody asked for, and are left out."
        yield Sentence(tone="bad", text=text)
