"""Wake-ups: turns Postgres NOTIFY on a channel into a waitable event for the loops.

A lost connection is made again; a wake-up may be missed then, which is why every loop that
waits here also looks by itself after its own pause.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from types import TracebackType
from typing import Self

import asyncpg
import structlog
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

log = structlog.get_logger(__name__)
RECONNECT_PAUSE_S = 1.0


async def notify(connection: AsyncConnection, channel: str, subject: str = "") -> None:
    """Wake every listener of ``channel`` when the present transaction commits; ``subject`` says what about."""
    await connection.execute(
        text("SELECT pg_notify(:channel, :subject)"), {"channel": channel, "subject": subject}
    )


class Wakeup:
    """Listens on one channel; ``wait(timeout)`` returns at the next wake-up or after the time-out."""

    def __init__(self, database_url: str, channel: str) -> None:
        url = make_url(database_url)
        self._connect_args = url.translate_connect_args(username="user") | dict(url.query)
        self._channel = channel
        self._event = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._listen(), name=f"listen:{self._channel}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def wake(self) -> None:
        """Wake the waiter from inside this process."""
        self._event.set()

    def _hear(self, subject: str) -> None:
        del subject
        self.wake()

    async def wait(self, timeout_s: float) -> bool:
        """Wait for a wake-up; return whether one came within ``timeout_s`` seconds."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return False
        finally:
            self._event.clear()
        return True

    async def _listen(self) -> None:
        while True:
            try:
                connection = await asyncpg.connect(**self._connect_args)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.warning("listen_connect_failed", channel=self._channel, error=type(error).__name__)
                await asyncio.sleep(RECONNECT_PAUSE_S)
                continue
            try:
                await self._until_lost(connection)
            finally:
                with suppress(OSError, asyncpg.PostgresError, TimeoutError):
                    await connection.close(timeout=2)

    async def _until_lost(self, connection: asyncpg.Connection) -> None:
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(self._channel, lambda *heard: self._hear(str(heard[-1])))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return
        self.wake()
        await lost.wait()
        log.warning("listen_connection_lost", channel=self._channel)


class Changes(Wakeup):
    """Listens on one channel for many waiters, each interested in one subject; one connection serves them all."""

    def __init__(self, database_url: str, channel: str) -> None:
        super().__init__(database_url, channel)
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._stamps = count()
        self._versions: dict[str, int] = {}

    @contextmanager
    def of(self, *subjects: str) -> Iterator[asyncio.Event]:
        """Yield an event that is set whenever one of ``subjects`` changes; who waits clears it before looking."""
        event = asyncio.Event()
        for subject in set(subjects):
            if subject not in self._waiting:
                self._versions[subject] = next(self._stamps)
            self._waiting[subject].add(event)
        try:
            yield event
        finally:
            for subject in set(subjects):
                self._waiting[subject].discard(event)
                if not self._waiting[subject]:
                    del self._waiting[subject], self._versions[subject]

    def version(self, subject: str) -> int:
        """Return a number that is another one after each news of a ``subject`` that is waited for."""
        return self._versions.get(subject, next(self._stamps))

    def wake(self) -> None:
        """Wake all waiters: after a lost connection nobody knows what was missed."""
        super().wake()
        for subject in self._waiting:
            self._hear(subject)

    def _hear(self, subject: str) -> None:
        if subject in self._waiting:
            self._versions[subject] = next(self._stamps)
            for event in self._waiting[subject]:
                event.set()


async def heard(event: asyncio.Event, timeout_s: float) -> bool:
    """Wait until ``event`` is set, and clear it; return whether it was set within ``timeout_s`` seconds."""
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return False
    event.clear()
    return True
