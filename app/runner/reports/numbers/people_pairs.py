"""What people say of each pair, beside what a run says of it. PURE.

Fed by ``people``, which knows whose verdicts these are; feeds coefficients, the table of pairs and disputes.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from app.runner.reports.numbers.judged import JudgedRun, essay_name
from app.runner.reports.numbers.meetings import Pair, Tally
from app.runner.reports.shapes.people import PairRow, Winner


@dataclass
class PeopleTally(Tally):
    """Verdicts of people on one pair; ``leads`` is for each person wins of ``low`` - wins of ``high``."""

    leads: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, judge: str, outcome: float, *, low_first: bool) -> None:
        """Count one verdict; ``outcome`` is that of the essay named first."""
        lead = (2.0 * outcome - 1.0) * (1.0 if low_first else -1.0)
        self.low += lead > 0
        self.high += lead < 0
        self.tied += lead == 0
        self.leads[judge] += lead

    def others_lead(self, judge: str) -> float:
        """Return 1, 0 or -1: whom the majority of all others prefers, each of them counted once; 0 for nobody."""
        return float(np.sign(self._votes - np.sign(self.leads[judge])))

    @cached_property
    def _votes(self) -> float:
        return float(np.sign(list(self.leads.values())).sum())

    def judges_for(self, *, low: bool) -> tuple[str, ...]:
        """Return the people who prefer one of the two."""
        return tuple(sorted(judge for judge, lead in self.leads.items() if (lead > 0) == low and lead != 0))


@dataclass(frozen=True)
class Met:
    """One pair that both judged."""

    people: PeopleTally
    run: Tally


def distance(run: JudgedRun, pair: Pair) -> int | None:
    """Return how many steps of the scale the experts' grades of a pair are apart; None without both grades."""
    low, high = run.order(pair.low), run.order(pair.high)
    return None if low is None or high is None else abs(low - high)


def expert_lead(run: JudgedRun, pair: Pair) -> int | None:
    """Return 1 where ``low`` has the better grade, -1 where ``high`` has, 0 for the same; None without both."""
    low, high = run.order(pair.low), run.order(pair.high)
    return None if low is None or high is None else (high > low) - (high < low)


def disputed(met: Mapping[Pair, Met]) -> list[Pair]:
    """Return the pairs with different winners, those of which both are surest first."""
    found = [pair for pair, both in met.items() if both.people.lead * both.run.lead < 0]
    return sorted(found, key=lambda pair: (-_clearness(met[pair]), pair))


def _clearness(met: Met) -> float:
    people, run = met.people, met.run
    cases = people.low + people.high + people.tied + len(run.answers)
    return abs(people.share - run.share) + 1e-6 * min(cases, 1000)


def pair_row(run: JudgedRun, pair: Pair, met: Met) -> tuple[PairRow, str]:
    """Return one pair and the key of the essay that is named first: the one that people prefer."""
    low_first = met.people.lead > 0 or (met.people.lead == 0 and met.run.lead >= 0)
    first, second = (pair.low, pair.high) if low_first else (pair.high, pair.low)
    sign = 1 if low_first else -1
    experts = expert_lead(run, pair)
    row = PairRow(
        first=essay_name(run.by_key[first]),
        second=essay_name(run.by_key[second]),
        distance=distance(run, pair),
        people_for_first=met.people.low if low_first else met.people.high,
        people_for_second=met.people.high if low_first else met.people.low,
        people_tied=met.people.tied,
        run_for_first=met.run.low if low_first else met.run.high,
        run_for_second=met.run.high if low_first else met.run.low,
        people=_winner(sign * met.people.lead),
        run=_winner(sign * met.run.lead),
        experts=None if experts is None else _winner(sign * experts),
    )
    return row, first


def pair_rows(run: JudgedRun, met: Mapping[Pair, Met]) -> list[PairRow]:
    """Return all pairs that both judged, those on which they differ most first."""
    ordered = sorted(met, key=lambda pair: (-abs(met[pair].people.share - met[pair].run.share), pair))
    return [pair_row(run, pair, met[pair])[0] for pair in ordered]


def _winner(lead: float) -> Winner:
    return "first" if lead > 0 else "second" if lead < 0 else "tied"
