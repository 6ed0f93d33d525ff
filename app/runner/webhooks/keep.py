"""The log of webhooks is kept short and its gauges true.

Fed by the clock of the worker; any number of processes may do it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.unit import Database
from app.runner.webhooks import log as delivery_log
from app.runner.webhooks import metrics, subscriptions
from app.runner.webhooks.tables import deliveries
from app.settings import WebhookSettings

BITE = 500


@dataclass(frozen=True)
class Parts:
    """What keeping needs; chosen in ``app/roles/webhooks.py``."""

    database: Database
    settings: WebhookSettings
    clock: Callable[[], datetime]


async def keep(parts: Parts) -> int:
    """Forget a bite of what is old, deliveries and secrets, and set the gauges; return how many."""
    now = parts.clock()
    async with parts.database.transaction() as connection:
        forgotten = await delivery_log.forget_old(connection, now - timedelta(seconds=parts.settings.keep_s), BITE)
        forgotten += await subscriptions.forget_previous_secrets(connection, now)
        await _show(connection, now)
    return forgotten


async def _show(connection: AsyncConnection, now: datetime) -> None:
    columns = deliveries.c
    due = columns.due_at <= now
    wanted = select(func.count(), func.count().filter(due), func.min(columns.due_at).filter(due))
    pending, backlog, oldest = (await connection.execute(wanted.where(columns.status == "pending"))).one()
    metrics.PENDING.set(pending)
    metrics.BACKLOG.set(backlog)
    metrics.OLDEST_S.set(0.0 if oldest is None else (now - oldest).total_seconds())
    disabled = await subscriptions.count_disabled(connection)
    for reason in ("by_request", "gone", "exhausted", "failing"):
        metrics.DISABLED.labels(reason).set(disabled.get(reason, 0))
