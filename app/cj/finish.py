"""The end of a batch: its last state and its events, in one transaction.

Fed by ``waves`` and ``prepare``; feeds the outbox: the thin announcement, the rich result, the consumption, or
the failure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj import store
from app.cj.parts import Parts
from app.cj.results import assessment, processing_summary
from app.cj.scores import Scores
from app.cj.states import BatchState
from app.cj.store import Batch, Comparison, Essay
from app.cj.tables import messages
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

SERVICE = "cj_assessment_service"
NO_JOB = "INITIALIZATION_FAILED"
SUCCESS = "completed_successfully"
FAILURE = "failed_critically"


@dataclass(frozen=True)
class Scored:
    """Everything that the result is made of."""

    essays: Sequence[Essay]
    asked: Sequence[Comparison]
    scores: Scores
    stop_reason: str


async def complete(
    parts: Parts, connection: AsyncConnection, batch: Batch, outcome: Scored, changes: Mapping[str, object]
) -> None:
    """End a held batch well, with its result."""
    now = parts.clock()
    seconds = (now - batch.created_at).total_seconds()
    result = assessment(batch, outcome.essays, outcome.asked, outcome.scores, outcome.stop_reason, now)
    consumption = ResourceConsumption(
        entity_id=batch.bos_batch_id,
        timestamp=now,
        user_id=batch.request.user_id,
        org_id=batch.request.org_id,
        quantity=batch.asked,
        processing_id=str(batch.id),
        consumed_at=now,
    )
    summary = processing_summary(batch, outcome.essays, outcome.scores, seconds)
    events = [
        _event(parts, batch, Topic.CJ_COMPLETED, _completed(parts, batch, summary), batch.bos_batch_id),
        _event(parts, batch, Topic.RESULT_PUBLISHED, result, str(batch.id)),
        _event(parts, batch, Topic.RESOURCE_CONSUMPTION, consumption, batch.bos_batch_id),
    ]
    await outbox.add(connection, messages, events)
    ended = dict(changes) | {"reason": outcome.stop_reason}
    await store.move(connection, batch, BatchState.COMPLETED, now, due_at=None, changes=ended)


async def too_few(parts: Parts, connection: AsyncConnection, batch: Batch, changes: Mapping[str, object]) -> None:
    """End a held batch that has fewer than two students whose texts are there."""
    ids = [ref.essay_id for ref in batch.request.essays_for_cj]
    summary = ProcessingSummary(
        total_essays=len(ids), successful=0, failed=len(ids), failed_essay_ids=ids, single_essay_batch=True
    )
    completed = _completed(parts, batch, summary)
    await outbox.add(
        connection,
        messages,
        [_event(parts, batch, Topic.CJ_COMPLETED, completed, batch.bos_batch_id)],
    )
    ended = dict(changes) | {"reason": "insufficient_essays"}
    now = parts.clock()
    await store.move(connection, batch, BatchState.COMPLETED, now, due_at=None, changes=ended)


async def fail(
    parts: Parts,
    connection: AsyncConnection,
    batch: Batch,
    reason: str,
    detail: str,
    changes: Mapping[str, object] | None = None,
) -> None:
    """End a held batch badly, and say why."""
    now = parts.clock()
    job_id = NO_JOB if batch.status is BatchState.RECEIVED else str(batch.id)
    info: dict[str, object] = {
        "reason": reason,
        "details": detail,
        "error_code": reason.upper(),
        "error_message": detail,
        "correlation_id": str(batch.correlation_id),
        "service": SERVICE,
        "timestamp": now.isoformat(),
    }
    failed = CJFailed(
        entity_id=batch.bos_batch_id,
        timestamp=now,
        system_metadata=_metadata(parts, batch, "failed", "cj_assessment.failed", info),
        cj_assessment_job_id=job_id,
    )
    await outbox.add(connection, messages, [_event(parts, batch, Topic.CJ_FAILED, failed, batch.bos_batch_id)])
    ended = dict(changes or {}) | {"reason": reason[:64], "detail": detail[:2000]}
    await store.move(connection, batch, BatchState.FAILED, now, due_at=None, changes=ended)


async def broken(parts: Parts, batch_id: int, error: Exception) -> None:
    """End a batch whose step raised an error that will not pass."""
    reason = error.code if isinstance(error, AppError) else "processing_error"
    detail = error.detail if isinstance(error, AppError) else type(error).__name__
    async with parts.database.transaction() as connection:
        batch = await store.get(connection, batch_id, locked=True)
        if batch.status in {BatchState.COMPLETED, BatchState.FAILED, BatchState.CANCELLED}:
            return
        await fail(parts, connection, batch, reason, detail)


def _completed(parts: Parts, batch: Batch, summary: ProcessingSummary) -> CJCompleted:
    return CJCompleted(
        entity_id=batch.bos_batch_id,
        timestamp=parts.clock(),
        status=SUCCESS if summary.successful else FAILURE,
        system_metadata=_metadata(parts, batch, "completed", "cj_assessment.completed", {}),
        cj_assessment_job_id=str(batch.id),
        processing_summary=summary,
    )


def _metadata(parts: Parts, batch: Batch, stage: str, name: str, error_info: dict[str, object]) -> SystemMetadata:
    now = parts.clock()
    return SystemMetadata(
        entity_id=batch.bos_batch_id,
        entity_type="batch",
        timestamp=now,
        processing_stage=stage,
        started_at=batch.created_at,
        completed_at=now,
        event=name,
        error_info=error_info,
    )


def _event(parts: Parts, batch: Batch, topic: Topic, data: BaseModel, key: str) -> Event:
    now = parts.clock()
    envelope = Envelope[BaseModel](
        event_id=uuid4(),
        event_type="assessment.result.published" if topic is Topic.RESULT_PUBLISHED else str(topic),
        event_timestamp=now,
        source_service=SERVICE,
        correlation_id=batch.correlation_id,
        data=data,
    )
    return outbox.event(envelope, topic, aggregate_type="cj_batch", aggregate_id=key, now=now)
