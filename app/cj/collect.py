"""Verdicts in: each counts once; the last one of a wave sends the batch on to scoring.

Fed by ``huleedu.llm_provider.comparison_result.v1``; feeds ``waves``.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj import store
from app.cj.states import FINAL, BatchState
from app.cj.tables import batches, comparisons
from app.contracts.llm_events import ComparisonResult, ComparisonResultEnvelope
from app.contracts.topics import Topic
from app.messaging.consume import Incoming, Route

OPEN = ("planned", "sent")


def route(clock: Callable[[], datetime]) -> Route[ComparisonResult]:
    """Return the route of verdicts."""

    async def handle(connection: AsyncConnection, messages: Sequence[Incoming[ComparisonResult]]) -> None:
        await take(connection, [message.data for message in messages], clock())

    return Route(
        Topic.COMPARISON_RESULT, ComparisonResultEnvelope, lambda envelope: envelope.data.request_id, handle
    )


async def take(connection: AsyncConnection, results: Sequence[ComparisonResult], now: datetime) -> None:
    """Record verdicts of our batches; those of others, and those that were answered before, are passed over."""
    by_id = {result.correlation_id: result for result in results}
    owners = select(comparisons.c.batch_id).where(comparisons.c.correlation_id.in_(by_id)).distinct()
    batch_ids = sorted((await connection.execute(owners)).scalars())
    for batch_id in batch_ids:
        batch = await store.get(connection, batch_id, locked=True)
        fresh = select(comparisons.c.number, comparisons.c.correlation_id).where(
            comparisons.c.batch_id == batch_id,
            comparisons.c.correlation_id.in_(by_id),
            comparisons.c.state.in_(OPEN),
        )
        rows = (await connection.execute(fresh)).all()
        if not rows or batch.status in FINAL:
            continue
        counted = Counter("failed" if by_id[row.correlation_id].winner is None else "succeeded" for row in rows)
        await connection.execute(
            _WRITE, [_values(batch_id, row.number, by_id[row.correlation_id], now) for row in rows]
        )
        await connection.execute(
            update(batches)
            .where(batches.c.id == batch_id)
            .values(
                succeeded=batch.succeeded + counted["succeeded"],
                failed=batch.failed + counted["failed"],
                updated_at=now,
            )
        )
        if batch.status is BatchState.WAITING and await store.pending(connection, batch_id) == 0:
            await store.move(connection, batch, BatchState.SCORING, now, due_at=now)


_WRITE = (
    update(comparisons)
    .where(comparisons.c.batch_id == bindparam("of_batch"), comparisons.c.number == bindparam("of_number"))
    .values(
        {
            name: bindparam(name)
            for name in (
                "state",
                "winner",
                "confidence",
                "justification",
                "provider",
                "model",
                "error_code",
                "error_message",
                "retryable",
                "answered_at",
            )
        }
    )
)


def _values(batch_id: int, number: int, result: ComparisonResult, now: datetime) -> dict[str, object]:
    error = result.error_detail
    winner = None if result.winner is None else result.winner[-1].lower()
    return {
        "of_batch": batch_id,
        "of_number": number,
        "state": "failed" if winner is None else "succeeded",
        "winner": winner,
        "confidence": result.confidence,
        "justification": (result.justification or "").replace("\x00", "")[:4000] or None,
        "provider": result.provider[:64],
        "model": result.model[:255],
        "error_code": None if error is None else error.error_code[:64],
        "error_message": None if error is None else error.message[:500],
        "retryable": error is not None and error.details.get("retryable", True) is True,
        "answered_at": now,
    }
