"""An experiment is accepted: one transaction writes it with all its cells, before any run is started.

Fed by ``POST /v1/experiments`` with what ``estimate`` made ready; feeds the worker through the row.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from app.runner.experiments import cells, matrix, store
from app.runner.experiments.estimate import Ready
from app.runner.experiments.states import ExperimentState
from app.runner.experiments.store import Experiment


async def accept(
    connection: AsyncConnection, ready: Ready, experiment_id: str, owner: str, now: datetime
) -> Experiment:
    """Write the experiment with its cells and its first event."""
    request = ready.request
    row = {
        "id": experiment_id,
        "owner": owner,
        "name": ready.name,
        "status": ExperimentState.ACCEPTED,
        "package_id": request.assets.package_id,
        "spec": request.model_dump(mode="json"),
        "labels": dict(request.labels),
        "max_cost_usd": request.max_cost_usd,
        "max_concurrency": request.max_concurrency,
        "created_at": now,
        "updated_at": now,
        "due_at": now,
    }
    experiment = await store.born(connection, row)
    needs = {plan.setting.number: plan.need_usd for plan in ready.settings}
    await cells.write(connection, experiment_id, matrix.cells_of(request), needs)
    return experiment
