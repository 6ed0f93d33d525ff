"""The durable queue: rows leased with SKIP LOCKED, kept for ever as the ledger.

Fed by the accepting routes; feeds the work loop and the batch jobs. A lease that runs out goes back into the
queue; each lease has a generation, by which ``returns`` knows the present holder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.picking import picked
from app.db.rows import columns_of, shaped
from app.gateway.modes import Lane
from app.gateway.tables import requests

_STATE = requests.c.state


def in_state(*states: str) -> ColumnElement[bool]:
    """Return the condition on the state with its values in the statement's text.

    A bound value would hide from a prepared statement's plan that a partial index fits.
    """
    return _STATE.in_([literal_column(f"'{state}'") for state in states])


_QUEUED = in_state("queued")
_DELAYED = in_state("delayed")
_PROCESSING = in_state("processing")
BATCH_LANES = ("", "c")
"""Lanes of batch jobs lie between these two keys, all others after the second."""
OTHER_LANES = ("c", "z")
_LANES = text("""
    WITH RECURSIVE found AS (
        (SELECT lane FROM gateway.requests WHERE state = 'queued' AND lane > :after AND lane < :before
         ORDER BY lane LIMIT 1)
        UNION ALL
        SELECT (SELECT r.lane FROM gateway.requests r
                WHERE r.state = 'queued' AND r.lane > found.lane AND r.lane < :before ORDER BY r.lane LIMIT 1)
        FROM found WHERE found.lane IS NOT NULL
    )
    SELECT lane FROM found WHERE lane IS NOT NULL LIMIT :most
""")


@dataclass(frozen=True)
class Queued:
    """One comparison that was taken from the queue; tokens and money are those of earlier attempts."""

    queue_id: UUID
    correlation_id: UUID
    lane: str
    mode: str
    provider: str
    model: str | None
    user_prompt: str
    prompt_blocks: Sequence[Mapping[str, object]] | None
    settings: Mapping[str, object]
    metadata: Mapping[str, object]
    batch_id: str | None
    callback_topic: str
    queued_at: datetime
    expires_at: datetime
    attempts: int
    re_asks: int
    throttled: int
    generation: int
    cost_usd: float
    cost_known: bool
    prompt_tokens: int
    completion_tokens: int
    trace_context: Mapping[str, str] | None = None


FIELDS = columns_of(requests, Queued)


async def lanes(
    connection: AsyncConnection, between: tuple[str, str], *, after: str | None = None, most: int = 64
) -> list[Lane]:
    """Return the lanes in which something waits, by jumping from one to the next in the index."""
    found = await connection.execute(
        _LANES, {"after": max(after or "", between[0]), "before": between[1], "most": most}
    )
    return [Lane.parse(key) for key in found.scalars()]


async def claim(
    connection: AsyncConnection, lane: Lane, owner: str, *, now: datetime, lease: timedelta, limit: int
) -> list[Queued]:
    """Lease at most ``limit`` comparisons of a lane, by priority, then by age."""
    waiting = (
        select(requests.c.queue_id)
        .where(_QUEUED, requests.c.lane == lane.key)
        .order_by(requests.c.rank, requests.c.seq)
    )
    taken = picked(waiting, limit)
    statement = (
        update(requests)
        .where(requests.c.queue_id == taken.c.queue_id)
        .values(
            state="processing",
            lease_owner=owner,
            leased_until=now + lease,
            attempts=requests.c.attempts + 1,
            generation=requests.c.generation + 1,
        )
        .returning(*FIELDS, requests.c.rank, requests.c.seq)
    )
    rows = (await connection.execute(statement)).all()
    return [shaped(Queued, row[:-2]) for row in sorted(rows, key=lambda row: (row.rank, row.seq))]


async def renew(connection: AsyncConnection, owner: str, held: Sequence[UUID], *, until: datetime) -> None:
    """Keep the leases of comparisons whose judge still thinks."""
    await connection.execute(
        update(requests)
        .where(requests.c.queue_id.in_(held), requests.c.lease_owner == owner, _PROCESSING)
        .values(leased_until=until)
    )


async def left_job(connection: AsyncConnection, job_id: UUID, among: Sequence[UUID]) -> list[Queued]:
    """Return, once, those of a job's comparisons that were cancelled or expired while it ran."""
    statement = (
        update(requests)
        .where(requests.c.job_id == job_id, requests.c.queue_id.in_(among))
        .where(in_state("cancelled", "expired"))
        .values(job_id=None)
        .returning(*FIELDS)
    )
    return [shaped(Queued, row) for row in await connection.execute(statement)]


async def reap(connection: AsyncConnection, now: datetime, limit: int) -> list[tuple[UUID, int]]:
    """Take back leases that ran out; return queue ids with the generation whose holder is taken for dead."""
    lost = picked(select(requests.c.queue_id).where(_PROCESSING, requests.c.leased_until < now), limit)
    statement = (
        update(requests)
        .where(requests.c.queue_id == lost.c.queue_id)
        .values(state="queued", lease_owner=None, leased_until=None)
        .returning(requests.c.queue_id, requests.c.generation)
    )
    return [(row.queue_id, row.generation) for row in await connection.execute(statement)]


async def wake(connection: AsyncConnection, now: datetime, limit: int) -> int:
    """Let delayed comparisons whose time has come be taken; return how many."""
    due = picked(select(requests.c.queue_id).where(_DELAYED, requests.c.available_at <= now), limit)
    result = await connection.execute(
        update(requests).where(requests.c.queue_id == due.c.queue_id).values(state="queued")
    )
    return int(result.rowcount)


async def overdue(connection: AsyncConnection, now: datetime, limit: int) -> list[Queued]:
    """Lock and return comparisons that waited longer than their time to live."""
    waiting = in_state("queued", "delayed", "in_job")
    late = select(*FIELDS).where(waiting, requests.c.expires_at < now).order_by(requests.c.expires_at)
    rows = await connection.execute(late.limit(limit).with_for_update(skip_locked=True))
    return [shaped(Queued, row) for row in rows]


async def open_ones(connection: AsyncConnection, correlation_ids: Sequence[UUID]) -> list[tuple[Queued, str]]:
    """Lock the comparisons of ``correlation_ids``, in order of their ids; return each with its state."""
    rows = await connection.execute(
        select(*FIELDS, _STATE)
        .where(requests.c.correlation_id.in_(correlation_ids))
        .order_by(requests.c.queue_id)
        .with_for_update()
    )
    return [(shaped(Queued, row[:-1]), row[-1]) for row in rows]


async def oldest(connection: AsyncConnection) -> datetime | None:
    """Return since when the comparison waits that will expire first, or None."""
    waiting = in_state("queued", "delayed", "in_job")
    found = select(requests.c.queued_at).where(waiting).order_by(requests.c.expires_at).limit(1)
    answer: datetime | None = (await connection.execute(found)).scalar_one_or_none()
    return answer


NEW = (
    requests.c.queue_id,
    requests.c.correlation_id,
    requests.c.digest,
    requests.c.mode,
    requests.c.lane,
    requests.c.rank,
    requests.c.provider,
    requests.c.model,
    requests.c.user_prompt,
    requests.c.prompt_blocks,
    requests.c.settings,
    requests.c.metadata,
    requests.c.user_id,
    requests.c.batch_id,
    requests.c.callback_topic,
    requests.c.queued_at,
    requests.c.available_at,
    requests.c.expires_at,
    requests.c.trace_context,
)
"""What is known of a comparison when it is taken in."""
NEW_COLUMNS = tuple(column.name for column in NEW)
