"""Asking the gateway for verdicts over HTTP: one comparison, or many in one call."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.contracts.envelope import Wire
from app.contracts.llm_events import ComparisonResult

Effort = Literal["none", "low", "medium", "high"]
Verbosity = Literal["low", "medium", "high"]
PROVIDERS = ("anthropic", "openai", "google", "openrouter", "local", "mock", "replay")
Provider = Literal["anthropic", "openai", "google", "openrouter", "local", "mock", "replay"]


class PromptBlock(Wire):
    """A part of the prompt; cacheable parts repeat from pair to pair."""

    target: Literal["system", "user_content"] = "user_content"
    content: str
    cacheable: bool = False
    ttl: Literal["5m", "1h"] | None = None
    content_hash: str | None = None


class OverridesHTTP(Wire):
    """Which judge, and how it is set; ``provider_override`` is required by the gateway."""

    provider_override: Provider | None = None
    model_override: str | None = None
    temperature_override: float | None = Field(default=None, ge=0, le=2)
    system_prompt_override: str | None = None
    max_tokens_override: int | None = Field(default=None, gt=0)
    reasoning_effort: Effort | None = None
    output_verbosity: Verbosity | None = None


class ComparisonRequest(Wire):
    """``LLMComparisonRequest``: ``correlation_id`` is the caller's id, and the key of idempotency."""

    user_prompt: str = Field(min_length=1)
    prompt_blocks: list[PromptBlock] | None = None
    callback_topic: str = Field(min_length=1, max_length=249)
    llm_config_overrides: OverridesHTTP | None = None
    correlation_id: UUID | None = None
    user_id: str | None = None
    metadata: dict[str, object] = Field(default_factory=dict)


class QueuedResponse(Wire):
    """202: the request is kept; its callback will come."""

    queue_id: UUID
    status: Literal["queued"] = "queued"
    message: str = "Request queued for processing"
    estimated_wait_minutes: int | None = None


class ComparisonBatchRequest(Wire):
    """Up to 1,000 comparisons in one call; each is accepted or refused by itself."""

    comparisons: list[dict[str, object]] = Field(min_length=1, max_length=1000)


class BatchItem(Wire):
    """What became of one comparison of a batch call; ``retryable`` says whether asking again can help."""

    index: int
    correlation_id: UUID | None = None
    queue_id: UUID | None = None
    status: Literal["queued", "refused"]
    error_code: str | None = None
    error: str | None = None
    retryable: bool = False


class ComparisonBatchResponse(Wire):
    """One item for each comparison asked, in the same order."""

    items: list[BatchItem]


class CancelRequest(Wire):
    """Comparisons that are no longer wanted, by the caller's own ids."""

    correlation_ids: list[UUID] = Field(min_length=1, max_length=1000)


class CancelResponse(Wire):
    """How many were ended now, were over before, or are not known here."""

    cancelled: int
    already_answered: int
    unknown: int


class FindRequest(Wire):
    """Comparisons whose callback is missed, by the caller's own ids."""

    correlation_ids: list[UUID] = Field(min_length=1, max_length=1000)


class FoundItem(Wire):
    """What became of one: ``result`` is its callback, where it is ``answered``, well or badly."""

    correlation_id: UUID
    state: Literal["unknown", "open", "answered"]
    result: ComparisonResult | None = None


class FoundList(Wire):
    """One item for each id, in the same order."""

    items: list[FoundItem]


class ProviderStatus(Wire):
    """One provider: whether it is set up, and, by model, its circuit and how many calls may be under way."""

    name: str
    set_up: bool
    status: Literal["available", "degraded", "unavailable", "not_set_up"]
    batch_jobs: bool
    models: list[str]
    circuits: dict[str, dict[str, object]] = Field(default_factory=dict)


class ProviderList(Wire):
    """All providers that the gateway knows."""

    providers: list[ProviderStatus]


class ProviderTest(Wire):
    """What one small question to a provider came to."""

    provider: str
    status: Literal["ok", "failed"]
    model: str | None = None
    response_time_ms: int
    error_code: str | None = None
    error: str | None = None


class ModelView(Wire):
    """One model that may be asked for."""

    provider: str
    model: str
    default: bool = False
    deprecated: bool = False
    facts: dict[str, object] = Field(default_factory=dict)


class ModelList(Wire):
    """Models, of one provider or of all."""

    models: list[ModelView]


class QueueView(Wire):
    """How full the queue is: by state, and by provider and state; the age of what has waited longest."""

    queued: int
    limit: int
    states: dict[str, int]
    providers: dict[str, dict[str, int]]
    oldest_age_s: float | None = None
