"""What the routes are given; chosen in ``app/roles/api.py``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.db.listen import Changes
from app.db.unit import Database
from app.runner.api.shared import Shared
from app.runner.assets.outline import Outlines
from app.runner.runs.accept import Desk, NewIds
from app.settings import RunnerSettings


@dataclass(frozen=True)
class Latest:
    """What a stream of a run says next: numbered events and how far it is, both as they go out."""

    events: bytes
    number: int
    progress: bytes
    is_final: bool


@dataclass(frozen=True)
class Parts:
    """Database, news of runs, settings, a clock, ids (random ones, and ones that sort by time), known packages."""

    database: Database
    settings: RunnerSettings
    clock: Callable[[], datetime]
    random_id: Callable[[], UUID]
    sortable_id: Callable[[], UUID]
    changes: Changes
    outlines: Outlines = field(default_factory=Outlines)
    latest: Shared[Latest] = field(default_factory=Shared)

    def desk(self, owner: str) -> Desk:
        """Return what accepting a run of ``owner`` needs."""
        return Desk(owner, self.outlines, self.clock())

    def new_ids(self) -> NewIds:
        """Return the identities of a new run."""
        return NewIds(f"run_{self.sortable_id().hex}", self.random_id(), self.random_id())
