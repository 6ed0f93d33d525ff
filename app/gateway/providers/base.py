"""The port to a judge: what goes in, what comes out, and how a judge may fail.

Fed by the gateway's work loop; each provider is one module beside this one. A provider that also takes
whole jobs (hours, at half the price) implements `BatchJudge` beside `Judge`.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.contracts.llm_http import PromptBlock


@dataclass(frozen=True)
class Question:
    """One comparison as the judge sees it.

    ``prompt`` is the whole user prompt, ``blocks`` the same in parts where the caller sent parts (cacheable
    ones first); ``essay_a`` and ``essay_b`` are the two texts where the prompt marks them, else empty.
    None in a setting means the provider's default. ``attempt`` counts from 1 how often it is asked.
    """

    prompt: str
    essay_a: str
    essay_b: str
    model: str | None
    temperature: float | None = None
    max_tokens: int | None = None
    system_prompt: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)
    blocks: tuple[PromptBlock, ...] = ()
    reasoning_effort: str | None = None
    output_verbosity: str | None = None
    attempt: int = 1

    def number(self, key: str, default: int) -> int:
        """Return a whole number of the metadata, or ``default`` where it is missing."""
        value = self.metadata.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else default


@dataclass(frozen=True)
class Usage:
    """What one call cost. ``cost_usd`` counts only if ``cost_known``: an unknown price is never a silent zero.

    ``cached_tokens`` were read from the provider's prompt cache, ``cache_write_tokens`` written to it; both
    are part of ``prompt_tokens``.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0
    cost_known: bool = True
    cached_tokens: int = 0
    cache_write_tokens: int = 0


@dataclass(frozen=True)
class Answer:
    """A verdict; ``first_wins`` says whether Essay A is the better one, ``confidence`` is 1 to 5.

    ``justification`` is whole here and cut on the wire. ``effective`` are the settings that were really sent;
    ``prompt_sha256`` is the hash of the user prompt really sent, None where that is the question's own prompt.
    ``finish_reason`` is the provider's word for why the model stopped.
    """

    first_wins: bool
    confidence: float
    justification: str
    model: str
    usage: Usage = Usage()
    effective: Mapping[str, object] = field(default_factory=dict)
    prompt_sha256: str | None = None
    finish_reason: str | None = None


class FailureKind(StrEnum):
    """What a failure means for the next try; decided by the adapter, acted on in one place."""

    RETRY_NOW = "retry_now"
    """A cut connection, a bad gateway, an answer that cannot be read: the same question may succeed at once."""
    RETRY_AFTER = "retry_after"
    """Overloaded or failing: wait first."""
    RATE_LIMITED = "rate_limited"
    """Asked too fast: wait as long as the provider says, and ask more slowly."""
    REFUSED = "refused"
    """This question will not be answered, however often it is asked."""
    BROKEN = "broken"
    """No question will be answered until somebody acts: a wrong key, a model that does not exist."""


_MAY_PASS = frozenset({FailureKind.RETRY_NOW, FailureKind.RETRY_AFTER, FailureKind.RATE_LIMITED})


class JudgeFailed(Exception):
    """No verdict. ``code`` is one of the platform's error codes; ``retry_after_s`` is the provider's own hint.

    ``spent`` is what the failed call cost all the same, where the provider said so; ``sent`` is what was really
    sent, set by adapters that send something else than they were asked to.
    """

    sent: "Sending | None" = None

    def __init__(
        self,
        code: str,
        message: str,
        *,
        kind: FailureKind,
        retry_after_s: float | None = None,
        http_status: int | None = None,
        spent: Usage = Usage(),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.kind = kind
        self.retry_after_s = retry_after_s
        self.http_status = http_status
        self.spent = spent

    @property
    def retryable(self) -> bool:
        """Whether the same question may succeed later."""
        return self.kind in _MAY_PASS

    @property
    def maybe_paid(self) -> bool:
        """Whether the failed call may have been charged without our knowing how much: a cut or late answer."""
        return not self.spent.cost_known


class Judge(Protocol):
    """Compares two essays."""

    async def judge(self, question: Question) -> Answer:
        """Return the verdict; raises ``JudgeFailed``."""

    def models(self) -> tuple[str, ...]:
        """Return the names of the models that may be asked for; the first is the default."""


@dataclass(frozen=True)
class Probe:
    """A provider that answered: how many models it offers to this key, None where it does not say."""

    models: int | None


class Probed(Protocol):
    """A judge that can be asked cheaply, without a paid token, whether its key and address work."""

    async def probe(self) -> Probe:
        """Return what the provider says of itself; raises ``JudgeFailed``."""


class Sending(Protocol):
    """What would be sent: the user's prompt as one text, and the settings under the callback's names."""

    @property
    def prompt(self) -> str:
        """Return the user prompt, all its blocks joined."""

    def effective(self) -> Mapping[str, object]:
        """Return the settings."""


class Describing(Protocol):
    """A judge that says without asking what it would send: for failures, and for items of batch jobs."""

    def describe(self, question: Question) -> Sending:
        """Return what would be sent; raises ``JudgeFailed`` where the question cannot be sent as it is."""


class Closing(Protocol):
    """A judge that holds connections."""

    async def aclose(self) -> None:
        """Close them; called once, when the role ends."""


class JobState(StrEnum):
    """Where a provider's batch job stands; the last four are final."""

    RUNNING = "running"
    COMPLETED = "completed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class JobProgress:
    """A look at a batch job; ``readable`` says whether results can be fetched now, whole or in part."""

    state: JobState
    readable: bool
    detail: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Sought:
    """A job whose start is in doubt, told apart from others: it has ``items`` questions and began after ``since``.

    ``recorded`` are the provider's ids of those jobs that are on record under other keys, whoever started them.
    """

    items: int
    since: datetime
    recorded: Collection[str] = ()


class BatchJudge(Protocol):
    """A provider's batch interface: many questions in one job, answered within hours."""

    async def submit(self, questions: Sequence[tuple[str, Question]], *, job_key: str) -> str:
        """Start a job over (custom id, question) pairs and return the provider's job id; raises ``JudgeFailed``.

        ``job_key`` is ours and unique; after a crash between the provider's answer and our note of it,
        ``find`` with the same key returns the job instead of starting it twice.
        """

    async def find(self, job_key: str, sought: Sought | None = None) -> str | None:
        """Return the provider's id of the job that was started with ``job_key``, or None.

        ``sought`` narrows the search down at a provider that keeps no keys.
        To be called before ``submit`` only where an earlier ``submit`` with this key may have happened.
        Raises ``JudgeFailed`` with ``RETRY_AFTER`` where that cannot be told yet; starting the job anew
        before it can would risk paying twice.
        """

    async def look(self, job_id: str) -> JobProgress:
        """Return where the job stands; raises ``JudgeFailed``."""

    def results(self, job_id: str) -> AsyncIterator[tuple[str, Answer | JudgeFailed]]:
        """Yield each finished item by its custom id; items that expired or were cancelled are ``JudgeFailed``."""

    async def cancel(self, job_id: str) -> None:
        """Ask the provider to stop the job; what it finished stays readable."""
