"""What the routes are given; chosen in ``app/roles/api.py``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.db.listen import Changes
from app.db.unit import Database
from app.runner.access.doors import Door
from app.runner.assets.outline import Outlines
from app.runner.runs.accept import Desk, NewIds
from app.settings import RunnerSettings


@dataclass(frozen=True)
class Parts:
    """Database, news of runs, settings, a clock, random and sortable ids, the door for callers, known packages."""

    database: Database
    settings: RunnerSettings
    clock: Callable[[], datetime]
    random_id: Callable[[], UUID]
    sortable_id: Callable[[], UUID]
    changes: Changes
    door: Door
    outlines: Outlines = field(default_factory=Outlines)

    def desk(self, owner: str) -> Desk:
        """Return what accepting a run of ``owner`` needs."""
        return Desk(owner, self.outlines, self.clock())

    def new_ids(self) -> NewIds:
        """Return the identities of a new run."""
        return NewIds(f"run_{self.sortable_id().hex}", self.random_id(), self.random_id())
