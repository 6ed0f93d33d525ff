"""Verdicts out: one callback for each accepted comparison, whatever became of it.

Fed by the ledger; feeds the outbox and so ``huleedu.llm_provider.comparison_result.v1``.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from app.contracts.envelope import Envelope
from app.contracts.error_codes import platform_code
from app.contracts.llm_events import (
    COMPARISON_RESULT_EVENT_TYPE,
    JUSTIFICATION_LIMIT,
    ComparisonResult,
    ErrorDetail,
    TokenUsage,
)
from app.contracts.prompt import sha256
from app.db.storable import storable
from app.gateway.providers.base import Answer, FailureKind, JudgeFailed, Usage
from app.gateway.queue import Queued
from app.messaging.outbox import Event, event

SERVICE = "llm_provider_service"
UNKNOWN_MODEL = "unknown"
MESSAGE_LIMIT = 500
_WIRE_NAMES = {
    "provider": "provider_override",
    "model": "model_override",
    "temperature": "temperature_override",
    "max_tokens": "max_tokens_override",
}
Ending = Literal["succeeded", "failed", "expired", "cancelled"]


@dataclass(frozen=True)
class Outcome:
    """What became of one comparison. ``asked_at`` is None where no judge was called this time.

    ``trace`` carries the span of the call, where there is one.
    """

    item: Queued
    result: Answer | JudgeFailed
    elapsed_ms: int = 0
    asked_at: datetime | None = None
    ending: Ending | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    trace: Mapping[str, str] = field(default_factory=dict)

    @property
    def end(self) -> Ending:
        """How the comparison ends, if it ends with this outcome."""
        if self.ending is not None:
            return self.ending
        return "succeeded" if isinstance(self.result, Answer) else "failed"

    @property
    def usage(self) -> Usage:
        """What the last call cost, whether it gave a verdict or not."""
        return self.result.usage if isinstance(self.result, Answer) else self.result.spent


def expired(item: Queued, now: datetime, reason: str) -> Outcome:
    """Return the outcome of a comparison that waited longer than its time to live."""
    waited = int((now - item.queued_at).total_seconds())
    why = f"the comparison waited {waited} s, longer than its time to live"
    failure = JudgeFailed("TIMEOUT", why, kind=FailureKind.REFUSED)
    return Outcome(item, failure, ending="expired", details={"reason": "expired", "expiry_reason": reason})


def cancelled(item: Queued) -> Outcome:
    """Return the outcome of a comparison that its caller no longer wants."""
    failure = JudgeFailed("PROCESSING_ERROR", "cancelled by the caller", kind=FailureKind.REFUSED)
    return Outcome(item, failure, ending="cancelled", details={"reason": "cancelled"})


def sound(outcome: Outcome, now: datetime) -> tuple[Outcome, ComparisonResult]:
    """Return an outcome that can be stored, with its callback.

    A verdict that does not fit the contract (a confidence outside 1 to 5) becomes an error that says so.
    """
    clean = replace(outcome, result=_clean(outcome.result))
    try:
        return clean, callback(clean, now)
    except ValueError as error:
        if isinstance(clean.result, JudgeFailed):
            raise
        why = f"the verdict does not fit the contract: {str(error)[:200]}"
        failure = JudgeFailed("LLM_INVALID_RESPONSE", why, kind=FailureKind.REFUSED, spent=clean.result.usage)
        failed = replace(clean, result=failure, ending="failed")
        return failed, callback(failed, now)


def _clean(result: Answer | JudgeFailed) -> Answer | JudgeFailed:
    """Return the result with text that Postgres and JSON can hold, and figures that can be summed."""
    if isinstance(result, Answer):
        return replace(
            result,
            justification=storable(result.justification),
            model=storable(result.model)[:255],
            usage=_usage(result.usage),
        )
    result.message = storable(result.message)
    result.spent = _usage(result.spent)
    return result


def _usage(usage: Usage) -> Usage:
    known = math.isfinite(usage.cost_usd) and usage.cost_usd >= 0
    return replace(
        usage,
        cost_usd=usage.cost_usd if known else 0.0,
        cost_known=usage.cost_known and known,
        prompt_tokens=max(0, usage.prompt_tokens),
        completion_tokens=max(0, usage.completion_tokens),
    )


def callback(outcome: Outcome, now: datetime) -> ComparisonResult:
    """Return the callback of an outcome, with the caller's metadata and the effective settings.

    Tokens and cost are those of all calls that were made for the comparison, failed ones too.
    """
    item, result, usage = outcome.item, outcome.result, outcome.usage
    prompt_tokens = item.prompt_tokens + usage.prompt_tokens
    completion_tokens = item.completion_tokens + usage.completion_tokens
    common: dict[str, object] = {
        "request_id": str(item.queue_id),
        "correlation_id": item.correlation_id,
        "provider": item.provider,
        "requested_at": item.queued_at,
        "completed_at": now,
        "request_metadata": _echoed(outcome),
        "cost_estimate": item.cost_usd + usage.cost_usd,
        "token_usage": TokenUsage(
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            total_tokens=prompt_tokens + completion_tokens,
        ),
    }
    if isinstance(result, JudgeFailed):
        said = {"model": item.model or UNKNOWN_MODEL, "error_detail": _error(outcome, result, now)}
    else:
        said = {
            "winner": "Essay A" if result.first_wins else "Essay B",
            "justification": result.justification[:JUSTIFICATION_LIMIT],
            "confidence": result.confidence,
            "model": result.model,
            "response_time_ms": outcome.elapsed_ms,
        }
    return ComparisonResult.model_validate(common | said)


def _echoed(outcome: Outcome) -> Mapping[str, object]:
    """Return the caller's metadata and ours.

    What was decided and sent counts before what the caller named alike; mere figures are only added.
    """
    item, result, usage = outcome.item, outcome.result, outcome.usage
    answer = result if isinstance(result, Answer) else None
    model = answer.model if answer is not None else item.model
    hashed, effective = _sent(result)
    decided: dict[str, object] = {
        "prompt_sha256": hashed or sha256(item.user_prompt),
        "resolved_provider": item.provider,
        "resolved_model": model,
        "queue_processing_mode": item.mode,
        "effective_settings": _effective(item, effective)
        | {"provider_override": item.provider, "model_override": model},
        "cost_known": item.cost_known and usage.cost_known,
    }
    figures: dict[str, object] = {"attempts": item.attempts}
    if usage.prompt_tokens:
        figures["usage"] = {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens}
        figures["cache_read_input_tokens"] = usage.cached_tokens
        figures["cache_creation_input_tokens"] = usage.cache_write_tokens
    failed = item.cost_usd + (usage.cost_usd if answer is None else 0.0)
    if failed:
        figures["failed_calls_cost_usd"] = failed
    return figures | dict(item.metadata) | decided


def _sent(result: Answer | JudgeFailed) -> tuple[str | None, Mapping[str, object]]:
    """Return the hash of the prompt that was really sent, where it is not the request's own, and the settings."""
    if isinstance(result, Answer):
        return result.prompt_sha256, result.effective
    return (None, {}) if result.sent is None else (sha256(result.sent.prompt), result.sent.effective())


def _effective(item: Queued, sent: Mapping[str, object]) -> dict[str, object]:
    """Return the settings that counted: what the judge says that it sent, else what was asked for."""
    asked = {key: value for key, value in item.settings.items() if value is not None}
    asked.pop("system_prompt_override", None)
    return asked | {_WIRE_NAMES.get(key, key): value for key, value in sent.items()}


def _error(outcome: Outcome, failure: JudgeFailed, now: datetime) -> ErrorDetail:
    item = outcome.item
    details: dict[str, object] = {"attempts": item.attempts, "retryable": failure.retryable}
    if failure.http_status is not None:
        details["http_status"] = failure.http_status
    if platform_code(failure.code) != failure.code:
        details["original_code"] = failure.code[:64]
    return ErrorDetail(
        error_code=platform_code(failure.code),
        message=failure.message[:MESSAGE_LIMIT],
        correlation_id=item.correlation_id,
        timestamp=now,
        service=SERVICE,
        operation="compare",
        details=details | dict(outcome.details),
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
