"""What the worker does for experiments: moves them on, and wakes them when one of their runs ends.

Fed by ``worker``; only here are clock and ids chosen.
"""

from collections.abc import Awaitable
from functools import partial
from uuid import uuid4

import structlog
import uuid6
from sqlalchemy.exc import DBAPIError

from app.db.leased import LeasedWork, Pace, Stage, Within
from app.db.listen import Wakeup
from app.db.unit import Database
from app.roles.clock import now
from app.roles.parts import Parts as Opened
from app.runner.experiment_tables import CHANNEL, experiments
from app.runner.experiments.advance import STAGES, Parts, broken, mark_due
from app.runner.runs.accept import NewIds
from app.runner.tables import RUNS_CHANNEL
from app.settings import RunnerSettings
from app.telemetry import tracing

log = structlog.get_logger(__name__)
LOOK_ANYWAY_S = 1.0
"""A wake-up may be missed while the connection that hears it is made again."""


def new_ids() -> NewIds:
    """Return the identities of a new run."""
    return NewIds(f"run_{uuid6.uuid7().hex}", uuid4(), uuid4())


async def loops(opened: Opened, settings: RunnerSettings) -> list[Awaitable[None]]:
    """Return the worker's loops for experiments."""
    parts = Parts(opened.database, now, new_ids)
    stages: dict[str, Stage] = {state: partial(stage, parts) for state, stage in STAGES.items()}
    pace = Pace(lease_s=settings.lease_s)
    work = LeasedWork(
        opened.database,
        experiments,
        stages,
        partial(broken, parts),
        now,
        pace,
        told={"experiment_id": "id"},
        within=Within(tracing.stage("experiment")),
    )
    return [
        work.run(await opened.wakeup(CHANNEL)),
        keep_waking(opened.database, await opened.wakeup(RUNS_CHANNEL)),
    ]


async def keep_waking(database: Database, wakeup: Wakeup) -> None:
    """Make experiments due whose runs ended, whenever a run moved; survives a database that is away."""
    while True:
        try:
            async with database.transaction() as connection:
                await mark_due(connection, now())
        except (DBAPIError, OSError) as error:
            log.warning("experiments_not_woken_will_retry", error=type(error).__name__)
        await wakeup.wait(LOOK_ANYWAY_S)
