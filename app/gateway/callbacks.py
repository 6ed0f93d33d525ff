"""Verdicts out: one callback for each accepted comparison, whatever became of it.

Fed by the work loop; feeds the outbox and so ``huleedu.llm_provider.comparison_result.v1``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from app.contracts.envelope import Envelope
from app.contracts.llm_events import (
    COMPARISON_RESULT_EVENT_TYPE,
    JUSTIFICATION_LIMIT,
    ComparisonResult,
    ErrorDetail,
    TokenUsage,
)
from app.contracts.prompt import sha256
from app.gateway.providers.base import Answer, JudgeFailed
from app.gateway.queue import Queued
from app.messaging.outbox import Event, event

SERVICE = "llm_provider_service"
UNKNOWN_MODEL = "unknown"


@dataclass(frozen=True)
class Outcome:
    """What became of one comparison."""

    item: Queued
    result: Answer | JudgeFailed
    elapsed_ms: int


def callback(outcome: Outcome, now: datetime) -> ComparisonResult:
    """Return the callback of an outcome, with the caller's metadata and the effective settings."""
    item, result = outcome.item, outcome.result
    common: dict[str, object] = {
        "request_id": str(item.queue_id),
        "correlation_id": item.correlation_id,
        "provider": item.provider,
        "requested_at": item.queued_at,
        "completed_at": now,
        "request_metadata": _echoed(outcome),
    }
    if isinstance(result, JudgeFailed):
        return ComparisonResult.model_validate(
            common | {"model": item.model or UNKNOWN_MODEL, "error_detail": _error(item, result, now)}
        )
    tokens = TokenUsage(
        prompt_tokens=result.usage.prompt_tokens,
        completion_tokens=result.usage.completion_tokens,
        total_tokens=result.usage.prompt_tokens + result.usage.completion_tokens,
    )
    return ComparisonResult.model_validate(
        common
        | {
            "winner": "Essay A" if result.first_wins else "Essay B",
            "justification": result.justification[:JUSTIFICATION_LIMIT],
            "confidence": result.confidence,
            "model": result.model,
            "response_time_ms": outcome.elapsed_ms,
            "token_usage": tokens,
            "cost_estimate": result.usage.cost_usd,
        }
    )


def _echoed(outcome: Outcome) -> Mapping[str, object]:
    item = outcome.item
    model = outcome.result.model if isinstance(outcome.result, Answer) else item.model
    effective = {key: value for key, value in item.settings.items() if value is not None}
    effective.pop("system_prompt_override", None)
    return dict(item.metadata) | {
        "prompt_sha256": sha256(item.user_prompt),
        "resolved_provider": item.provider,
        "resolved_model": model,
        "queue_processing_mode": "per_request",
        "effective_settings": effective | {"provider_override": item.provider, "model_override": model},
    }


def _error(item: Queued, failure: JudgeFailed, now: datetime) -> ErrorDetail:
    return ErrorDetail(
        error_code=failure.code,
        message=failure.message[:500],
        correlation_id=item.correlation_id,
        timestamp=now,
        service=SERVICE,
        operation="compare",
        details={"attempts": item.attempts, "retryable": failure.retryable},
    )


def to_event(result: ComparisonResult, topic: str, now: datetime, *, event_id: UUID | None = None) -> Event:
    """Return the outbox event of a callback; keyed by the caller's batch so that its order is kept."""
    envelope = Envelope[ComparisonResult](
        event_id=event_id or uuid4(),
        event_type=COMPARISON_RESULT_EVENT_TYPE,
        event_timestamp=now,
        source_service=SERVICE,
        correlation_id=result.correlation_id,
        data=result,
    )
    key = result.meta("bos_batch_id") or str(result.correlation_id)
    return event(envelope, topic, aggregate_type="comparison", aggregate_id=key, now=now)
