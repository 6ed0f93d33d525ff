"""The audit: one row for each attempt of a known caller to change something, before it and after it.

Fed by the guard; read by administrators. The row is there before the attempt, and its status follows; where the
process dies in between, the status stays null: it may have happened, and the row says no more than that. Rows do
not wait for the disk by themselves: Postgres writes in order, so no change can be on the disk before its row.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.rows import columns_of, shaped
from app.db.unit import Database
from app.runner.tables import audit

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Entry:
    """One attempt; ``route`` is the template of the address, ``location`` where a new thing is found."""

    id: str
    at: datetime
    subject: str
    owner: str
    method: str
    route: str
    ids: Mapping[str, str]
    request_id: str
    remote_address: str
    status: int | None = None
    location: str | None = None
    finished_at: datetime | None = None


FIELDS = columns_of(audit, Entry)


class AuditTrail:
    """Writes rows; those of requests that come at the same time go in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._new: list[Entry] = []
        self._ended: list[Entry] = []
        self._next: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def begin(self, entry: Entry) -> None:
        """Write an attempt; raises what the database raises: nothing may be changed then."""
        self._new.append(entry)
        await self._written()

    async def end(self, entry: Entry) -> None:
        """Write what became of an attempt; where that fails, the row keeps no status and the log says so."""
        self._ended.append(entry)
        try:
            await self._written()
        except (DBAPIError, OSError) as error:
            log.warning("audit_not_completed", audit_id=entry.id, status=entry.status, error=type(error).__name__)

    async def _written(self) -> None:
        if self._next is None:
            self._next = asyncio.create_task(self._write_what_waits())
        await asyncio.shield(self._next)

    async def _write_what_waits(self) -> None:
        async with self._one_at_a_time:
            new, ended, self._new, self._ended, self._next = self._new, self._ended, [], [], None
            async with self._database.transaction() as connection:
                await connection.execute(select(func.set_config("synchronous_commit", "off", True)))
                if new:
                    await connection.execute(insert(audit), [entry.__dict__ for entry in new])
                if ended:
                    await connection.execute(_END, [_ending(entry) for entry in ended])


_END = update(audit).where(audit.c.id == bindparam("audit_id"))


def _ending(entry: Entry) -> dict[str, object]:
    return {
        "audit_id": entry.id,
        "status": entry.status,
        "location": entry.location,
        "finished_at": entry.finished_at,
    }


async def listed(
    connection: AsyncConnection, owner: str, after: tuple[datetime, str] | None, limit: int
) -> list[Entry]:
    """Return at most ``limit`` attempts of an organisation's callers, the newest first."""
    query = select(*FIELDS).where(audit.c.owner == owner)
    if after is not None:
        query = query.where(tuple_(audit.c.at, audit.c.id) < after)
    rows = await connection.execute(query.order_by(audit.c.at.desc(), audit.c.id.desc()).limit(limit))
    return [shaped(Entry, row) for row in rows]


async def forget_old(connection: AsyncConnection, before: datetime, limit: int) -> int:
    """Delete at most ``limit`` rows older than ``before``; return how many."""
    await connection.execute(select(func.set_config("runner.audit_sweep", "on", True)))
    old = select(audit.c.id).where(audit.c.at < before).order_by(audit.c.at).limit(limit).cte("old")
    gone = await connection.execute(delete(audit).where(audit.c.id == old.c.id))
    await connection.execute(select(func.set_config("runner.audit_sweep", "off", True)))
    return gone.rowcount
