"""The judge's callback: one verdict or one failure for each accepted comparison."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.contracts.envelope import Envelope, Wire

Winner = Literal["Essay A", "Essay B"]
JUSTIFICATION_LIMIT = 500


class TokenUsage(Wire):
    """Tokens of one call."""

    prompt_tokens: int = Field(default=0, ge=0)
    completion_tokens: int = Field(default=0, ge=0)
    total_tokens: int = Field(default=0, ge=0)


class ErrorDetail(Wire):
    """Why there is no verdict."""

    error_code: str
    message: str
    correlation_id: UUID
    timestamp: datetime
    service: str
    operation: str
    details: dict[str, object] = Field(default_factory=dict)
    stack_trace: str | None = None
    trace_id: str | None = None
    span_id: str | None = None


class ComparisonResult(Wire):
    """``LLMComparisonResultV1``: exactly one of a verdict and ``error_detail`` is present.

    ``request_id`` is the gateway's queue id, ``correlation_id`` the caller's id of the comparison;
    ``request_metadata`` echoes what the caller sent, plus ``prompt_sha256`` and the effective settings.
    """

    request_id: str = Field(min_length=1)
    correlation_id: UUID
    winner: Winner | None = None
    justification: str | None = None
    confidence: float | None = Field(default=None, ge=1, le=5)
    error_detail: ErrorDetail | None = None
    provider: str
    model: str
    response_time_ms: int = Field(default=0, ge=0)
    token_usage: TokenUsage = TokenUsage()
    cost_estimate: float = Field(default=0.0, ge=0)
    requested_at: datetime
    completed_at: datetime
    trace_id: str | None = None
    request_metadata: dict[str, object] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_verdict_and_error(self) -> Self:
        if (self.winner is None) == (self.error_detail is None):
            raise ValueError("exactly one of winner and error_detail must be present")
        return self

    def meta(self, key: str) -> str | None:
        """Return one entry of ``request_metadata`` as text, or None."""
        value = self.request_metadata.get(key)
        return None if value is None else str(value)


ComparisonResultEnvelope = Envelope[ComparisonResult]
COMPARISON_RESULT_EVENT_TYPE = "LLMComparisonResultV1"
