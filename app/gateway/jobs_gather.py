"""Batch jobs begin: what waits for one is put together, with its money held back, and planned.

Fed by the sweep; feeds the workers over jobs. A job waits until it is full or until its oldest comparison has
waited long enough for others to join.
"""

from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.listen import notify
from app.faults.inject import fault_point
from app.faults.points import Point
from app.gateway import ledger, observe, queue
from app.gateway.callbacks import Outcome
from app.gateway.modes import Lane, jobs_may_start
from app.gateway.parts import Parts
from app.gateway.permits import reserve_all
from app.gateway.queue import Queued
from app.gateway.tables import JOBS_CHANNEL, jobs, requests

log = structlog.get_logger(__name__)
OWNER = "jobs"
LONG_LEASE = timedelta(days=365)


async def gather(parts: Parts, now: datetime) -> None:
    """Plan a job for each lane of batch requests that is ready for one."""
    settings = parts.settings
    if not jobs_may_start(
        settings.batch_api_mode,
        now,
        start_hour=settings.batch_api_nightly_start_hour,
        hours=settings.batch_api_nightly_hours,
    ):
        return
    async with parts.database.transaction() as connection:
        lanes = await queue.lanes(connection, queue.BATCH_LANES)
    for lane in lanes:
        while await _is_ready(parts, lane, now) and await _plan(parts, lane, now):
            pass


async def _is_ready(parts: Parts, lane: Lane, now: datetime) -> bool:
    most = parts.settings.batch_api_max_requests_per_job
    first = (
        select(requests.c.queued_at)
        .where(queue.in_state("queued"), requests.c.lane == lane.key)
        .order_by(requests.c.rank, requests.c.seq)
        .limit(most)
        .subquery()
    )
    async with parts.database.transaction() as connection:
        row = (await connection.execute(select(func.count(), func.min(first.c.queued_at)))).one()
    waited = timedelta(seconds=parts.settings.batch_api_gather_s)
    return bool(row[0] >= most or (row[1] is not None and row[1] <= now - waited))


async def _plan(parts: Parts, lane: Lane, now: datetime) -> int:
    """Plan one job in one transaction; return how many comparisons it was offered."""
    job_id = uuid4()
    async with parts.database.transaction() as connection:
        items = await queue.claim(
            connection,
            lane,
            OWNER,
            now=now,
            lease=LONG_LEASE,
            limit=parts.settings.batch_api_max_requests_per_job,
        )
        refused = await reserve_all(parts, connection, items, now)
        outcomes = [Outcome(item, refused[item.queue_id]) for item in items if item.queue_id in refused]
        ended = await ledger.end(connection, outcomes, now)
        taken = [item for item in items if item.queue_id not in refused]
        if taken:
            await _insert(connection, lane, job_id, taken, now)
    await fault_point(Point.JOB_AFTER_PLAN)
    observe.ended(parts, ended, now)
    if taken:
        model = parts.label(lane.provider, lane.model)
        log.info(
            "batch_api_job_dispatch", job_id=str(job_id), items=len(taken), provider=lane.provider, model=model
        )
    return len(items)


async def _insert(
    connection: AsyncConnection, lane: Lane, job_id: object, taken: list[Queued], now: datetime
) -> None:
    identity = {"id": job_id, "status": "planned", "provider": lane.provider, "model": lane.model}
    await connection.execute(
        insert(jobs).values(identity | {"items": len(taken), "created_at": now, "due_at": now})
    )
    await connection.execute(
        update(requests)
        .where(requests.c.queue_id.in_([item.queue_id for item in taken]))
        .values(state="in_job", job_id=job_id, lease_owner=None, leased_until=None)
    )
    await notify(connection, JOBS_CHANNEL)
