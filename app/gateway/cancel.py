"""Cancelling: comparisons that their caller no longer wants end at once, with a callback each.

Fed by the HTTP route; feeds the ledger. A call that is under way cannot be stopped: its answer comes too late and
is dropped, what it cost is noted.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.llm_http import CancelResponse
from app.db.listen import notify
from app.faults.inject import fault_point
from app.faults.points import Point
from app.gateway import ledger, observe, queue, tallies
from app.gateway.callbacks import cancelled
from app.gateway.parts import Parts
from app.gateway.tables import JOBS_CHANNEL, jobs, requests


async def cancel(parts: Parts, correlation_ids: Sequence[UUID], now: datetime) -> CancelResponse:
    """End what is still open of ``correlation_ids``; return how many were, were not, or are not known."""
    wanted = list(dict.fromkeys(correlation_ids))
    async with parts.database.transaction() as connection:
        found = await queue.open_ones(connection, wanted)
        still_open = [item for item, state in found if state in tallies.OPEN]
        ended = await ledger.end(connection, [cancelled(item) for item in still_open], now)
        await _stop_empty_jobs(connection, now)
    await fault_point(Point.STOP_AFTER_COMMIT)
    observe.ended(parts, ended, now)
    return CancelResponse(
        cancelled=len(ended), already_answered=len(found) - len(ended), unknown=len(wanted) - len(found)
    )


async def still_wanted(connection: AsyncConnection, owner: str, held: Sequence[UUID]) -> set[UUID]:
    """Return those of ``held`` that nobody cancelled, answered or took over since ``owner`` leased them."""
    still = select(requests.c.queue_id).where(
        requests.c.queue_id.in_(held), requests.c.lease_owner == owner, queue.in_state("processing")
    )
    return set((await connection.execute(still)).scalars())


async def _stop_empty_jobs(connection: AsyncConnection, now: datetime) -> None:
    """Have running jobs cancelled in which no comparison is wanted any more."""
    left = exists().where(requests.c.job_id == jobs.c.id, queue.in_state("in_job"))
    empty = select(jobs.c.id).where(jobs.c.status != "done", ~jobs.c.cancel_wanted, ~left)
    stopped = await connection.execute(
        update(jobs).where(jobs.c.id.in_(empty.scalar_subquery())).values(cancel_wanted=True, due_at=now)
    )
    if stopped.rowcount:
        await notify(connection, JOBS_CHANNEL)
