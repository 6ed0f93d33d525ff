"""The clock of all roles: it keeps to the database's time, so that processes agree on leases and due times.

A process whose own clock is off by more than a little corrects it by what the database says, again and again. Fed
by ``open_parts``, which has it look before the role begins.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from app.db.unit import Database
from app.telemetry.metrics import CLOCK_OFF

log = structlog.get_logger(__name__)
LOOK_EVERY_S = 10.0
LOOK_PATIENCE_S = 5.0
LITTLE = timedelta(seconds=0.25)
"""Less is not corrected: it may be the time that the answer took."""


def local() -> datetime:
    """Return the time of this machine, UTC."""
    return datetime.now(UTC)


class Clock:
    """A local clock and by how much it is off; ``clock()`` is the corrected time, UTC."""

    def __init__(self, own: Callable[[], datetime] = local) -> None:
        self.own = own
        self.correction = timedelta()

    def __call__(self) -> datetime:
        """Return the present time."""
        return self.own() + self.correction

    async def look(self, database: Database) -> None:
        """Compare with the database, and correct what is more than a little; raises as ``transaction`` does."""
        async with database.transaction() as connection:
            began, asked = self.own(), time.monotonic()
            told = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
            took = timedelta(seconds=time.monotonic() - asked)
        off = told - (began + took / 2)
        if abs(off - self.correction) <= max(LITTLE, took):
            return
        self.correction = off if abs(off) > LITTLE else timedelta()
        log.warning("clock_corrected", by_s=round(self.correction.total_seconds(), 2))

    async def follow(self, database: Database, service: str) -> None:
        """Look again and again, until cancelled; a database that is away leaves the correction as it is."""
        while True:
            await self.look_soon(database)
            CLOCK_OFF.labels(service).set(self.correction.total_seconds())
            await asyncio.sleep(LOOK_EVERY_S)

    async def look_soon(self, database: Database) -> None:
        """Look, for a short while at most."""
        try:
            async with asyncio.timeout(LOOK_PATIENCE_S):
                await self.look(database)
        except (DBAPIError, OSError) as error:
            log.warning("clock_not_compared", error=type(error).__name__)


now = Clock()
"""The clock of this process."""
