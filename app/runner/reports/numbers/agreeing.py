"""How far people and a run agree: shares and coefficients, overall, by distance of grades and by person. PURE.

Fed by ``people`` with the pairs that both judged; feeds its document. Intervals of coefficients are percentiles
over draws of pairs, each with all verdicts on it; those of shares are Wilson's.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.random import Generator

from app.runner.reports.numbers.judged import JudgedRun
from app.runner.reports.numbers.meetings import Pair
from app.runner.reports.numbers.people_pairs import Met, distance, expert_lead
from app.runner.reports.numbers.run_metrics import rate_or_none
from app.runner.reports.shapes.base import Rate
from app.runner.reports.shapes.people import AgreementNumbers, DistanceRow, Estimate, JudgeRow
from app.scoring.bias import wilson_interval
from app.scoring.consensus import Units, alpha_of, kappa_of
from app.scoring.data import FloatArray
from app.scoring.errors import NotEstimable
from app.scoring.resampling import LEVEL, drawn

FEWEST_PAIRS = 10
"""With fewer pairs a coefficient is given without an interval."""
DRAWN_AT_ONCE = 4_000_000
"""How many counts of a draw are held at the same time."""


@dataclass(frozen=True)
class Both:
    """People and a run on the pairs that both judged, in a fixed order."""

    run: JudgedRun
    met: Mapping[Pair, Met]
    rng: Generator
    draws: int

    @cached_property
    def pairs(self) -> Sequence[Pair]:
        """The pairs."""
        return sorted(self.met)

    @cached_property
    def people(self) -> FloatArray:
        """1, 0 or -1 for each pair: whom the majority of people prefers."""
        return np.sign(np.array([self.met[pair].people.lead for pair in self.pairs], dtype=np.float64))

    @cached_property
    def judge(self) -> FloatArray:
        """The same by the run."""
        return np.sign(np.array([self.met[pair].run.lead for pair in self.pairs], dtype=np.float64))


def numbers(both: Both) -> AgreementNumbers:
    """Return shares and coefficients over all pairs."""
    people, judge = both.people, both.judge
    decided = (people != 0) & (judge != 0)
    values = [[*_signs(both.met[pair].people.leads.values())] for pair in both.pairs]
    with_run = [[*own, mine] for own, mine in zip(values, judge.tolist(), strict=True)]
    experts = [expert_lead(both.run, pair) for pair in both.pairs]
    return AgreementNumbers(
        pairs=len(both.pairs),
        tied_by_people=int((people == 0).sum()),
        tied_by_run=int((judge == 0).sum()),
        raw=_share((people == judge)[decided].tolist()),
        verdicts=_share(_single(both)),
        kappa=_kappa(both),
        alpha=_alpha(both, with_run),
        alpha_people=_alpha(both, values),
        people_with_grades=_with_grades(people.tolist(), experts),
        run_with_grades=_with_grades(judge.tolist(), experts),
    )


def _signs(values: Iterable[float]) -> list[float]:
    return [float(np.sign(value)) for value in values]


def _share(hits: Sequence[bool]) -> Rate | None:
    return rate_or_none(lambda: wilson_interval(float(sum(hits)), float(len(hits))))


def _single(both: Both) -> list[bool]:
    """Return for each decided verdict of a person whether the run's majority is the same."""
    found: list[bool] = []
    for pair in both.pairs:
        people, lead = both.met[pair].people, both.met[pair].run.lead
        if lead != 0:
            found += [lead > 0] * people.low + [lead < 0] * people.high
    return found


def _with_grades(leads: Sequence[float], experts: Sequence[int | None]) -> Rate | None:
    """Return how often the better grade won, of the decided pairs whose grades differ."""
    return _share([lead * grade > 0 for lead, grade in zip(leads, experts, strict=True) if grade and lead])


def _kappa(both: Both) -> Estimate | None:
    if not both.pairs:
        return None
    return _estimate(both, len(both.pairs), lambda weights: kappa_of(both.people, both.judge, weights))


def _alpha(both: Both, values: Sequence[Sequence[float]]) -> Estimate | None:
    try:
        units = Units.of(values)
    except NotEstimable:
        return None
    return _estimate(both, units.size, lambda weights: alpha_of(units, weights))


def _estimate(both: Both, pairs: int, compute: Callable[[FloatArray], FloatArray]) -> Estimate | None:
    value = float(compute(np.ones((1, pairs)))[0])
    if not np.isfinite(value):
        return None
    if pairs < FEWEST_PAIRS:
        return Estimate(value=value, low=None, high=None, count=pairs)
    at_once = max(1, DRAWN_AT_ONCE // pairs)
    found = np.concatenate(
        [
            compute(drawn(both.rng, pairs, min(at_once, both.draws - start)))
            for start in range(0, both.draws, at_once)
        ]
    )
    known = found[np.isfinite(found)]
    low, high = np.percentile(known, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return Estimate(value=value, low=float(low), high=float(high), count=pairs)


def by_distance(both: Both) -> tuple[DistanceRow, ...]:
    """Return agreement by how many steps the experts' grades are apart; pairs without both grades last."""
    groups: dict[int | None, list[int]] = defaultdict(list)
    for place, pair in enumerate(both.pairs):
        groups[distance(both.run, pair)].append(place)
    ordered = sorted(groups, key=lambda steps: (steps is None, steps or 0))
    return tuple(_distance_row(both, steps, groups[steps]) for steps in ordered)


def _distance_row(both: Both, steps: int | None, places: Sequence[int]) -> DistanceRow:
    people, judge = both.people[places], both.judge[places]
    experts = [expert_lead(both.run, both.pairs[place]) for place in places]
    decided = (people != 0) & (judge != 0)
    return DistanceRow(
        distance=steps,
        pairs=len(places),
        agreement=_share((people == judge)[decided].tolist()),
        people_with_grades=_with_grades(people.tolist(), experts),
        run_with_grades=_with_grades(judge.tolist(), experts),
    )


def by_judge(both: Both) -> tuple[JudgeRow, ...]:
    """Return each person against the run and against the others; those of most verdicts first."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, pair in enumerate(both.pairs):
        for judge in both.met[pair].people.leads:
            places[judge].append(place)
    rows = [_judge_row(both, judge, mine) for judge, mine in places.items()]
    return tuple(sorted(rows, key=lambda row: (-row.pairs, row.judge)))


def _judge_row(both: Both, judge: str, places: Sequence[int]) -> JudgeRow:
    mine = [both.met[both.pairs[place]].people for place in places]
    own = np.sign(np.array([people.leads[judge] for people in mine]))
    others = np.array([people.others_lead(judge) for people in mine])
    run = both.judge[places]
    kappa = float(kappa_of(own, run, np.ones((1, own.size)))[0])
    return JudgeRow(
        judge=judge,
        pairs=len(places),
        tied=int((own == 0).sum()),
        with_run=_share((own == run)[(own != 0) & (run != 0)].tolist()),
        with_people=_share((own == others)[(own != 0) & (others != 0)].tolist()),
        kappa=kappa if np.isfinite(kappa) else None,
    )


def people_sentence(found: AgreementNumbers) -> str:
    """Return the answer in words."""
    if found.raw is None:
        return (
            "People and the run have no pair in common that both decided: nothing can be said of their agreement."
        )
    raw, people, every = found.raw, found.alpha_people, found.alpha
    told = (
        f"People and the run prefer the same essay in {raw.share:.0%} of the {raw.count:g} pairs that both "
        f"decided ({raw.low:.0%} to {raw.high:.0%})"
    )
    if people is None or every is None:
        return f"{told}; how far people agree with each other is not known: no two of them judged one pair."
    return (
        f"{told}. Krippendorff's alpha of people with each other is {people.value:.2f}, and with the run as one "
        f"more judge {every.value:.2f}."
    )
