"""Experiments taken back: cancelled while they go on, deleted after they ended.

Fed by the API; feeds the worker, which cancels the runs that go on.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.errors import Conflict, Forbidden, Gone
from app.runner.experiment_tables import deleted, experiments
from app.runner.experiments import cells, store
from app.runner.experiments.states import CellState, ExperimentState
from app.runner.experiments.store import Experiment
from app.settings import RunnerSettings

log = structlog.get_logger(__name__)
BY_REQUEST = "by_request"


async def cancel(connection: AsyncConnection, experiment_id: str, now: datetime) -> Experiment:
    """Cancel an experiment; once more changes nothing. Raises ``Conflict`` for one that ended otherwise.

    Cells that wait are cancelled at once, and where no run goes on, the experiment is. Runs that go on are
    cancelled by the worker, and what they had brought is kept.
    """
    experiment = await store.lock(connection, experiment_id)
    if experiment.status in {ExperimentState.CANCELLING, ExperimentState.CANCELLED}:
        return experiment
    if experiment.is_over:
        raise Conflict(f"the experiment ended as {experiment.status}: there is nothing left to cancel")
    every = await cells.of(connection, experiment_id)
    why = {"reason": BY_REQUEST, "detail": "the experiment was cancelled before the cell was started"}
    told = [
        await cells.move(connection, experiment_id, cell, CellState.CANCELLED, ended_at=now, **why)
        for cell in every
        if cell.state is CellState.WAITING
    ]
    experiment = await store.note_all(connection, experiment, told, now=now)
    goes_on = any(cell.state is CellState.RUNNING for cell in every)
    to = ExperimentState.CANCELLING if goes_on else ExperimentState.CANCELLED
    due_at = now if goes_on else None
    said = {"reason": BY_REQUEST, "detail": "cancelled by request"}
    return await store.move(connection, experiment, to, now=now, due_at=due_at, **said)


async def remove(connection: AsyncConnection, experiment_id: str, settings: RunnerSettings, now: datetime) -> None:
    """Delete an experiment that ended, not its runs; again changes nothing.

    Raises ``Forbidden`` where the service keeps what it has, ``Conflict`` for one that goes on or ended too
    lately, ``NotFound``.
    """
    if not settings.delete_allowed:
        raise Forbidden("this service keeps its experiments: RUNNER_DELETE_ALLOWED is false")
    try:
        experiment = await store.lock(connection, experiment_id)
    except Gone:
        return
    if not experiment.is_over or experiment.finished_at is None:
        raise Conflict(
            f"the experiment is {experiment.status}: cancel it, or wait for its end, before it is deleted"
        )
    allowed_at = experiment.finished_at + timedelta(seconds=settings.delete_after_s)
    if now < allowed_at:
        raise Conflict(f"the experiment is kept until {allowed_at.isoformat()} (RUNNER_DELETE_AFTER_S)")
    await connection.execute(delete(experiments).where(experiments.c.id == experiment_id))
    left = {"id": experiment_id, "owner": experiment.owner, "deleted_at": now}
    await connection.execute(insert(deleted).values(**left))
    log.info("experiment_deleted", experiment_id=experiment_id, status=experiment.status)
