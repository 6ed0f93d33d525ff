"""One answer of a judge as numbers and reports need it, verdict or failure. PURE.

Fed by the rows of callbacks and by what their raw bytes say beside them; feeds the score sheet and the reports.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from app.runner.results.scoresheet import Duel


@dataclass(frozen=True, slots=True)
class Noted:
    """What only the callback itself says: the wave, the judge's own time in seconds, the settings in force.

    ``echoed`` is False where it does not say the settings itself: one that the engine told when asked does not.
    """

    wave: int | None = None
    seconds: float | None = None
    effective: Mapping[str, object] | None = None
    echoed: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: ``first`` was shown first; ``winner`` is ``a`` for it, ``b``, or None for a failure.

    ``waited`` are the seconds from question to answer, ``seconds`` those that the judge itself took.
    """

    sequence: int
    first: str
    second: str
    winner: str | None
    confidence: float | None = None
    justification: str | None = None
    error_code: str | None = None
    provider: str = ""
    model: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0
    waited: float | None = None
    seconds: float | None = None
    wave: int | None = None

    @property
    def judge(self) -> str:
        """Who answered: provider and model."""
        return f"{self.provider}/{self.model}" if self.provider else self.model

    def duel(self) -> Duel | None:
        """Return the answer as winner and loser, None for a failure."""
        if self.winner is None:
            return None
        won, lost = (self.first, self.second) if self.winner == "a" else (self.second, self.first)
        return Duel(won, lost, self.confidence, self.justification, self.sequence, self.judge)


def noted(raw: bytes, *, settings: bool) -> Noted:
    """Return what a callback says of itself, with the settings if wanted; what it does not say is None."""
    data = orjson.loads(raw)["data"]
    facts = data.get("request_metadata") or {}
    took = data.get("response_time_ms")
    wave = str(facts.get("comparison_iteration") or "")
    return Noted(
        wave=int(wave) if wave.isdecimal() else None,
        seconds=took / 1000 if isinstance(took, int | float) and took > 0 else None,
        effective=_effective(facts, data) if settings else None,
        echoed=settings and isinstance(facts.get("effective_settings"), dict),
    )


def _effective(facts: Mapping[str, Any], data: Mapping[str, Any]) -> Mapping[str, object]:
    echoed = facts.get("effective_settings")
    if isinstance(echoed, dict):
        return echoed
    judge = {"provider_override": "provider", "model_override": "model"}
    return {name: facts.get(f"resolved_{said}") or data.get(said) for name, said in judge.items()}


def in_force(notes: Iterable[Noted]) -> Mapping[str, object] | None:
    """Return the settings in force: those of the first callback that says them itself, else of the first."""
    known = [note for note in notes if note.effective is not None]
    return next((note.effective for note in known if note.echoed), known[0].effective if known else None)


def answer(row: Mapping[str, Any], also: Noted | None) -> Answer:
    """Return the answer of one row of callbacks; ``also`` is what ``noted`` says of it."""
    extra = also or Noted()
    return Answer(
        sequence=row["sequence"],
        first=row["essay_a_id"],
        second=row["essay_b_id"],
        winner=row["winner"],
        confidence=row["confidence"],
        justification=row["justification"],
        error_code=row["error_code"],
        provider=row["provider"],
        model=row["model"],
        prompt_tokens=row["prompt_tokens"],
        completion_tokens=row["completion_tokens"],
        cost_usd=row["cost_usd"],
        waited=max(0.0, (row["completed_at"] - row["requested_at"]).total_seconds()),
        seconds=extra.seconds,
        wave=extra.wave,
    )


def duels_of(answers: Sequence[Answer]) -> list[Duel]:
    """Return the successful comparisons among answers, in their order."""
    return [duel for item in answers if (duel := item.duel()) is not None]
