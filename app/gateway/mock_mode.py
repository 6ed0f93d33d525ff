"""The mock's mode of the moment: set by an operator, kept in the database, known to every gateway process.

Fed by the admin route through one row, and by a notification when it changes; feeds the mock judge. Without a
row the mode of the settings holds. A switch outlives restarts until it is taken back.
"""

import asyncio
from datetime import datetime

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.listen import Wakeup, notify
from app.db.unit import Database
from app.errors import InvalidInput
from app.gateway.providers.profiles import KNOWN, profile_of
from app.gateway.tables import MOCK_MODE_CHANNEL, mock_modes
from app.settings import GatewaySettings

log = structlog.get_logger(__name__)
LOOK_AGAIN_S = 5.0
"""How long a missed notification can keep a process in the old mode."""
BACK_OFF_S = 1.0
_THE_ROW = 1


class MockMode:
    """What this process knows of the mode; ``follow`` keeps it true."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._own = settings.mock_mode
        self._switched: str | None = None
        self._known = asyncio.Event()

    async def current(self) -> str:
        """Return the mode; waits until the database was looked at once."""
        await self._known.wait()
        return self._switched or self._own

    async def look(self, connection: AsyncConnection) -> str:
        """Read the row, and return the mode that holds from now on in this process."""
        found = (await connection.execute(select(mock_modes.c.mode))).scalar_one_or_none()
        if found != self._switched:
            log.info("mock_mode_changed", mode=found or self._own, switched=found is not None)
        self._switched = found
        self._known.set()
        return found or self._own

    async def follow(self, database: Database, wakeup: Wakeup) -> None:
        """Look at every notification, and now and then without one, until cancelled."""
        while True:
            try:
                async with database.transaction() as connection:
                    await self.look(connection)
            except (DBAPIError, OSError) as error:
                log.warning("mock_mode_unknown_will_retry", error=type(error).__name__)
                await asyncio.sleep(BACK_OFF_S)
                continue
            await wakeup.wait(LOOK_AGAIN_S)


async def switch(connection: AsyncConnection, wanted: str | None, *, by: str, now: datetime) -> None:
    """Set the mode of all gateway processes; None takes a switch back. Raises ``InvalidInput``."""
    if wanted is None:
        await connection.execute(delete(mock_modes))
    else:
        profile = profile_of(wanted)
        if profile is None:
            raise InvalidInput.at("mock_mode", f"there is no mode {wanted[:60]}; there are {', '.join(KNOWN)}")
        values = {"mode": profile.mode, "set_by": by[:255], "set_at": now}
        statement = insert(mock_modes).values(id=_THE_ROW, **values)
        await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
    await notify(connection, MOCK_MODE_CHANNEL)
    log.info("mock_mode_switched", mode=wanted, by=by)
