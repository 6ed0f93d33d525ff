"""The consume loop: polls a batch, handles each topic in one transaction, then commits the offsets.

A record that cannot be read, or that its handler refuses for good, is put aside; a database that is
away makes the loop wait and poll the same records again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import structlog
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.envelope import Envelope, Unreadable, read
from app.db.unit import Database
from app.errors import AppError, Unavailable
from app.faults.inject import fault_point
from app.faults.points import Point
from app.messaging import inbox
from app.messaging.bus import Consumer, Record
from app.messaging.dead_letters import DeadLetter, put_aside
from app.messaging.known import known
from app.messaging.tables import MessagingTables
from app.messaging.traced import handling
from app.telemetry import tracing
from app.telemetry.context import bound
from app.telemetry.metrics import CONSUMED, CONSUMER_LAG

log = structlog.get_logger(__name__)
Data = TypeVar("Data", bound=BaseModel)
OBSERVE_PAUSE_S = 5.0
SHOWN = 20
"""So many ids of messages stand on one line."""


@dataclass(frozen=True)
class Incoming(Generic[Data]):
    """One record, read; ``raw`` is the value as it came, for the audit file."""

    envelope: Envelope[Data]
    record: Record

    @property
    def data(self) -> Data:
        """The payload."""
        return self.envelope.data


class Notes(Protocol):
    """Says what is not taken, where a service has words of its own for it."""

    def unreadable(self, letter: DeadLetter) -> None:
        """Say that a record is put aside, since it is no message of the topic."""

    def refused(self, error: Exception) -> None:
        """Say that a message is put aside, since it cannot be taken; called while ``error`` is handled."""


@dataclass(frozen=True)
class Route(Generic[Data]):
    """What happens to the records of one topic.

    ``key`` names a message so that its twin is recognised however often, and under whatever event
    id, it comes; None means that the message is not ours and is passed over. ``handle`` gets the
    messages that were not seen before, in order, and writes through the connection only.
    """

    topic: str
    shape: type[Envelope[Data]]
    key: Callable[[Envelope[Data]], str | None]
    handle: Callable[[AsyncConnection, Sequence[Incoming[Data]]], Awaitable[None]]
    notes: Notes | None = None


class ConsumeLoop:
    """One member of one consumer group, with one route for each topic."""

    def __init__(
        self,
        service: str,
        database: Database,
        tables: MessagingTables,
        consumer: Consumer,
        routes: Sequence[Route[Any]],
    ) -> None:
        self._service = service
        self._database = database
        self._tables = tables
        self._consumer = consumer
        self._routes: Mapping[str, Route[Any]] = {route.topic: route for route in routes}
        self._observed_at = 0.0

    async def run(self, *, limit: int = 500, idle_s: float = 1.0, back_off_s: float = 1.0) -> None:
        """Take records in until cancelled."""
        while True:
            try:
                await self.take_once(timeout_s=idle_s, limit=limit)
            except (DBAPIError, Unavailable, OSError) as error:
                log.warning("consume_failed_will_retry", service=self._service, error=type(error).__name__)
                await self._consumer.rewind()
                await asyncio.sleep(back_off_s)

    async def take_once(self, *, timeout_s: float, limit: int) -> int:
        """Poll once and take everything in; return the number of records."""
        records = await self._consumer.poll(timeout_s=timeout_s, limit=limit)
        if not records:
            await self._observe()
            return 0
        await fault_point(Point.CONSUME_AFTER_RECEIVE)
        for topic in dict.fromkeys(record.topic for record in records):
            await self._take([record for record in records if record.topic == topic])
        await fault_point(Point.CONSUME_BEFORE_OFFSETS)
        await self._consumer.commit()
        await fault_point(Point.CONSUME_AFTER_OFFSETS)
        if time.monotonic() - self._observed_at > OBSERVE_PAUSE_S:
            await self._observe()
        return len(records)

    async def _take(self, records: Sequence[Record]) -> None:
        """Take in records of one topic; when the batch fails, each by itself."""
        with handling(records):
            if len(records) > 1:
                await self._take_known(records)
                return
            with bound(**known(records[0])):
                await self._take_known(records)

    async def _take_known(self, records: Sequence[Record]) -> None:
        try:
            await self._transact(records)
        except (AppError, ValueError, KeyError, TypeError, DBAPIError) as error:
            if isinstance(error, Unavailable):
                raise
            tracing.fail(type(error).__name__)
            if len(records) > 1:
                for record in records:
                    await self._take([record])
                return
            log.exception("record_refused_by_handler", topic=records[0].topic, error=type(error).__name__)
            if (notes := self._routes[records[0].topic].notes) is not None:
                notes.refused(error)
            letter = DeadLetter(records[0], "handler_refused", f"{type(error).__name__}: {error}"[:400])
            async with self._database.transaction() as connection:
                await put_aside(connection, self._tables, self._service, [letter])

    async def _transact(self, records: Sequence[Record]) -> None:
        route = self._routes[records[0].topic]
        readable, letters = _read_all(route, records)
        ours = {key: item for item in readable if (key := route.key(item.envelope)) is not None}
        async with self._database.transaction() as connection:
            new = await put_aside(connection, self._tables, self._service, letters)
            fresh = await inbox.unseen(connection, self._tables, route.topic[:120], list(ours))
            if fresh:
                await fault_point(Point.CONSUME_BEFORE_HANDLER)
                await route.handle(connection, [item for key, item in ours.items() if key in fresh])
                await fault_point(Point.CONSUME_BEFORE_COMMIT)
        self._say(route, new, [item for key, item in ours.items() if key not in fresh])
        counted = CONSUMED.labels
        counted(self._service, route.topic, "taken").inc(len(fresh))
        counted(self._service, route.topic, "seen_before").inc(len(ours) - len(fresh))
        counted(self._service, route.topic, "not_ours").inc(len(readable) - len(ours))
        counted(self._service, route.topic, "unreadable").inc(len(letters))

    def _say(self, route: Route[Any], letters: Sequence[DeadLetter], again: Sequence[Incoming[Any]]) -> None:
        """Say what was not taken: unreadable, or the same message as one before."""
        if route.notes is not None:
            for letter in letters:
                route.notes.unreadable(letter)
        if again:
            ids = [str(item.envelope.event_id) for item in again[:SHOWN]]
            log.info("duplicate_event_detected", topic=route.topic, event_ids=ids, event_count=len(again))

    async def _observe(self) -> None:
        self._observed_at = time.monotonic()
        for (topic, partition), waiting in (await self._consumer.lag()).items():
            CONSUMER_LAG.labels(self._service, topic, str(partition)).set(waiting)


def _read_all(route: Route[Data], records: Sequence[Record]) -> tuple[list[Incoming[Data]], list[DeadLetter]]:
    readable: list[Incoming[Data]] = []
    letters: list[DeadLetter] = []
    for record in records:
        try:
            readable.append(Incoming(read(route.shape, record.value), record))
        except Unreadable as error:
            letters.append(DeadLetter(record, error.reason, error.detail))
    return readable, letters
