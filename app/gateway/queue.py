"""The durable queue: rows leased with SKIP LOCKED, kept for ever as the ledger.

Fed by the accepting routes; feeds the work loop. A lease that runs out is taken over by whoever comes next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.rows import columns_of, shaped
from app.gateway.tables import requests

WAITING = requests.c.state == "queued"


@dataclass(frozen=True)
class Queued:
    """One comparison that was taken from the queue."""

    queue_id: UUID
    correlation_id: UUID
    provider: str
    model: str | None
    user_prompt: str
    settings: Mapping[str, object]
    metadata: Mapping[str, object]
    callback_topic: str
    queued_at: datetime
    expires_at: datetime
    attempts: int


_FIELDS = columns_of(requests, Queued)


def _queued(row: Row[Any]) -> Queued:
    return shaped(Queued, row)


async def claim(
    connection: AsyncConnection, owner: str, *, now: datetime, lease: timedelta, limit: int
) -> list[Queued]:
    """Lease at most ``limit`` comparisons, oldest first: new ones, and those whose holder died."""
    abandoned = (requests.c.state == "processing") & (requests.c.leased_until < now)
    free = (
        select(requests.c.queue_id)
        .where(or_(WAITING & (requests.c.available_at <= now), abandoned))
        .order_by(requests.c.available_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(requests)
        .where(requests.c.queue_id.in_(free.scalar_subquery()))
        .values(state="processing", lease_owner=owner, leased_until=now + lease, attempts=requests.c.attempts + 1)
        .returning(*_FIELDS)
    )
    rows = (await connection.execute(statement)).all()
    return sorted(map(_queued, rows), key=lambda item: item.queued_at)


async def renew(connection: AsyncConnection, owner: str, queue_ids: Sequence[UUID], *, until: datetime) -> None:
    """Keep the leases of comparisons whose judge still thinks."""
    await connection.execute(
        update(requests)
        .where(requests.c.queue_id.in_(queue_ids), requests.c.lease_owner == owner)
        .values(leased_until=until)
    )


async def put_back(connection: AsyncConnection, owner: str, queue_id: UUID, *, available_at: datetime) -> None:
    """Return a leased comparison to the queue, to be asked again from ``available_at`` on."""
    await connection.execute(
        update(requests)
        .where(requests.c.queue_id == queue_id, requests.c.lease_owner == owner)
        .values(state="queued", lease_owner=None, leased_until=None, available_at=available_at)
    )


async def finish(connection: AsyncConnection, owner: str, queue_id: UUID, values: Mapping[str, object]) -> bool:
    """Close a leased comparison; return False where another process has taken it over meanwhile."""
    statement = (
        update(requests)
        .where(requests.c.queue_id == queue_id)
        .where(requests.c.lease_owner == owner, requests.c.state == "processing")
        .values(lease_owner=None, leased_until=None, **values)
        .returning(requests.c.queue_id)
    )
    return (await connection.execute(statement)).scalar_one_or_none() is not None


async def depth(connection: AsyncConnection) -> int:
    """Return how many comparisons wait."""
    return int((await connection.execute(select(func.count()).where(WAITING))).scalar_one())
