"""The replay judge: answers with people's recorded votes on the same pair of texts.

The first vote on a pair is drawn, seeded; each repetition takes the next one, so that none comes twice before all
have come once. The model is the name of a recorded topic. Which text is which is told by the essay ids that the
caller sends along, whose readable part holds the corpus's id. Ties are not drawn.
"""

import math
from collections.abc import Sequence
from pathlib import Path

from app.contracts.identifiers import readable_part, sanitize
from app.errors import AppError
from app.gateway.providers.base import Answer, FailureKind, JudgeFailed, Question
from app.gateway.providers.draws import uniform
from app.gateway.providers.votes import Vote, Votes, recorded_topics, votes_of
from app.settings import GatewaySettings

NO_REASON = "The recorded vote gives no reason."
SHORTEST_CUT = 17
"""An essay id this long may have been cut, so that it stands for every recorded id that it starts."""


class ReplayJudge:
    """Answers from recorded votes below one folder; each topic is a subfolder or a file."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._root = settings.replay_votes_dir
        self._seed = settings.mock_provider_seed

    def models(self) -> tuple[str, ...]:
        """Return the names of the recorded topics."""
        return tuple(sorted(recorded_topics(self._root)))

    async def judge(self, question: Question) -> Answer:
        """Return one recorded vote as the verdict; raises ``JudgeFailed`` where nobody decided the pair."""
        topic, votes = self._votes(question.model)
        first, second = (
            _recorded(str(question.metadata.get(key, "")), votes.ids) for key in ("essay_a_id", "essay_b_id")
        )
        cast = votes.by_pair.get(frozenset((first, second)), ())
        if not cast or first == second:
            raise _refused("LLM_INVALID_RESPONSE", f"nobody decided between {first} and {second} in {topic}")
        return self._drawn(question, topic, (first, second), cast)

    def _drawn(self, question: Question, topic: str, pair: tuple[str, str], cast: Sequence[Vote]) -> Answer:
        seed = question.number("seed", self._seed)
        first = math.floor(uniform(seed, topic, *sorted(pair), 0) * len(cast))
        vote = cast[(first + question.number("comparison_repeat", 0)) % len(cast)]
        agreeing = sum(other.winner == vote.winner for other in cast) / len(cast)
        return Answer(
            first_wins=vote.winner == pair[0],
            confidence=round(1 + 4 * agreeing, 1),
            justification=vote.reason or NO_REASON,
            model=topic,
        )

    def _votes(self, wanted: str | None) -> tuple[str, Votes]:
        topics: dict[str, Path] = recorded_topics(self._root)
        topic = wanted or min(topics, default="")
        if topic not in topics:
            known = ", ".join(sorted(topics)) or "none"
            raise _refused("LLM_INVALID_CONFIG", f"no recorded topic {topic}; there are {known}")
        try:
            return topic, votes_of(topics[topic])
        except AppError as error:
            raise _refused("LLM_INVALID_CONFIG", error.detail) from error


def _recorded(essay_id: str, known: frozenset[str]) -> str:
    """Return the recorded id that an essay id stands for: the same, or the only one that a cut id starts."""
    whole, readable = sanitize(essay_id), sanitize(readable_part(essay_id))
    if whole in known:
        return whole
    if readable in known or len(readable) < SHORTEST_CUT:
        return readable
    longer = [name for name in known if name.startswith(readable)]
    return longer[0] if len(longer) == 1 else readable


def _refused(code: str, message: str) -> JudgeFailed:
    return JudgeFailed(code, message, kind=FailureKind.REFUSED)
