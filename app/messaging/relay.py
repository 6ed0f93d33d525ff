"""The relay: takes events from the outbox, hands them to the broker, marks them as sent.

Several relays may run: rows are leased with SKIP LOCKED, and the broker is called outside any
transaction. A relay that dies between sending and marking sends again: at least once.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import Update, delete, func, select, update
from sqlalchemy.exc import DBAPIError

from app.db.listen import Wakeup
from app.db.picking import picked
from app.db.unit import Database
from app.errors import TooLarge, Unavailable
from app.faults.inject import fault_point
from app.faults.points import Point
from app.messaging import traced
from app.messaging.bus import Outgoing, Producer
from app.messaging.dead_letters import DeadLetter, put_aside, unsent
from app.messaging.tables import MessagingTables
from app.telemetry.metrics import DEAD_LETTERS, OUTBOX_AGE, OUTBOX_PENDING, OUTBOX_SENT

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class RelayTimes:
    """How often and how long, in seconds."""

    idle: float = 1.0
    back_off: float = 1.0
    lease: float = 30.0
    keep_published: float = 7 * 24 * 3600.0


class Relay:
    """One relay loop over one service's outbox."""

    def __init__(
        self, service: str, database: Database, tables: MessagingTables, producer: Producer, times: RelayTimes
    ) -> None:
        self._service = service
        self._database = database
        self._tables = tables
        self._producer = producer
        self._times = times

    async def run(self, wakeup: Wakeup, *, batch: int = 500) -> None:
        """Send until cancelled; survives a broker or database that is away for a while."""
        while True:
            try:
                sent = await self.send_once(batch)
                if sent < batch:
                    await self._observe()
            except (Unavailable, DBAPIError, OSError) as error:
                log.warning("relay_failed", service=self._service, error=type(error).__name__)
                with suppress(DBAPIError, OSError):
                    await self._observe()
                await asyncio.sleep(self._times.back_off)
                continue
            if sent < batch:
                await wakeup.wait(self._times.idle)

    async def send_once(self, batch: int = 500) -> int:
        """Send at most ``batch`` events; return how many."""
        leased = await self._lease(batch)
        if not leased:
            return 0
        ids, since = [event_id for event_id, _ in leased], datetime.now(UTC)
        await fault_point(Point.RELAY_AFTER_LEASE)
        try:
            await self._producer.send([record for _, record in leased])
        except Unavailable:
            await self._release(ids)
            raise
        except TooLarge:
            await self._one_by_one(leased, since)
            return len(leased)
        await self._sent(leased, since)
        return len(leased)

    async def _one_by_one(self, leased: Sequence[tuple[UUID, Outgoing]], since: datetime) -> None:
        """Send each by itself, in order; one that the broker never takes is put aside, so that others are sent."""
        for place, (event_id, record) in enumerate(leased):
            try:
                await self._producer.send([record])
            except TooLarge as error:
                letter = DeadLetter(unsent(record), "too_large_to_send", error.detail)
                async with self._database.transaction() as connection:
                    await put_aside(connection, self._tables, self._service, [letter], announced=False)
                    await connection.execute(self._published([event_id]))
            except Unavailable:
                await self._release([later for later, _ in leased[place:]])
                raise
            else:
                await self._sent([(event_id, record)], since)

    async def _sent(self, leased: Sequence[tuple[UUID, Outgoing]], since: datetime) -> None:
        traced.sent([record for _, record in leased], since)
        await fault_point(Point.RELAY_AFTER_SEND)
        async with self._database.transaction() as connection:
            await connection.execute(self._published([event_id for event_id, _ in leased]))
        await fault_point(Point.RELAY_AFTER_MARK)
        for _, record in leased:
            OUTBOX_SENT.labels(self._service, record.topic).inc()

    async def prune(self) -> int:
        """Delete events that were sent long ago; return how many."""
        outbox = self._tables.outbox
        old = func.now() - timedelta(seconds=self._times.keep_published)
        async with self._database.transaction() as connection:
            result = await connection.execute(delete(outbox).where(outbox.c.published_at < old))
            return result.rowcount

    async def _lease(self, batch: int) -> list[tuple[UUID, Outgoing]]:
        outbox = self._tables.outbox
        free = (
            select(outbox.c.id)
            .where(outbox.c.published_at.is_(None))
            .where(outbox.c.leased_until.is_(None) | (outbox.c.leased_until < func.now()))
            .order_by(outbox.c.created_at, outbox.c.id)
        )
        taken = picked(free, batch)
        claim = (
            update(outbox)
            .where(outbox.c.id == taken.c.id)
            .values(leased_until=func.now() + timedelta(seconds=self._times.lease))
            .returning(outbox.c.id, outbox.c.type, outbox.c.aggregateid, outbox.c.payload, outbox.c.headers)
            .returning(outbox.c.created_at)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(claim)).all()
        rows = sorted(rows, key=lambda row: (row.created_at, row.id))
        return [(row.id, Outgoing(row.type, row.aggregateid.encode(), row.payload, row.headers)) for row in rows]

    def _published(self, ids: Sequence[UUID]) -> Update:
        outbox = self._tables.outbox
        return update(outbox).where(outbox.c.id.in_(ids)).values(published_at=func.now(), leased_until=None)

    async def _release(self, ids: Sequence[UUID]) -> None:
        outbox = self._tables.outbox
        async with self._database.transaction() as connection:
            await connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(leased_until=None))

    async def _observe(self) -> None:
        outbox = self._tables.outbox
        waiting = select(func.count(), func.extract("epoch", func.now() - func.min(outbox.c.created_at))).where(
            outbox.c.published_at.is_(None)
        )
        async with self._database.transaction() as connection:
            count, age = (await connection.execute(waiting)).one()
            letters = select(func.count()).select_from(self._tables.dead_letters)
            DEAD_LETTERS.labels(self._service).set((await connection.execute(letters)).scalar_one())
        OUTBOX_PENDING.labels(self._service).set(count)
        OUTBOX_AGE.labels(self._service).set(float(age or 0.0))
