"""How a leased comparison leaves the process that held it: back into the queue, or over.

Fed by the ledger with many at once; each write counts only under the generation of the present lease.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, DateTime, Double, Integer, String, Text, func, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.rows import records
from app.gateway.modes import Lane
from app.gateway.queue import Queued, in_state
from app.gateway.tables import requests


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
