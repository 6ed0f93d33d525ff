"""The replay judge: draws each verdict, seeded, from people's recorded votes on the same pair of texts.

The model is the name of a recorded topic. Which text is which is told by the essay ids that the caller
sends along, whose readable part holds the corpus's id. Votes for ``equal`` are not drawn.
"""

import csv
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.contracts.identifiers import readable_part, sanitize
from app.gateway.providers.base import Answer, FailureKind, JudgeFailed, Question
from app.gateway.providers.draws import uniform
from app.settings import GatewaySettings

_CHOICES = {"a1": 0, "a2": 1}


@dataclass(frozen=True)
class Vote:
    """One person's decision: the corpus id of the winner, and the reason given."""

    winner: str
    reason: str


Votes = Mapping[frozenset[str], tuple[Vote, ...]]


@cache
def votes_of(folder: Path) -> Votes:
    """Read the decisive votes of a topic, in the order of the file, by pair of sanitised text ids."""
    found: dict[frozenset[str], list[Vote]] = defaultdict(list)
    with (folder / "votes.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["choice"] in _CHOICES:
                pair = (sanitize(row["a"]), sanitize(row["b"]))
                found[frozenset(pair)].append(Vote(pair[_CHOICES[row["choice"]]], row["reason"]))
    return {pair: tuple(votes) for pair, votes in found.items()}


class ReplayJudge:
    """Answers from recorded votes below one folder; each topic is a subfolder."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._root = settings.replay_votes_dir
        self._seed = settings.mock_provider_seed

    def models(self) -> tuple[str, ...]:
        """Return the names of the recorded topics."""
        return tuple(sorted(path.parent.name for path in self._root.glob("*/votes.csv")))

    async def judge(self, question: Question) -> Answer:
        """Return one recorded vote as the verdict; raises ``JudgeFailed`` where nobody decided the pair."""
        topic = question.model or next(iter(self.models()), "")
        if topic not in self.models():
            known = ", ".join(self.models()) or "none"
            raise JudgeFailed(
                "LLM_INVALID_CONFIG", f"no recorded topic {topic}; there are {known}", kind=FailureKind.REFUSED
            )
        votes = votes_of(self._root / topic)
        first, second = (
            sanitize(readable_part(str(question.metadata.get(key, "")))) for key in ("essay_a_id", "essay_b_id")
        )
        cast = votes.get(frozenset((first, second)), ())
        if not cast:
            raise JudgeFailed(
                "LLM_INVALID_RESPONSE",
                f"nobody decided between {first} and {second} in {topic}",
                kind=FailureKind.REFUSED,
            )
        seed = question.number("seed", self._seed)
        low, high = sorted((first, second))
        draw = uniform(seed, topic, low, high, question.number("comparison_repeat", 0))
        vote = cast[math.floor(draw * len(cast))]
        agreeing = sum(other.winner == vote.winner for other in cast) / len(cast)
        return Answer(
            first_wins=vote.winner == first,
            confidence=round(1 + 4 * agreeing, 1),
            justification=vote.reason,
            model=topic,
        )
