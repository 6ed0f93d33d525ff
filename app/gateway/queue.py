"""The durable queue: rows leased with SKIP LOCKED, kept for ever as the ledger.

Fed by the accepting routes; feeds the work loop and the batch jobs. A lease that runs out goes back into the
queue; each lease has a generation, and only the write of the present one counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Double,
    Integer,
    Select,
    String,
    Text,
    bindparam,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import TableValuedAlias

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
    picked = (
        select(requests.c.queue_id)
        .where(_QUEUED, requests.c.lane == lane.key)
        .order_by(requests.c.rank, requests.c.seq)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("picked")
    )
    statement = (
        update(requests)
        .where(requests.c.queue_id == picked.c.queue_id)
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


@dataclass(frozen=True)
class PutBack:
    """A leased comparison that goes back into the queue, from ``available_at`` on.

    ``asked`` is False where no judge was called, so that the attempt does not count. ``lane`` and ``mode``
    stay unless given.
    """

    item: Queued
    available_at: datetime
    asked: bool = True
    re_asks: int = 0
    throttled: int = 0
    spent: "Spent | None" = None
    lane: Lane | None = None


@dataclass(frozen=True)
class Spent:
    """What one call cost."""

    cost_usd: float = 0.0
    cost_known: bool = True
    prompt_tokens: int = 0
    completion_tokens: int = 0


_BACK = (
    Column("queue_id", postgresql.UUID(as_uuid=True)),
    Column("generation", Integer),
    Column("available_at", DateTime(timezone=True)),
    Column("state", String),
    Column("attempts", Integer),
    Column("re_asks", Integer),
    Column("throttled", Integer),
    Column("cost_usd", Double),
    Column("cost_known", Boolean),
    Column("prompt_tokens", Integer),
    Column("completion_tokens", Integer),
    Column("lane", String),
    Column("mode", String),
)
_ENDS = (
    Column("queue_id", postgresql.UUID(as_uuid=True)),
    Column("generation", Integer),
    Column("state", String),
    Column("finished_at", DateTime(timezone=True)),
    Column("winner", String),
    Column("confidence", Double),
    Column("justification", Text),
    Column("error_code", String),
    Column("cost_usd", Double),
    Column("cost_known", Boolean),
    Column("prompt_tokens", Integer),
    Column("completion_tokens", Integer),
    Column("callback", JSONB),
)


def records(name: str, columns: Sequence[Column[Any]]) -> TableValuedAlias:
    """Return ``name`` as a table of rows that one bound JSON list holds: many rows in one statement."""
    fresh = [Column(column.name, column.type) for column in columns]
    listed = func.jsonb_to_recordset(bindparam(name, type_=JSONB))
    return listed.table_valued(*fresh, name=name).render_derived(with_types=True)


def _back_statement() -> Any:
    back = records("back", _BACK)
    return (
        update(requests)
        .where(requests.c.queue_id == back.c.queue_id, requests.c.generation == back.c.generation)
        .where(in_state("processing", "in_job"))
        .values(
            lease_owner=None,
            leased_until=None,
            job_id=None,
            available_at=back.c.available_at,
            state=back.c.state,
            lane=func.coalesce(back.c.lane, requests.c.lane),
            mode=func.coalesce(back.c.mode, requests.c.mode),
            attempts=requests.c.attempts + back.c.attempts,
            re_asks=requests.c.re_asks + back.c.re_asks,
            throttled=requests.c.throttled + back.c.throttled,
            cost_usd=requests.c.cost_usd + back.c.cost_usd,
            cost_known=requests.c.cost_known & back.c.cost_known,
            prompt_tokens=requests.c.prompt_tokens + back.c.prompt_tokens,
            completion_tokens=requests.c.completion_tokens + back.c.completion_tokens,
        )
        .returning(requests.c.queue_id)
    )


_PUT_BACK = _back_statement()


async def put_back(connection: AsyncConnection, returned: Sequence[PutBack], now: datetime) -> set[UUID]:
    """Return leased comparisons to the queue; return the ids of those that were still ours."""
    if not returned:
        return set()
    rows = [_back(entry, now) for entry in returned]
    return set((await connection.execute(_PUT_BACK, {"back": rows})).scalars())


def _back(entry: PutBack, now: datetime) -> dict[str, object]:
    spent = entry.spent or Spent()
    return {
        "queue_id": str(entry.item.queue_id),
        "generation": entry.item.generation,
        "available_at": entry.available_at.isoformat(),
        "state": "queued" if entry.available_at <= now else "delayed",
        "attempts": 0 if entry.asked else -1,
        "re_asks": entry.re_asks,
        "throttled": entry.throttled,
        "cost_usd": spent.cost_usd,
        "cost_known": spent.cost_known,
        "prompt_tokens": spent.prompt_tokens,
        "completion_tokens": spent.completion_tokens,
        "lane": None if entry.lane is None else entry.lane.key,
        "mode": None if entry.lane is None else entry.lane.mode,
    }


def _end_statement() -> Any:
    ends = records("ends", _ENDS)
    taken = ("finished_at", "winner", "confidence", "justification", "error_code", "callback", "state")
    return (
        update(requests)
        .where(requests.c.queue_id == ends.c.queue_id, requests.c.generation == ends.c.generation)
        .where(in_state("processing", "in_job", "queued", "delayed"))
        .values(
            lease_owner=None,
            leased_until=None,
            cost_usd=requests.c.cost_usd + ends.c.cost_usd,
            cost_known=requests.c.cost_known & ends.c.cost_known,
            prompt_tokens=requests.c.prompt_tokens + ends.c.prompt_tokens,
            completion_tokens=requests.c.completion_tokens + ends.c.completion_tokens,
            **{name: ends.c[name] for name in taken},
        )
        .returning(requests.c.queue_id)
    )


_END = _end_statement()


async def finish(connection: AsyncConnection, rows: Sequence[Mapping[str, object]]) -> set[UUID]:
    """Close comparisons, each under its generation; return the ids of those that were still ours to close.

    A row holds the columns of the outcome as JSON values; money and tokens are those of the last call.
    """
    if not rows:
        return set()
    return set((await connection.execute(_END, {"ends": list(rows)})).scalars())


async def add_late(connection: AsyncConnection, queue_id: UUID, spent: Spent) -> None:
    """Add what a call cost whose comparison was over already: cancelled, expired or judged by another."""
    await connection.execute(
        update(requests)
        .where(requests.c.queue_id == queue_id)
        .values(
            cost_usd=requests.c.cost_usd + spent.cost_usd,
            prompt_tokens=requests.c.prompt_tokens + spent.prompt_tokens,
            completion_tokens=requests.c.completion_tokens + spent.completion_tokens,
        )
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
    lost = _locked(select(requests.c.queue_id).where(_PROCESSING, requests.c.leased_until < now), limit)
    picked = lost.cte("lost")
    statement = (
        update(requests)
        .where(requests.c.queue_id == picked.c.queue_id)
        .values(state="queued", lease_owner=None, leased_until=None)
        .returning(requests.c.queue_id, requests.c.generation)
    )
    return [(row.queue_id, row.generation) for row in await connection.execute(statement)]


async def wake(connection: AsyncConnection, now: datetime, limit: int) -> int:
    """Let delayed comparisons whose time has come be taken; return how many."""
    due = _locked(select(requests.c.queue_id).where(_DELAYED, requests.c.available_at <= now), limit).cte("due")
    result = await connection.execute(
        update(requests).where(requests.c.queue_id == due.c.queue_id).values(state="queued")
    )
    return int(result.rowcount)


async def overdue(connection: AsyncConnection, now: datetime, limit: int) -> list[Queued]:
    """Lock and return comparisons that waited longer than their time to live."""
    waiting = in_state("queued", "delayed", "in_job")
    statement = _locked(select(*FIELDS).where(waiting, requests.c.expires_at < now), limit)
    return [shaped(Queued, row) for row in await connection.execute(statement.order_by(requests.c.expires_at))]


def _locked(statement: Select[Any], limit: int) -> Select[Any]:
    return statement.limit(limit).with_for_update(skip_locked=True)


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
)
"""What is known of a comparison when it is taken in."""
NEW_COLUMNS = tuple(column.name for column in NEW)
