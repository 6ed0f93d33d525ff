"""A run is accepted: everything that can be wrong is said before anything is written.

Fed by ``POST /v1/runs``; feeds the worker through the row of the run.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.listen import notify
from app.errors import InvalidInput, NotFound
from app.runner import metrics
from app.runner.assets import store as packages
from app.runner.runs import essays, store
from app.runner.runs.spec import LABEL_HINT, RunRequest, expanded_label
from app.runner.runs.states import RunState
from app.runner.runs.store import Run
from app.runner.tables import RUNS_CHANNEL, run_events, runs

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NewIds:
    """The identities of a new run."""

    run_id: str
    batch_uuid: UUID
    correlation_id: UUID


async def accept(connection: AsyncConnection, request: RunRequest, ids: NewIds, now: datetime) -> Run:
    """Write the run with its essays and its first event; raises ``InvalidInput`` before any write."""
    label = expanded_label(request.batch_label, now).strip()
    if not label:
        raise InvalidInput.at("batch_label", LABEL_HINT)
    try:
        await packages.get(connection, request.assets.package_id)
    except NotFound as error:
        raise InvalidInput.at("assets.package_id", error.detail) from error
    stock = await packages.load(connection, request.assets.package_id)
    essays.check(request, stock)
    await connection.execute(insert(runs).values(_row(request, label, ids, now)))
    await connection.execute(
        insert(run_events).values(
            run_id=ids.run_id, number=1, type="run.accepted", at=now, data={"mode": request.mode}
        )
    )
    await essays.keep(connection, ids.run_id, essays.choose(stock, ids.batch_uuid))
    await notify(connection, RUNS_CHANNEL)
    metrics.ACCEPTED.labels(request.mode).inc()
    log.info(
        "run_accepted", run_id=ids.run_id, batch_uuid=str(ids.batch_uuid), batch_id=label, runner_mode=request.mode
    )
    return await store.get(connection, ids.run_id)


def _row(request: RunRequest, label: str, ids: NewIds, now: datetime) -> dict[str, object]:
    return {
        "id": ids.run_id,
        "mode": request.mode,
        "status": RunState.ACCEPTED,
        "batch_uuid": ids.batch_uuid,
        "batch_label": label,
        "correlation_id": ids.correlation_id,
        "package_id": request.assets.package_id,
        "spec": request.model_dump(mode="json"),
        "last_event": 1,
        "created_at": now,
        "updated_at": now,
        "deadline_at": now + timedelta(seconds=request.budget.completion_timeout_s),
        "due_at": now,
    }
