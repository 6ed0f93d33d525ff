"""The sweep: leases of the dead back, delayed ones awake, overdue ones answered, counters folded, gauges set.

Fed by the worker's loop, once in a while; needs no judge, so a comparison expires even if nobody can ask for it.
"""

import time
from datetime import datetime, timedelta

import structlog

from app.faults.inject import fault_point
from app.faults.points import Point
from app.gateway import jobs_gather, ledger, metrics, money, observe, queue, tallies
from app.gateway.callbacks import expired
from app.gateway.parts import Parts

log = structlog.get_logger(__name__)
AT_ONCE = 500
SNAPSHOT_S = 30.0


class Sweep:
    """One sweep; any number of processes may do it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._next: datetime | None = None
        self._snapshot_at = 0.0

    async def if_due(self, now: datetime) -> None:
        """Sweep if the last time is long enough ago."""
        if self._next is not None and now < self._next:
            return
        self._next = now + timedelta(seconds=self._parts.settings.sweep_s)
        await self._take_back(now)
        await self._expire(now)
        await jobs_gather.gather(self._parts, now)
        await self._show()

    async def _take_back(self, now: datetime) -> None:
        async with self._parts.database.transaction() as connection:
            lost = await queue.reap(connection, now, AT_ONCE)
            await queue.wake(connection, now, AT_ONCE * 4)
            await money.presume_spent(connection, lost)
            await money.presume_spent(connection, await money.abandoned(connection, now))
        if lost:
            await fault_point(Point.SWEEP_AFTER_REAP)
            log.warning("leases_taken_back", count=len(lost))

    async def _expire(self, now: datetime) -> None:
        while True:
            async with self._parts.database.transaction() as connection:
                late = await queue.overdue(connection, now, AT_ONCE)
                outcomes = [expired(item, now, "cleanup") for item in late]
                ended = await ledger.end(connection, outcomes, now)
            observe.ended(self._parts, ended, now)
            if len(late) < AT_ONCE:
                return

    async def _show(self) -> None:
        async with self._parts.database.transaction() as connection:
            await tallies.fold(connection)
            counts = await tallies.counts(connection)
        metrics.QUEUE_DEPTH.labels("total").set(counts.of(*tallies.OPEN))
        metrics.QUEUE_DEPTH.labels("queued").set(counts.of(*tallies.WAITING))
        if time.monotonic() - self._snapshot_at > SNAPSHOT_S:
            self._snapshot_at = time.monotonic()
            depth = {state: counts.of(state) for state in tallies.OPEN}
            log.info("queue_metrics_snapshot", **depth, mode=self._parts.settings.queue_processing_mode)
