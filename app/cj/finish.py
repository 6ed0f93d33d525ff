"""The end of a batch: its last state and its events, in one transaction.

Fed by ``waves``, ``prepare``, ``intake`` and the cancel route; feeds the outbox: the thin announcement, the rich
result and the consumption, or the failure. What the gateway still has open is withdrawn afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from pydantic import BaseModel
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj import metrics, store
from app.cj.asked import Comparison
from app.cj.names import about
from app.cj.parts import Parts
from app.cj.results import assessment, nothing_compared, processing_summary, swap_consistency
from app.cj.scores import Scores
from app.cj.states import FINAL, BatchState
from app.cj.store import Batch, Essay
from app.cj.tables import batches, messages
from app.contracts.cj_events import (
    CJCompleted,
    CJFailed,
    ProcessingSummary,
    ResourceConsumption,
    SystemMetadata,
)
from app.contracts.envelope import Envelope
from app.contracts.topics import Topic
from app.errors import AppError
from app.messaging import outbox
from app.messaging.outbox import Event

log = structlog.get_logger(__name__)
SERVICE = "cj_assessment_service"
NO_JOB = "INITIALIZATION_FAILED"
SUCCESS = "completed_successfully"
FAILURE = "failed_critically"
CANCELLED = "cancelled"


@dataclass(frozen=True)
class Scored:
    """Everything that the result is made of; ``decisions`` is the whole history, the last one included."""

    essays: Sequence[Essay]
    asked: Sequence[Comparison]
    scores: Scores
    stop_reason: str
    decisions: Sequence[Mapping[str, object]]


@dataclass(frozen=True)
class Failure:
    """Why no result will come: a short reason, a sentence, the place in the request, and further facts."""

    reason: str
    detail: str
    place: str | None = None
    error_code: str | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, error: Exception) -> "Failure":
        """Return the failure for an error; what was not expected is named by its kind only."""
        if not isinstance(error, AppError):
            return cls("processing_error", type(error).__name__)
        first = error.problems[0].field if error.problems else None
        code = "VALIDATION_ERROR" if error.problems else None
        return cls(error.code, error.detail.replace("\x00", ""), first, code)


@dataclass(frozen=True)
class Subject:
    """Whose failure it is: the batch as its caller names it."""

    bos_batch_id: str
    correlation_id: UUID
    job_id: str = NO_JOB
    started_at: datetime | None = None


def diagnostics(scores: Scores, asked: Sequence[Comparison]) -> dict[str, object]:
    """Return how exact the scores are, as it is kept with the batch: shown and counted, never acted upon."""
    return {
        "bt_se_summary": dict(scores.summary(list(scores.by_position))),
        "bt_quality_flags": dict(scores.flags()),
        "swap_consistency": swap_consistency(asked),
    }


async def complete(
    connection: AsyncConnection, batch: Batch, outcome: Scored, now: datetime, changes: Mapping[str, object]
) -> None:
    """End a held batch well, with its result."""
    seconds = (now - batch.created_at).total_seconds()
    told = replace(batch, decisions=outcome.decisions)
    result = assessment(told, outcome.essays, outcome.asked, outcome.scores, outcome.stop_reason, now)
    consumption = ResourceConsumption(
        entity_id=batch.bos_batch_id,
        timestamp=now,
        user_id=batch.request.user_id,
        org_id=batch.request.org_id,
        quantity=outcome.scores.used,
        processing_id=str(batch.id),
        consumed_at=now,
    )
    summary = processing_summary(batch, outcome.essays, outcome.scores, seconds)
    events = [
        _event(batch, Topic.CJ_COMPLETED, _completed(batch, summary, now), batch.bos_batch_id, now),
        _event(batch, Topic.RESULT_PUBLISHED, result, str(batch.id), now),
        _event(batch, Topic.RESOURCE_CONSUMPTION, consumption, batch.bos_batch_id, now),
    ]
    await _tell(connection, batch, events)
    await _end(connection, batch, BatchState.COMPLETED, now, dict(changes) | {"reason": outcome.stop_reason})
    with about(batch):
        log.info("scoring_finalised", status=SUCCESS, reason=outcome.stop_reason, cj_batch_id=batch.id)
    metrics.count_flags(dict(outcome.scores.flags()))
    if outcome.stop_reason == "timeout":
        metrics.STUCK_RECOVERED.inc()


async def too_few(
    connection: AsyncConnection,
    batch: Batch,
    essays: Sequence[Essay],
    now: datetime,
    changes: Mapping[str, object],
) -> None:
    """End a held batch that has fewer than two students whose texts are there."""
    ids = [ref.essay_id for ref in batch.request.essays_for_cj]
    summary = ProcessingSummary(
        total_essays=len(ids), successful=0, failed=len(ids), failed_essay_ids=ids, single_essay_batch=True
    )
    completed, result = _completed(batch, summary, now), nothing_compared(batch, essays, now)
    events = [
        _event(batch, Topic.CJ_COMPLETED, completed, batch.bos_batch_id, now),
        _event(batch, Topic.RESULT_PUBLISHED, result, str(batch.id), now),
    ]
    await _tell(connection, batch, events)
    await _end(connection, batch, BatchState.COMPLETED, now, dict(changes) | {"reason": "insufficient_essays"})


async def fail(
    connection: AsyncConnection,
    batch: Batch,
    failure: Failure,
    now: datetime,
    changes: Mapping[str, object] | None = None,
) -> None:
    """End a held batch badly, and say why."""
    await _tell(connection, batch, [failed_event(_subject(batch), failure, now)])
    ended = dict(changes or {}) | {"reason": failure.reason[:64], "detail": failure.detail[:2000]}
    await _end(connection, batch, BatchState.FAILED, now, ended)
    if failure.reason == "stuck_timeout_insufficient_progress":
        metrics.STUCK_FAILED.inc()


async def cancel(connection: AsyncConnection, batch: Batch, now: datetime) -> None:
    """End a held batch because its caller wants no more of it; what was paid for stays."""
    failure = Failure(CANCELLED, "the batch was cancelled", more={"comparisons_succeeded": batch.succeeded})
    await _tell(connection, batch, [failed_event(_subject(batch), failure, now, status=CANCELLED)])
    await _end(connection, batch, BatchState.CANCELLED, now, {"reason": CANCELLED, "detail": failure.detail})


async def _tell(connection: AsyncConnection, batch: Batch, events: Sequence[Event]) -> None:
    """Let events of a batch go out, in the trace of its request."""
    await outbox.add(connection, messages, [outbox.of_trace(item, batch.trace_context) for item in events])


async def broken(parts: Parts, batch_id: int, error: Exception) -> None:
    """End a batch whose step raised an error that will not pass; one that has ended is left at rest."""
    async with parts.database.transaction() as connection:
        batch = await store.get(connection, batch_id, locked=True)
        if batch.status not in FINAL:
            await fail(connection, batch, Failure.of(error), parts.clock())
            return
        log.warning("open_comparisons_left", batch_uuid=batch.bos_batch_id, error=type(error).__name__)
        await connection.execute(update(batches).where(batches.c.id == batch_id).values(due_at=None))


async def _end(
    connection: AsyncConnection, batch: Batch, to: BatchState, now: datetime, changes: Mapping[str, object]
) -> None:
    """Move to a final state; comparisons that are still open are closed here and withdrawn by the worker."""
    await store.close_open(connection, batch.id, "cancelled")
    due_at = now if await store.to_withdraw(connection, batch.id) else None
    await store.move(connection, batch, to, now, due_at=due_at, changes=changes)
    metrics.DURATION.observe((now - batch.created_at).total_seconds())
    metrics.ITERATIONS.observe(batch.wave)
    metrics.COMPARISONS_MADE.observe(batch.succeeded)
    metrics.PROGRESS.observe(100 * batch.asked / max(1, batch.plan.cap))


def failed_event(subject: Subject, failure: Failure, now: datetime, *, status: str = FAILURE) -> Event:
    """Return the event that says that no result will come."""
    code = failure.error_code or failure.reason.upper()
    info: dict[str, object] = dict(failure.more) | {
        "reason": failure.reason,
        "details": failure.detail,
        "error_code": code,
        "error_message": failure.detail,
        "field": failure.place,
        "correlation_id": str(subject.correlation_id),
        "service": SERVICE,
        "timestamp": now.isoformat(),
    }
    stage = "failed" if status == FAILURE else status
    data = CJFailed(
        entity_id=subject.bos_batch_id,
        timestamp=now,
        status=status,
        system_metadata=_metadata(subject, stage, "cj_assessment.failed", info, now),
        cj_assessment_job_id=subject.job_id,
    )
    return _wrapped(subject.correlation_id, Topic.CJ_FAILED, data, subject.bos_batch_id, now)


def _subject(batch: Batch) -> Subject:
    job_id = NO_JOB if batch.status is BatchState.RECEIVED else str(batch.id)
    return Subject(batch.bos_batch_id, batch.correlation_id, job_id, batch.created_at)


def _completed(batch: Batch, summary: ProcessingSummary, now: datetime) -> CJCompleted:
    return CJCompleted(
        entity_id=batch.bos_batch_id,
        timestamp=now,
        status=SUCCESS if summary.successful else FAILURE,
        system_metadata=_metadata(_subject(batch), "completed", "cj_assessment.completed", {}, now),
        cj_assessment_job_id=str(batch.id),
        processing_summary=summary,
    )


def _metadata(
    subject: Subject, stage: str, name: str, error_info: dict[str, object], now: datetime
) -> SystemMetadata:
    return SystemMetadata(
        entity_id=subject.bos_batch_id,
        entity_type="batch",
        timestamp=now,
        processing_stage=stage,
        started_at=subject.started_at,
        completed_at=now,
        event=name,
        error_info=error_info,
    )


def _event(batch: Batch, topic: Topic, data: BaseModel, key: str, now: datetime) -> Event:
    return _wrapped(batch.correlation_id, topic, data, key, now)


def _wrapped(correlation_id: UUID, topic: Topic, data: BaseModel, key: str, now: datetime) -> Event:
    envelope = Envelope[BaseModel](
        event_id=uuid4(),
        event_type="assessment.result.published" if topic is Topic.RESULT_PUBLISHED else str(topic),
        event_timestamp=now,
        source_service=SERVICE,
        correlation_id=correlation_id,
        data=data,
    )
    return outbox.event(envelope, topic, aggregate_type="cj_batch", aggregate_id=key, now=now)
