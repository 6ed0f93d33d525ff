"""The port to a judge: what goes in, what comes out, and how a judge may fail.

Fed by the gateway's work loop; each provider is one module beside this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Question:
    """One comparison as the judge sees it; ``essays`` are the two texts where the prompt shows them."""

    prompt: str
    essay_a: str
    essay_b: str
    model: str | None
    temperature: float | None = None
    max_tokens: int | None = None
    system_prompt: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)

    def number(self, key: str, default: int) -> int:
        """Return a whole number of the metadata, or ``default`` where it is missing."""
        value = self.metadata.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else default


@dataclass(frozen=True)
class Answer:
    """A verdict; ``first_wins`` says whether Essay A is the better one, ``confidence`` is 1 to 5."""

    first_wins: bool
    confidence: float
    justification: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float


class JudgeFailed(Exception):
    """No verdict; ``retryable`` says whether the same question may succeed later."""

    def __init__(self, code: str, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retryable = retryable


class Judge(Protocol):
    """Compares two essays."""

    async def judge(self, question: Question) -> Answer:
        """Return the verdict; raises ``JudgeFailed``."""

    def models(self) -> tuple[str, ...]:
        """Return the names of the models that may be asked for; the first is the default."""
