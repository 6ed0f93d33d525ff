"""Lists of runs and of a run's events and files, as the API shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.rows import columns_of, shaped
from app.runner import metrics
from app.runner.runs.store import FIELDS, Run, run_of
from app.runner.tables import run_events, run_files, runs


@dataclass(frozen=True)
class RunEvent:
    """One numbered event of a run."""

    number: int
    type: str
    at: datetime
    data: Mapping[str, object]


@dataclass(frozen=True)
class RunFile:
    """One file that a run wrote; ``path`` is relative to the run's folder."""

    path: str
    kind: str
    media_type: str
    sha256: str
    bytes: int


async def newest(connection: AsyncConnection, *, limit: int, before: str | None, status: str | None) -> list[Run]:
    """Return runs, newest first; ``before`` is the id of the last run of the page before (ids sort by time)."""
    wanted = select(*FIELDS).order_by(runs.c.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(runs.c.id < before)
    if status is not None:
        wanted = wanted.where(runs.c.status == status)
    return [run_of(row) for row in await connection.execute(wanted)]


async def events_of(connection: AsyncConnection, run_id: str, after: int = 0) -> list[RunEvent]:
    """Return the events of a run with a number above ``after``, in order."""
    columns = columns_of(run_events, RunEvent)
    wanted = select(*columns).where(run_events.c.run_id == run_id, run_events.c.number > after)
    rows = await connection.execute(wanted.order_by(run_events.c.number))
    return [shaped(RunEvent, row) for row in rows]


async def files_of(connection: AsyncConnection, run_id: str) -> list[RunFile]:
    """Return the files of a run by path."""
    columns = columns_of(run_files, RunFile)
    wanted = select(*columns).where(run_files.c.run_id == run_id).order_by(run_files.c.path)
    rows = await connection.execute(wanted)
    return [shaped(RunFile, row) for row in rows]


async def count_by_state(connection: AsyncConnection) -> None:
    """Set the gauge of runs by mode and state."""
    rows = await connection.execute(
        select(runs.c.mode, runs.c.status, func.count()).group_by(runs.c.mode, runs.c.status)
    )
    metrics.RUNS.clear()
    for mode, status, count in rows:
        metrics.RUNS.labels(mode, status).set(count)
