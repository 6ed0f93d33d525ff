"""What outlived its use is removed in small bites: old keys, audit rows and results, files of deleted runs.

Fed by the clock of the worker, and by the API right after a deletion. A sweep that dies goes on where it was.
"""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from app.db.unit import Database
from app.runner.access import audit
from app.runner.runs import batches, idempotency, withdraw
from app.runner.tables import deleted_runs
from app.settings import RunnerSettings

BITE = 500
DRAFTS = "drafts"
"""The folder of files that are not yet in their places, beside those of the runs."""


@dataclass(frozen=True)
class Parts:
    """What sweeping needs; chosen in ``app/roles/worker.py``."""

    database: Database
    settings: RunnerSettings
    clock: Callable[[], datetime]


async def sweep(parts: Parts) -> int:
    """Remove at most one bite of each kind; return how many things were removed."""
    async with parts.database.transaction() as connection:
        keys = await idempotency.forget_old(connection, parts.clock(), BITE)
        long_ago = parts.clock() - timedelta(days=parts.settings.audit_keep_days)
        noted = await audit.forget_old(connection, long_ago, BITE)
        old = await batches.forget_old(connection, parts.settings.results.keep_s, parts.clock(), BITE)
        waiting = await withdraw.with_files(connection, BITE)
    for run_id in waiting:
        await remove_files(parts.database, parts.settings.files_dir, run_id, parts.clock())
    return keys + noted + old + len(waiting)


async def remove_files(database: Database, files_dir: Path, run_id: str, now: datetime) -> None:
    """Remove the folder of a deleted run, then note that it is gone; raises ``OSError`` when it cannot be."""
    await asyncio.to_thread(_remove, files_dir / run_id)
    await asyncio.to_thread(_remove, files_dir / DRAFTS / run_id)
    async with database.transaction() as connection:
        mine = update(deleted_runs).where(deleted_runs.c.id == run_id)
        await connection.execute(mine.values(files_removed_at=now))


def _remove(folder: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(folder)
