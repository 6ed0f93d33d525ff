"""Which deliveries are sent next: those that are due, few at once to one host, each by one process.

Fed by ``enqueue`` and ``record``; feeds ``deliver``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.rows import columns_of, shaped
from app.runner.names import NAMES
from app.runner.tables import runs
from app.runner.webhooks.subscriptions import FIELDS, Subscription
from app.runner.webhooks.tables import deliveries, subscriptions

_CLAIM = text("""
WITH RECURSIVE hosts AS (
    (SELECT host FROM runner.webhook_deliveries WHERE status = 'pending' ORDER BY host LIMIT 1)
    UNION ALL
    SELECT (SELECT further.host FROM runner.webhook_deliveries AS further
             WHERE further.status = 'pending' AND further.host > hosts.host ORDER BY further.host LIMIT 1)
      FROM hosts WHERE hosts.host IS NOT NULL
), due AS MATERIALIZED (
    SELECT one.id FROM hosts CROSS JOIN LATERAL (
        SELECT id, due_at FROM runner.webhook_deliveries AS waiting
         WHERE waiting.status = 'pending' AND waiting.host = hosts.host AND waiting.due_at <= :now
           AND (waiting.leased_until IS NULL OR waiting.leased_until <= :now)
         ORDER BY waiting.due_at, waiting.event_number, waiting.id
         LIMIT greatest(0, :per_host - (
            SELECT count(*) FROM runner.webhook_deliveries AS held
             WHERE held.host = hosts.host AND held.leased_until > :now))
    ) AS one ORDER BY one.due_at LIMIT :room
), free AS MATERIALIZED (
    SELECT id FROM runner.webhook_deliveries
     WHERE id IN (SELECT id FROM due) AND status = 'pending' AND due_at <= :now
       AND (leased_until IS NULL OR leased_until <= :now)
       FOR UPDATE SKIP LOCKED
)
UPDATE runner.webhook_deliveries SET lease_owner = :owner, leased_until = :until
 WHERE id IN (SELECT id FROM free) RETURNING id, due_at, event_number
""")
"""Hosts are found by leaps along the index of what is due, so that a host with a long backlog costs no more than
one with a short one; of each, no more are taken than may be under way."""


@dataclass(frozen=True)
class Terms:
    """Who claims, how many at most, and until when."""

    owner: str
    room: int
    per_host: int
    lease_s: float


@dataclass(frozen=True)
class Job:
    """A delivery that this process holds, and its subscription as it stands; ``names`` are those of its run."""

    id: str
    subscription: Subscription
    type: str
    run_id: str | None
    payload: str
    trace_context: Mapping[str, str] | None = None
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Row:
    id: str
    type: str
    run_id: str | None
    payload: str
    trace_context: Mapping[str, str] | None


async def claim(connection: AsyncConnection, terms: Terms, now: datetime) -> list[str]:
    """Lease what is due; return the ids in the order in which they are to be sent."""
    values = {
        "now": now,
        "until": now + timedelta(seconds=terms.lease_s),
        "owner": terms.owner,
        "room": terms.room,
        "per_host": terms.per_host,
    }
    rows = (await connection.execute(_CLAIM, values)).all()
    return [row.id for row in sorted(rows, key=lambda row: (row.due_at, row.event_number or 0, row.id))]


async def load(connection: AsyncConnection, ids: Sequence[str]) -> list[Job]:
    """Return what was claimed just now, in the order of ``ids``."""
    mine = columns_of(deliveries, _Row)
    wanted = (
        select(*mine, *(runs.c[column] for column in NAMES.values()), *FIELDS)
        .join(subscriptions, subscriptions.c.id == deliveries.c.subscription_id)
        .outerjoin(runs, runs.c.id == deliveries.c.run_id)
        .where(deliveries.c.id.in_(ids))
    )
    rows = [tuple(row) for row in await connection.execute(wanted)]
    found = {row[0]: _job(row[: len(mine)], row[len(mine) :]) for row in rows}
    return [found[name] for name in ids if name in found]


def _job(own: Sequence[Any], others: Sequence[Any]) -> Job:
    row, subscription = shaped(_Row, own), shaped(Subscription, others[len(NAMES) :])
    names = {name: str(value) for name, value in zip(NAMES, others, strict=False) if value is not None}
    return Job(row.id, subscription, row.type, row.run_id, row.payload, row.trace_context, names)


async def hand_back(connection: AsyncConnection, owner: str) -> int:
    """Give back all leases of a process that stops; return how many."""
    mine = update(deliveries).where(deliveries.c.leased_until.is_not(None), deliveries.c.lease_owner == owner)
    return (await connection.execute(mine.values(lease_owner=None, leased_until=None))).rowcount
