"""The one place that commits: every handler gets its connection, and its transaction, from here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.db.passing import passing
from app.faults.inject import fault_point
from app.faults.points import Point
from app.settings import DatabaseSettings


class Database:
    """An engine and its transactions; one for each process, given to whoever needs rows.

    ``transaction()`` commits on a clean exit and rolls back on any error. No network call
    belongs inside it.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    @classmethod
    def connect(cls, settings: DatabaseSettings, *, application_name: str) -> "Database":
        """Build the engine; connects on first use."""
        engine = create_async_engine(
            settings.url,
            hide_parameters=True,  # an error's text reaches the log, and parameters hold essays
            pool_size=settings.pool_size,
            max_overflow=settings.pool_overflow,
            pool_timeout=settings.pool_wait_s,
            pool_pre_ping=True,
            pool_recycle=1800,
            connect_args={
                "server_settings": {
                    "application_name": application_name,
                    "timezone": "UTC",
                    "idle_in_transaction_session_timeout": str(int(settings.idle_transaction_s * 1000)),
                },
                "timeout": settings.connect_timeout_s,
                "command_timeout": settings.command_timeout_s,
            },
        )
        return cls(engine)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection inside one transaction; raises ``DatabaseAway`` for what passes by itself."""
        try:
            async with self.engine.connect() as connection:
                yield connection
                await fault_point(Point.UNIT_BEFORE_COMMIT)
                await connection.commit()
        except SQLAlchemyError as error:
            away = passing(error)
            if away is None:
                raise
            raise away from error
        await fault_point(Point.UNIT_AFTER_COMMIT)

    async def close(self) -> None:
        """Close all pooled connections."""
        await self.engine.dispose()
