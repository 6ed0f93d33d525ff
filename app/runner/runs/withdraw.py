"""Runs taken back: cancelled while they go on, deleted after they ended.

Fed by the API; feeds the worker, which tells cj of a cancellation, and the sweep, which removes files.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.errors import Conflict, Forbidden, Gone
from app.runner import metrics
from app.runner.names import about
from app.runner.runs import store
from app.runner.runs.states import RunState
from app.runner.runs.store import Change, Run
from app.runner.tables import deleted_runs, runs
from app.settings import RunnerSettings

log = structlog.get_logger(__name__)
BY_REQUEST = "by_request"


async def cancel(connection: AsyncConnection, run_id: str, now: datetime) -> Run:
    """Cancel a run; once more changes nothing. Raises ``Conflict`` for one that ended otherwise.

    A run of which nothing was published ends at once; one that was published is ``cancelling`` until cj was told
    and what was paid for has come in.
    """
    run = await store.lock(connection, run_id)
    if run.status in {RunState.CANCELLING, RunState.CANCELLED}:
        return run
    if run.is_final:
        raise Conflict(f"the run ended as {run.status}: there is nothing left to cancel")
    change = Change(reason=BY_REQUEST, detail="cancelled by request")
    if run.published_at is not None:
        change = Change(reason=BY_REQUEST, detail="cj is told, and what was paid for is taken in", due_at=now)
        return await store.move(connection, run, RunState.CANCELLING, change, now=now)
    metrics.FINISHED.labels(run.mode, RunState.CANCELLED).inc()
    return await store.move(connection, run, RunState.CANCELLED, change, now=now)


async def remove(connection: AsyncConnection, run_id: str, settings: RunnerSettings, now: datetime) -> bool:
    """Delete the rows of a run that ended; return whether there was anything to delete.

    Raises ``Forbidden`` where the service keeps its runs, ``Conflict`` for a run that goes on or ended too
    lately, ``NotFound``.
    """
    if not settings.delete_allowed:
        raise Forbidden("this service keeps its runs: RUNNER_DELETE_ALLOWED is false")
    try:
        run = await store.lock(connection, run_id)
    except Gone:
        return False
    if not run.is_final or run.finished_at is None:
        raise Conflict(f"the run is {run.status}: cancel it, or wait for its end, before it is deleted")
    allowed_at = run.finished_at + timedelta(seconds=settings.delete_after_s)
    if now < allowed_at:
        raise Conflict(f"the run is kept until {allowed_at.isoformat()} (RUNNER_DELETE_AFTER_S)")
    await connection.execute(delete(runs).where(runs.c.id == run.id))
    left = {"id": run.id, "owner": run.owner, "batch_uuid": run.batch_uuid, "deleted_at": now}
    await connection.execute(insert(deleted_runs).values(**left))
    with about(run):
        log.info("run_deleted", status=run.status)
    return True


async def with_files(connection: AsyncConnection, limit: int) -> list[str]:
    """Return deleted runs whose files are not yet known to be gone, the oldest first."""
    wanted = select(deleted_runs.c.id).where(deleted_runs.c.files_removed_at.is_(None))
    return list((await connection.execute(wanted.order_by(deleted_runs.c.deleted_at).limit(limit))).scalars())
