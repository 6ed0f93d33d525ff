"""Asking the gateway for verdicts over HTTP: one comparison, or many in one call."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.contracts.envelope import Wire

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
