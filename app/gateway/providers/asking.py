"""What all adapters share: what was really sent, what was really said, and the answer made of both. PURE.

Each adapter builds a payload with its ``Sent``, reads the provider's body into ``Said``, and calls ``settle``;
batch jobs read their results in the same way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.contracts.prompt import sha256
from app.gateway.manifest import Family, Model
from app.gateway.parsing import CONFIDENCE, UnusableAnswer, verdict_in, verdict_of
from app.gateway.prices import Tokens, cost
from app.gateway.providers import failures
from app.gateway.providers.base import Answer, Question, Usage

THINKING_TOKENS = {"none": 0, "minimal": 0, "low": 2_048, "medium": 8_000, "high": 16_000}
"""Tokens for thinking at each effort, on top of those for the answer."""
TOOL = "comparison_result"
MOST_TOKENS = 50_000_000
"""No model reads or writes so much in one call."""
MOST_USD = 100_000.0
"""Nor does one call cost so much."""


class Stop(StrEnum):
    """Why the model stopped."""

    DONE = "done"
    DECLINED = "declined"
    MAX_TOKENS = "max_tokens"
    TOO_LONG = "too_long"


@dataclass(frozen=True)
class Sent:
    """What was really sent: the user's prompt as one text, and the settings; None is the provider's default."""

    provider: str
    model: Model
    prompt: str
    temperature: float | None = None
    max_tokens: int | None = None
    reasoning_effort: str | None = None
    output_verbosity: str | None = None

    def effective(self) -> dict[str, object]:
        """Return the settings under the names of the callback."""
        return {
            "provider": self.provider,
            "model": self.model.name,
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "reasoning_effort": self.reasoning_effort,
            "output_verbosity": self.output_verbosity,
        }


@dataclass(frozen=True)
class Said:
    """What the model said: text, or the fields of a tool's input; ``charged_usd`` is the provider's own figure."""

    model: str
    text: str = ""
    fields: Mapping[str, object] | None = None
    stop: Stop = Stop.DONE
    tokens: Tokens | None = None
    charged_usd: float | None = None
    finish_reason: str | None = None


def settle(sent: Sent, said: Said, question: Question | None, *, at: datetime, batch: bool = False) -> Answer:
    """Return the answer; raises ``JudgeFailed`` with what the call cost where there is no verdict in it.

    ``question`` is None where a job's results are read, whose questions are no longer at hand: then the answer's
    settings are only those that the result itself shows, and ``describe`` tells the others.
    """
    spent = usage_of(sent.model, said, at=at, batch=batch)
    match said.stop:
        case Stop.DECLINED:
            raise failures.declined(sent.provider, spent)
        case Stop.MAX_TOKENS:
            raise failures.out_of_tokens(sent.provider, sent.max_tokens, spent)
        case Stop.TOO_LONG:
            raise failures.refused(sent.provider, failures.Refusal(413, code="context_window_exceeded"), at)
        case Stop.DONE:
            pass
    try:
        verdict = verdict_in(said.text) if said.fields is None else verdict_of(said.fields)
    except UnusableAnswer as error:
        raise failures.unusable(sent.provider, str(error), spent) from None
    return Answer(
        verdict.first_wins,
        verdict.confidence,
        verdict.justification,
        said.model or sent.model.name,
        spent,
        sent.effective() if question is not None else {"provider": sent.provider, "model": sent.model.name},
        sha256(sent.prompt) if question is not None and sent.prompt != question.prompt else None,
        said.finish_reason,
    )


def usage_of(model: Model, said: Said, *, at: datetime, batch: bool) -> Usage:
    """Return the tokens and the cost of one call; the provider's own figure counts before our price.

    Counts that cannot be are none: the cost is unknown then, which is said.
    """
    charged = said.charged_usd if said.charged_usd is not None and 0 <= said.charged_usd <= MOST_USD else None
    tokens = said.tokens
    if tokens is None or not _can_be(tokens):
        return Usage(cost_usd=charged or 0.0, cost_known=charged is not None)
    price = cost(model, tokens, at=at, batch=batch)
    return Usage(
        tokens.prompt,
        tokens.completion,
        price.usd if charged is None else charged,
        price.known or charged is not None,
        tokens.cached,
        tokens.cache_write,
    )


def _can_be(tokens: Tokens) -> bool:
    """Return whether the counts of a call can be true: none below zero, no part larger than the whole."""
    whole = 0 <= tokens.prompt <= MOST_TOKENS and 0 <= tokens.completion <= MOST_TOKENS
    parts = tokens.cached >= 0 and tokens.cache_write >= 0 and tokens.cached + tokens.cache_write <= tokens.prompt
    return whole and parts and 0 <= tokens.cache_write_1h <= tokens.cache_write


def schema(*, bounds: bool = True) -> dict[str, Any]:
    """Return the JSON schema of a verdict, strict as providers want it; some do not take ``bounds`` of numbers."""
    confidence: dict[str, Any] = {"type": "number", "description": "From 1, a guess, to 5, certain."}
    if bounds:
        confidence |= {"minimum": CONFIDENCE[0], "maximum": CONFIDENCE[1]}
    return {
        "type": "object",
        "properties": {
            "winner": {"type": "string", "enum": ["Essay A", "Essay B"], "description": "The better essay."},
            "justification": {"type": "string", "description": "Why, in at most 50 words."},
            "confidence": confidence,
        },
        "required": ["winner", "justification", "confidence"],
        "additionalProperties": False,
    }


def effort_to_send(question: Question, family: Family) -> str | None:
    """Return the effort that the model's family knows for the one asked, or None where none is sent."""
    if family.reasoning == "none" or question.reasoning_effort is None:
        return None
    if question.reasoning_effort == "none":
        return family.none_as or None
    return question.reasoning_effort


def temperature_to_send(question: Question, family: Family) -> float | None:
    """Return the temperature as it was asked, 0.0 included, or None where the family takes none."""
    return question.temperature if family.temperature else None


def tokens_to_allow(question: Question, family: Family, default: int) -> int:
    """Return the limit asked for; else the default, with room for thinking, within what the model can say."""
    if question.max_tokens is not None:
        return question.max_tokens
    thinks = family.reasoning in {"effort", "adaptive"} or (
        family.reasoning == "budget" and question.reasoning_effort is not None
    )
    room = THINKING_TOKENS.get(question.reasoning_effort or "medium", 0) if thinks else 0
    return min(default + room, family.max_output_tokens)


def system_text(question: Question) -> str | None:
    """Return the system prompt with the blocks that belong to it, for providers that take one text."""
    parts = [
        question.system_prompt or "",
        *(block.content for block in question.blocks if block.target == "system"),
    ]
    return "\n\n".join(part for part in parts if part) or None
