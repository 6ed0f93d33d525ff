"""Rows of batches of which cj announced something: read for the API, forgotten by the sweep.

Fed by ``collect.batch_results``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.picking import picked
from app.db.rows import columns_of, shaped
from app.errors import InvalidInput, NotFound
from app.runner.runs import cursor as cursors
from app.runner.runs.batch_states import BatchState, Said
from app.runner.tables import batch_events, batch_results


@dataclass(frozen=True)
class BatchResult:
    """One batch; without ``run_id`` others started it."""

    batch_uuid: UUID
    run_id: str | None
    state: BatchState
    reason: str | None
    completed_at: datetime
    versions: int
    received_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Wanted:
    """Which batches a caller wants to see; ``completed_after`` is inclusive, ``completed_before`` exclusive."""

    owner: str
    state: tuple[BatchState, ...] = ()
    completed_after: datetime | None = None
    completed_before: datetime | None = None

    def described(self) -> str:
        """Return a text that is equal for equal queries, and unlike that of any other list."""
        return repr(("batch_results", self.owner, sorted(self.state), self.completed_after, self.completed_before))


@dataclass(frozen=True)
class Page:
    """Some batches, and the cursor of those after them."""

    batches: list[BatchResult]
    following: str | None


_FIELDS = columns_of(batch_results, BatchResult)
_SAID = columns_of(batch_events, Said)
_NEWEST_FIRST = (batch_results.c.completed_at.desc(), batch_results.c.batch_uuid.desc())


async def get(connection: AsyncConnection, batch_uuid: UUID, owner: str) -> BatchResult:
    """Return one batch of an owner; raises ``NotFound``."""
    mine = (batch_results.c.batch_uuid == batch_uuid, batch_results.c.owner == owner)
    row = (await connection.execute(select(*_FIELDS).where(*mine))).one_or_none()
    if row is None:
        raise NotFound(f"nothing was announced of batch {batch_uuid}")
    return shaped(BatchResult, row)


async def said_of(connection: AsyncConnection, batch_uuid: UUID) -> list[Said]:
    """Return everything that was said of a batch, in no order."""
    rows = await connection.execute(select(*_SAID).where(batch_events.c.batch_uuid == batch_uuid))
    return [shaped(Said, row) for row in rows]


async def raw_of(connection: AsyncConnection, batch_uuid: UUID, said: Said) -> bytes:
    """Return an announcement as it came."""
    mine = (
        batch_events.c.batch_uuid == batch_uuid,
        batch_events.c.kind == said.kind,
        batch_events.c.digest == said.digest,
    )
    return bytes((await connection.execute(select(batch_events.c.raw).where(*mine))).scalar_one())


async def page(connection: AsyncConnection, wanted: Wanted, cursor: str | None, limit: int) -> Page:
    """Return at most ``limit`` batches, newest first; raises ``InvalidInput`` for a cursor of another list."""
    query = wanted.described()
    after = None if cursor is None else cursors.read(cursor, query)
    rows = (await connection.execute(statement(wanted, after, limit + 1))).all()
    found = [shaped(BatchResult, row) for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(found, None)
    last = found[-1]
    return Page(found, cursors.written(cursors.Place(last.completed_at, str(last.batch_uuid)), query))


def statement(wanted: Wanted, after: cursors.Place | None, limit: int) -> Select[Any]:
    """Return the query of one page, from the place on where the page before ended."""
    query = select(*_FIELDS).where(*_conditions(wanted)).order_by(*_NEWEST_FIRST).limit(limit)
    if after is None:
        return query
    columns = (batch_results.c.completed_at, batch_results.c.batch_uuid)
    place = (literal(after.created_at, columns[0].type), literal(_uuid(after.id), columns[1].type))
    return query.where(tuple_(*columns) < tuple_(*place))


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    yield batch_results.c.owner == wanted.owner
    if wanted.state:
        yield batch_results.c.state.in_(wanted.state)
    if wanted.completed_after is not None:
        yield batch_results.c.completed_at >= wanted.completed_after
    if wanted.completed_before is not None:
        yield batch_results.c.completed_at < wanted.completed_before


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput.at("cursor", "names no batch: take it from the page before") from error


async def forget_old(connection: AsyncConnection, keep_s: float | None, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` batches of which nothing was said for ``keep_s``; return how many, 0 for None."""
    if keep_s is None:
        return 0
    old = select(batch_results.c.batch_uuid).where(batch_results.c.updated_at < now - timedelta(seconds=keep_s))
    some = picked(old.order_by(batch_results.c.updated_at), limit)
    mine = delete(batch_results).where(batch_results.c.batch_uuid == some.c.batch_uuid)
    return (await connection.execute(mine)).rowcount
