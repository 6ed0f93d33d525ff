"""Verdicts in: each counts once; the last one of a wave sends the batch on to scoring.

Fed by ``huleedu.llm_provider.comparison_result.v1`` and by ``missing``; feeds ``waves``. A verdict that comes
when nobody waits for it any more is noted with its cost, and moves nothing.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj import metrics, store
from app.cj.states import FINAL, BatchState
from app.cj.tables import batches, comparisons
from app.contracts.llm_events import ComparisonResult, ComparisonResultEnvelope
from app.contracts.topics import Topic
from app.messaging.consume import Incoming, Route

MOST_SETTINGS = 40
LATE = ("given_up", "cancelled")
Results = Mapping[UUID, ComparisonResult]


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
    for batch_id in sorted((await connection.execute(owners)).scalars()):
        await _take_of_one(connection, batch_id, by_id, now)


async def _take_of_one(connection: AsyncConnection, batch_id: int, by_id: Results, now: datetime) -> None:
    batch = await store.hold(connection, batch_id)
    unanswered = select(
        comparisons.c.number,
        comparisons.c.correlation_id,
        comparisons.c.state,
        comparisons.c.attempt,
        comparisons.c.sent_at,
    ).where(
        comparisons.c.batch_id == batch_id,
        comparisons.c.correlation_id.in_(by_id),
        comparisons.c.answered_at.is_(None),
    )
    rows: Sequence[Any] = (await connection.execute(unanswered)).all()
    if not rows:
        return
    ended = batch.status in FINAL
    values = [
        _values(batch_id, row, by_id[row.correlation_id], now, late=ended or row.state in LATE) for row in rows
    ]
    await connection.execute(_WRITE, values)
    counted = Counter(str(value["new_state"]) for value in values)
    spent = sum(by_id[row.correlation_id].cost_estimate for row in rows)
    await connection.execute(
        update(batches)
        .where(batches.c.id == batch_id)
        .values(
            succeeded=batches.c.succeeded + counted["succeeded"],
            failed=batches.c.failed + counted["failed"],
            cost_usd=batches.c.cost_usd + spent,
            updated_at=now,
        )
    )
    _count(rows, values, now)
    if batch.status is BatchState.WAITING and await store.pending(connection, batch_id) == 0:
        await store.move(connection, batch, BatchState.SCORING, now, due_at=now)


_WRITE = (
    update(comparisons)
    .where(comparisons.c.batch_id == bindparam("of_batch"), comparisons.c.number == bindparam("of_number"))
    .values(
        {
            "state": bindparam("new_state"),
            **{
                name: bindparam(f"new_{name}")
                for name in (
                    "winner",
                    "confidence",
                    "justification",
                    "provider",
                    "model",
                    "error_code",
                    "error_message",
                    "retryable",
                    "cost_usd",
                    "cost_known",
                    "answered_at",
                    "request_id",
                    "prompt_tokens",
                    "completion_tokens",
                    "prompt_sha256",
                    "effective_settings",
                )
            },
        }
    )
)


def _values(
    batch_id: int, row: Row[Any], result: ComparisonResult, now: datetime, *, late: bool
) -> dict[str, object]:
    """Return the columns of an answered comparison; a late one keeps its state, since nothing counts it."""
    error = result.error_detail
    winner = None if result.winner is None else result.winner[-1].lower()
    state = row.state if row.state in LATE else "cancelled"
    return {
        "of_batch": batch_id,
        "of_number": row.number,
        "new_state": state if late else "failed" if winner is None else "succeeded",
        "new_winner": winner,
        "new_confidence": result.confidence,
        "new_justification": _clean(result.justification or "", 4000) or None,
        "new_provider": _clean(result.provider, 64),
        "new_model": _clean(result.model, 255),
        "new_error_code": None if error is None else _clean(error.error_code, 64),
        "new_error_message": None if error is None else _clean(error.message, 500),
        "new_retryable": error is not None and error.details.get("retryable", True) is True,
        "new_cost_usd": result.cost_estimate,
        "new_cost_known": result.request_metadata.get("cost_known", True) is not False,
        "new_answered_at": now,
        "new_request_id": _clean(result.request_id, 64),
        "new_prompt_tokens": result.token_usage.prompt_tokens,
        "new_completion_tokens": result.token_usage.completion_tokens,
        "new_prompt_sha256": _clean(result.meta("prompt_sha256") or "", 64) or None,
        "new_effective_settings": _settings(result),
    }


def _settings(result: ComparisonResult) -> dict[str, object] | None:
    """Return the settings that the judge was asked with, where they are as few and short as settings are."""
    found = result.request_metadata.get("effective_settings")
    if not isinstance(found, dict) or len(found) > MOST_SETTINGS:
        return None
    plain = {name: value for name, value in found.items() if value is None or isinstance(value, str | int | float)}
    return {
        _clean(str(name), 64): _clean(value, 255) if isinstance(value, str) else value
        for name, value in plain.items()
    }


def _clean(text: str, limit: int) -> str:
    return text.replace("\x00", "")[:limit]


def _count(rows: Sequence[Row[Any]], values: Sequence[Mapping[str, object]], now: datetime) -> None:
    for row, value in zip(rows, values, strict=True):
        state = str(value["new_state"])
        status = {"succeeded": "success", "failed": "error"}.get(state, "late")
        metrics.CALLBACKS.labels(status).inc()
        if row.sent_at is not None:
            metrics.CALLBACK_LATENCY.observe(max(0.0, (now - row.sent_at).total_seconds()))
        if status == "late":
            continue
        metrics.COMPARISONS.labels("completed" if status == "success" else "failed").inc()
        if status == "error":
            metrics.FAILED_COMPARISONS.labels(_known(value["new_error_code"])).inc()
            if not value["new_retryable"]:
                metrics.PERMANENTLY_FAILED.inc()
        elif row.attempt:
            metrics.RETRIES.inc()


def _known(code: object) -> str:
    """Return an error code as a label: upper-case words only, so that a stranger's text makes no series."""
    text = str(code)
    return text if text.replace("_", "").isalpha() and text.isupper() and len(text) <= 40 else "OTHER"
