"""Wake-ups: turns Postgres NOTIFY on a channel into a waitable event for the loops.

A lost connection is made again; a wake-up may be missed then, which is why every loop that
waits here also looks by itself after its own pause.
"""

import asyncio
from contextlib import suppress
from types import TracebackType

import asyncpg
import structlog
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

log = structlog.get_logger(__name__)
RECONNECT_PAUSE_S = 1.0


async def notify(connection: AsyncConnection, channel: str) -> None:
    """Wake every listener of ``channel`` when the present transaction commits."""
    await connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": channel})


class Wakeup:
    """Listens on one channel; ``wait(timeout)`` returns at the next wake-up or after the time-out."""

    def __init__(self, database_url: str, channel: str) -> None:
        url = make_url(database_url)
        self._connect_args = url.translate_connect_args(username="user") | dict(url.query)
        self._channel = channel
        self._event = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Wakeup":
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
            except (OSError, asyncpg.PostgresError, TimeoutError) as error:
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
            await connection.add_listener(self._channel, lambda *_: self._event.set())
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return
        self._event.set()
        await lost.wait()
        log.warning("listen_connection_lost", channel=self._channel)
