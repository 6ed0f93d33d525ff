"""Whether one run orders the anchors better than another, and how sure that is. PURE.

Fed by judged runs; feeds ``comparing``. Both bootstraps are paired: what is drawn is the same for all runs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from app.runner.reports.numbers.judged import JudgedRun
from app.runner.reports.numbers.judging import judgements_of
from app.runner.reports.numbers.standings import column
from app.runner.reports.shapes.comparison import Spread, Statistic, TauDifference
from app.scoring.bradley_terry import fit_penalised
from app.scoring.data import FloatArray, IndexArray
from app.scoring.errors import NotEstimable
from app.scoring.resampling import Taus, drawn, refitted, spread_of, taus_of, taus_of_each

FEWEST = 5
"""With fewer shared anchors drawing them again says nothing, and no interval is given."""
FEW = 20
"""Up to here intervals over essays are too narrow to be taken at their word."""
WORK = 400_000
"""What refitting may cost for one comparison: a fit counts as 15 and one more for each essay, 0.03 ms each."""
FEWEST_DRAWS = 100


_STATISTICS: tuple[tuple[Statistic, Callable[[Taus], FloatArray]], ...] = (
    ("tau_a", attrgetter("a")),
    ("tau_b", attrgetter("b")),
)


@dataclass(frozen=True)
class Draws:
    """How often is drawn, from which seed."""

    seed: int
    essays: int
    pairs: int


@dataclass(frozen=True)
class RunTaus:
    """The taus of one run over the shared anchors: as they are, and in each draw; None where there are none."""

    plain: Taus
    over_essays: Taus | None
    over_pairs: Taus | None


def draws_for(runs: Sequence[JudgedRun], seed: int, wanted: int) -> Draws:
    """Return how often to draw: pairs less often where refitting would cost too much; known before any drawing."""
    cost = sum(15 + len(run.rows) for run in runs)
    return Draws(seed, wanted, min(wanted, max(FEWEST_DRAWS, WORK // cost)))


def graded_anchors(runs: Sequence[JudgedRun], keys: Sequence[str]) -> tuple[list[str], str | None]:
    """Return the shared anchors, and why their order cannot be held against the grades, None where it can."""
    anchors = [key for key in keys if all(run.by_key[key].is_anchor for run in runs)]
    ungraded = [runs[0].by_key[key].name for key in anchors if any(run.order(key) is None for run in runs)]
    if len(anchors) < 2:
        return anchors, "the runs share fewer than two anchors"
    if ungraded:
        named = ", ".join(ungraded[:5])
        return anchors, f"{len(ungraded)} of {len(anchors)} shared anchors have no grade on the scale: {named}"
    if any(len({run.order(key) for key in anchors}) < 2 for run in runs):
        return anchors, "all shared anchors have the same grade"
    return anchors, None


def taus(runs: Sequence[JudgedRun], anchors: Sequence[str], draws: Draws) -> list[RunTaus]:
    """Return the taus of each run over the anchors, which all have a grade."""
    enough = len(anchors) >= FEWEST
    times = drawn(np.random.default_rng([draws.seed, 1]), len(anchors), draws.essays) if enough else None
    numbered = _numbered(runs)
    rng = np.random.default_rng([draws.seed, 2])
    pairs = drawn(rng, len(numbered), draws.pairs) if numbered else None
    found = []
    for run in runs:
        grades = np.array([run.order(key) for key in anchors], dtype=np.float64)
        places = column(run, anchors).ranks
        plain = taus_of(places, grades, np.ones((1, len(anchors))))
        by_essays = None if times is None else taus_of(places, grades, times)
        refits = None if pairs is None else _refits(run, anchors, numbered, pairs)
        found.append(RunTaus(plain, by_essays, None if refits is None else taus_of_each(refits, grades)))
    return found


def _pair(run: JudgedRun, one: str, other: str) -> tuple[str, str]:
    """Return the name of a pair in all runs; an essay without a key is named by its id, so no other run has it."""
    first, second = sorted((run.keys.get(one, one), run.keys.get(other, other)))
    return first, second


def _numbered(runs: Sequence[JudgedRun]) -> Mapping[tuple[str, str], int]:
    """Return a number for each pair that any run judged, whatever the order of the runs."""
    every = {_pair(run, item.first, item.second) for run in runs for item in run.verdicts}
    return {pair: place for place, pair in enumerate(sorted(every))}


def _refits(
    run: JudgedRun, anchors: Sequence[str], numbered: Mapping[tuple[str, str], int], times: FloatArray
) -> FloatArray | None:
    """Return the places of the anchors in each draw of pairs: negated scores, which order as ranks do."""
    if not run.verdicts:
        return None
    judgements = judgements_of(run.verdicts)
    seats = {run.keys.get(item, item): seat for seat, item in enumerate(judgements.items)}
    if any(key not in seats for key in anchors):
        return None
    items, pairs = judgements.items, judgements.pairs
    own: IndexArray = np.array(
        [numbered[_pair(run, items[low], items[high])] for low, high in zip(pairs.low, pairs.high, strict=True)]
    )
    scores = refitted(pairs, times[:, own], fit_penalised(judgements))
    return -scores[:, [seats[key] for key in anchors]]


def tau_differences(base: RunTaus, other: RunTaus) -> tuple[TauDifference, ...]:
    """Return the differences of tau-a and tau-b, other - baseline."""
    found = []
    for statistic, pick in _STATISTICS:
        mine, theirs = float(pick(base.plain)[0]), float(pick(other.plain)[0])
        difference = TauDifference(
            statistic=statistic,
            baseline=mine,
            other=theirs,
            difference=theirs - mine,
            over_essays=_spread(base.over_essays, other.over_essays, pick),
            over_pairs=_spread(base.over_pairs, other.over_pairs, pick),
        )
        found.append(difference)
    return tuple(found)


def _spread(base: Taus | None, other: Taus | None, pick: Callable[[Taus], FloatArray]) -> Spread | None:
    if base is None or other is None:
        return None
    try:
        found = spread_of(pick(other) - pick(base))
    except NotEstimable:
        return None
    return Spread(
        low=found.low,
        high=found.high,
        better=found.above,
        equal=found.equal,
        worse=found.below,
        draws=found.draws,
    )
