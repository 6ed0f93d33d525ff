"""Gauges of batches by state, counted from the tables: they are true whatever process has died.

Fed by the table of batches; feeds the metrics of the engine's process.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj import metrics
from app.cj.states import FINAL, BatchState
from app.cj.tables import batches
from app.db.unit import Database
from app.settings import CJSettings

log = structlog.get_logger(__name__)


async def count(connection: AsyncConnection, now: datetime, settings: CJSettings) -> None:
    """Set the gauges: batches by state, and those that are older than any batch may be."""
    rows = await connection.execute(select(batches.c.status, func.count()).group_by(batches.c.status))
    found: dict[str, int] = {row[0]: row[1] for row in rows}
    for state in BatchState:
        metrics.STATES.labels(state).set(found.get(state, 0))
    hours = max(settings.batch_timeout_hours, settings.batch_api_timeout_hours)
    stuck = select(func.count()).where(
        batches.c.status.not_in(list(FINAL)), batches.c.created_at < now - timedelta(hours=hours)
    )
    metrics.STUCK.set((await connection.execute(stuck)).scalar_one())


async def run(database: Database, clock: Callable[[], datetime], settings: CJSettings) -> None:
    """Count from time to time until cancelled; survives a database that is away for a while."""
    while True:
        try:
            async with database.transaction() as connection:
                await count(connection, clock(), settings)
            log.info("monitor_heartbeat", interval_minutes=settings.batch_monitor_interval_minutes)
        except (DBAPIError, OSError) as error:
            log.warning("observing_failed", error=type(error).__name__)
        await asyncio.sleep(60 * settings.batch_monitor_interval_minutes)
