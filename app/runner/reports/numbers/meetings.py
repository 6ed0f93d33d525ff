"""Who won which pair how often: the verdicts on each pair of essays, in one orientation for all judges. PURE.

Fed by judged runs and by people's verdicts; feeds whoever holds judges against each other pair by pair.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from app.runner.reports.numbers.judged import JudgedRun, Text
from app.runner.reports.shapes.comparison import Side, VerdictText
from app.runner.results.answers import Answer

MOST_TEXTS = 20
"""How many verdicts of one judge on one pair are shown word by word."""


class Pair(NamedTuple):
    """Two essays by their keys, in alphabetical order, so that every judge means the same by ``low``."""

    low: str
    high: str

    @classmethod
    def of(cls, one: str, other: str) -> "Pair":
        """Return the pair of two essays."""
        return cls(one, other) if one < other else cls(other, one)


@dataclass
class Tally:
    """Verdicts of one judge on one pair; ``lead`` is above 0 where ``low`` won more often."""

    low: int = 0
    high: int = 0
    tied: int = 0
    answers: list[Answer] = field(default_factory=list)

    @property
    def lead(self) -> int:
        """Wins of ``low`` - wins of ``high``."""
        return self.low - self.high

    @property
    def share(self) -> float:
        """The share that ``low`` won, ties half."""
        return (self.low + 0.5 * self.tied) / (self.low + self.high + self.tied)


def tallies(run: JudgedRun, keys: Iterable[str]) -> dict[Pair, Tally]:
    """Return the verdicts of a run on the pairs of these essays."""
    wanted, found = set(keys), dict[Pair, Tally]()
    for item in run.verdicts:
        first, second = run.keys.get(item.first, ""), run.keys.get(item.second, "")
        if first not in wanted or second not in wanted or first == second:
            continue
        tally = found.setdefault(Pair.of(first, second), Tally())
        won_low = (item.winner == "a") == (first < second)
        tally.low += won_low
        tally.high += not won_low
        tally.answers.append(item)
    return found


def verdict_texts(run: JudgedRun, first: str, tally: Tally, texts: Text) -> tuple[VerdictText, ...]:
    """Return the verdicts of a run on a pair, word by word; ``first`` is the essay that the reader sees first."""
    return tuple(
        VerdictText(
            sequence=item.sequence,
            winner=_side(run.keys, item.first if item.winner == "a" else item.second, first),
            shown_first=_side(run.keys, item.first, first),
            confidence=item.confidence,
            justification=texts.get((run.run_id, item.sequence)),
        )
        for item in tally.answers[:MOST_TEXTS]
    )


def _side(keys: Mapping[str, str], essay_id: str, first: str) -> Side:
    return "first" if keys[essay_id] == first else "second"
