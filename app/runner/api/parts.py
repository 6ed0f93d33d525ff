"""What the routes are given; chosen in ``app/roles/api.py``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.db.listen import Changes
from app.db.unit import Database
from app.runner.access.doors import Door
from app.runner.api.shared import Shared
from app.runner.assets.outline import Outlines
from app.runner.plan.plan import NOBODY, Neighbours
from app.runner.preflight.check import Probe
from app.runner.runs.accept import Desk, NewIds
from app.runner.webhooks.desk import Desk as WebhookDesk
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
    """Database, settings, a clock, ids (random, sortable), news of runs, door for callers, webhooks, packages."""

    database: Database
    settings: RunnerSettings
    clock: Callable[[], datetime]
    random_id: Callable[[], UUID]
    sortable_id: Callable[[], UUID]
    changes: Changes
    door: Door
    webhooks: WebhookDesk
    asked: Neighbours = NOBODY
    """Whom a plan asks for the assignment and for prices."""
    probes: tuple[Probe, ...] = ()
    """What ``GET /v1/preflight`` looks at."""
    outlines: Outlines = field(default_factory=Outlines)
    latest: Shared[Latest] = field(default_factory=Shared)

    def desk(self, owner: str) -> Desk:
        """Return what accepting a run of ``owner`` needs."""
        return Desk(owner, self.outlines, self.clock())

    def new_experiment_id(self) -> str:
        """Return the identity of a new experiment."""
        return f"exp_{self.sortable_id().hex}"

    def new_ids(self) -> NewIds:
        """Return the identities of a new run."""
        return NewIds(f"run_{self.sortable_id().hex}", self.random_id(), self.random_id())
