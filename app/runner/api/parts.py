"""What the routes are given; chosen in ``app/roles/api.py``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.db.listen import Changes
from app.db.unit import Database
from app.runner.plan.plan import NOBODY, Neighbours
from app.runner.preflight.check import Probe
from app.runner.runs.accept import NewIds
from app.settings import RunnerSettings


@dataclass(frozen=True)
class Parts:
    """The database, news of runs, the settings, a clock, and ids: random ones, and ones that sort by time."""

    database: Database
    settings: RunnerSettings
    clock: Callable[[], datetime]
    random_id: Callable[[], UUID]
    sortable_id: Callable[[], UUID]
    changes: Changes
    asked: Neighbours = NOBODY
    """Whom a plan asks for the assignment and for prices."""
    probes: tuple[Probe, ...] = ()
    """What ``GET /v1/preflight`` looks at."""

    def new_ids(self) -> NewIds:
        """Return the identities of a new run."""
        return NewIds(f"run_{self.sortable_id().hex}", self.random_id(), self.random_id())
