"""Work on rows that are due: leased with SKIP LOCKED, done by the stage of their status, tried again later.

Fed by tables that have ``id``, ``status``, ``due_at``, ``lease_owner`` and ``leased_until``. A process that
dies leaves its rows to whoever comes after the lease. Stages must stand being run twice.

A lease is let go by the stage that holds it and by nobody else: whoever moves a row on leaves its lease alone,
and the next stage begins when this one has ended.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import Table, Update, case, null, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import ReturningUpdate

from app.db.listen import Wakeup
from app.db.picking import picked
from app.db.unit import Database
from app.errors import AppError
from app.faults.inject import fault_point
from app.faults.points import Point

log = structlog.get_logger(__name__)
Stage = Callable[[Any], Awaitable[None]]
Broken = Callable[[Any, Exception], Awaitable[None]]


@dataclass(frozen=True)
class Pace:
    """How many rows at once, and how long (in seconds) between looks, leases and new tries.

    ``drain_s`` is how long stages under way may go on when the process is asked to stop.
    """

    concurrency: int = 8
    idle_s: float = 1.0
    lease_s: float = 30.0
    back_off_s: float = 1.0
    longest_back_off_s: float = 30.0
    drain_s: float = 3.0


@dataclass(frozen=True)
class Within:
    """What each stage runs inside of: ``open`` gets the status, the row's names, and its value of ``column``."""

    open: Callable[[str, Mapping[str, str], Any], AbstractContextManager[object]]
    column: str | None = None


@dataclass(frozen=True)
class _Row:
    id: Any
    status: str
    known: Mapping[str, str]
    kept: Any


@dataclass
class LeasedWork:
    """One worker over one table; ``stages`` by status, ``broken`` is told of errors that will not pass.

    ``told`` names the columns that every log line of a row's stage carries, by the name that they have there;
    ``within`` is what the stage itself runs inside of, such as a span.
    """

    database: Database
    table: Table
    stages: Mapping[str, Stage]
    broken: Broken
    clock: Callable[[], datetime]
    pace: Pace = Pace()
    owner: str = field(default_factory=lambda: uuid4().hex)
    told: Mapping[str, str] = field(default_factory=dict)
    within: Within | None = None
    _busy: dict[asyncio.Task[None], Any] = field(default_factory=dict)
    _tries: dict[Any, int] = field(default_factory=dict)

    async def run(self, wakeup: Wakeup) -> None:
        """Work until cancelled; survives a database that is away for a while."""
        try:
            while True:
                try:
                    await self.step(wakeup)
                except (DBAPIError, OSError) as error:
                    log.warning("leased_work_failed", table=self.table.name, error=type(error).__name__)
                    await asyncio.sleep(self.pace.back_off_s)
        finally:
            await self._stop()

    async def _stop(self) -> None:
        """Let stages under way end for a short while, then break them off and hand their rows back."""
        if self._busy:
            await asyncio.wait(list(self._busy), timeout=self.pace.drain_s)
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)
        mine = update(self.table).where(self.table.c.lease_owner == self.owner)
        with suppress(DBAPIError, OSError):
            async with self.database.transaction() as connection:
                await connection.execute(mine.values(lease_owner=None, leased_until=None))

    async def step(self, wakeup: Wakeup) -> None:
        """Lease what is due and start its stages; then wait for one to end, for news or for a short while."""
        self._tidy()
        for row in await self._claim():
            self._busy[asyncio.create_task(self._known_work(row))] = row.id
        await self._wait(wakeup)
        self._tidy()

    def _tidy(self) -> None:
        for task in [task for task in self._busy if task.done()]:
            del self._busy[task]
            task.result()

    async def _claim(self) -> list[_Row]:
        """Keep the leases of what is at work, and lease as many due rows as there is room for."""
        now = self.clock()
        until = now + timedelta(seconds=self.pace.lease_s)
        room = self.pace.concurrency - len(self._busy)
        async with self.database.transaction() as connection:
            if self._busy:
                await connection.execute(self._renewal(until))
            if room <= 0:
                return []
            return [
                _Row(row[0], row[1], self._known(row[3:]), row[2])
                for row in await connection.execute(self._lease(room, now, until))
            ]

    def _known(self, values: Sequence[object]) -> dict[str, str]:
        named = zip(self.told, values, strict=True)
        return {name: str(value) for name, value in named if value is not None}

    def _lease(self, room: int, now: datetime, until: datetime) -> ReturningUpdate[Any]:
        """Lease due rows, but none at work here: its lease may have run out while the database was away."""
        columns = self.table.c
        due = (
            select(columns.id)
            .where(columns.status.in_(list(self.stages)), columns.due_at <= now)
            .where(or_(columns.leased_until.is_(None), columns.leased_until < now))
            .where(columns.id.not_in(list(self._busy.values())))
            .order_by(columns.due_at)
        )
        taken = picked(due, room)
        kept = self.within.column if self.within is not None else None
        return (
            update(self.table)
            .where(columns.id == taken.c.id)
            .values(lease_owner=self.owner, leased_until=until)
            .returning(columns.id, columns.status, null() if kept is None else columns[kept])
            .returning(*(columns[name] for name in self.told.values()))
        )

    def _renewal(self, until: datetime) -> Update:
        """Keep the leases of rows at work; a row that somebody holds just now is passed over, not waited for.

        Waiting for several rows in no order, against writers that hold some of them, would be a deadlock.
        """
        columns, mine = self.table.c, list(self._busy.values())
        free = picked(select(columns.id).where(columns.id.in_(mine), columns.lease_owner == self.owner), len(mine))
        return update(self.table).where(columns.id == free.c.id).values(leased_until=until)

    async def _wait(self, wakeup: Wakeup) -> None:
        if not self._busy:
            await wakeup.wait(self.pace.idle_s)
            return
        news = asyncio.create_task(wakeup.wait(self.pace.idle_s))
        await asyncio.wait({*self._busy, news}, return_when=asyncio.FIRST_COMPLETED)
        if not news.done():
            news.cancel()
            with suppress(asyncio.CancelledError):
                await news

    async def _known_work(self, row: _Row) -> None:
        with structlog.contextvars.bound_contextvars(**row.known):
            await self._work(row)

    async def _work(self, row: _Row) -> None:
        row_id, status = row.id, row.status
        inside = nullcontext() if self.within is None else self.within.open(status, row.known, row.kept)
        try:
            with inside:
                await fault_point(Point.LEASED_AFTER_LEASE)
                await self.stages[status](row_id)
                await fault_point(Point.LEASED_BEFORE_RELEASE)
        except (DBAPIError, OSError) as error:
            await self._postpone(row_id, status, type(error).__name__)
        except AppError as error:
            if error.retryable:
                await self._postpone(row_id, status, error.said)
            else:
                await self._give_up(row_id, status, error)
        except Exception as error:
            log.exception("stage_crashed", table=self.table.name, row=row_id, status=status)
            await self._give_up(row_id, status, error)
        else:
            self._tries.pop(row_id, None)
            await self._release(row_id)
            await fault_point(Point.LEASED_AFTER_RELEASE)

    async def _give_up(self, row_id: Any, status: str, error: Exception) -> None:
        try:
            await self.broken(row_id, error)
        except Exception as second:  # the worker has other rows, and this one stays: it is due again
            log.exception("giving_up_failed", table=self.table.name, row=row_id, status=status)
            await self._postpone(row_id, status, type(second).__name__)
        else:
            self._tries.pop(row_id, None)
            await self._release(row_id)

    async def _postpone(self, row_id: Any, status: str, why: str) -> None:
        tries = self._tries[row_id] = self._tries.get(row_id, 0) + 1
        pause = min(self.pace.longest_back_off_s, self.pace.back_off_s * 2 ** min(tries - 1, 10))
        log.warning("stage_will_be_tried_again", table=self.table.name, row=row_id, why=why, in_s=pause)
        columns, later = self.table.c, self.clock() + timedelta(seconds=pause)
        with suppress(DBAPIError, OSError):
            moved_on_stays_due = case((columns.status == status, later), else_=columns.due_at)
            await self._release(row_id, due_at=moved_on_stays_due)

    async def _release(self, row_id: Any, **values: object) -> None:
        columns, free = self.table.c, {"lease_owner": None, "leased_until": None}
        mine = update(self.table).where(columns.id == row_id, columns.lease_owner == self.owner)
        async with self.database.transaction() as connection:
            await connection.execute(mine.values(free | values))
