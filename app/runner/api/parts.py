"""What the routes are given; chosen in ``app/roles/api.py``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.db.unit import Database
from app.settings import RunnerSettings


@dataclass(frozen=True)
class Parts:
    """The database, the settings, a clock, and ids: random ones, and ones that sort by time."""

    database: Database
    settings: RunnerSettings
    clock: Callable[[], datetime]
    random_id: Callable[[], UUID]
    sortable_id: Callable[[], UUID]
