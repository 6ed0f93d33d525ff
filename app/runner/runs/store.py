"""Rows of runs: read, locked, moved; every move leaves one numbered event in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.listen import notify
from app.db.rows import columns_of, shaped
from app.errors import Gone, NotFound
from app.runner import metrics
from app.runner.names import about
from app.runner.runs import recollection
from app.runner.runs.states import FINAL, Mode, RunState, check_move
from app.runner.tables import CHANGES_CHANNEL, RUNS_CHANNEL, deleted_runs, run_events, runs
from app.runner.webhooks import enqueue

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Run:
    """One run as it stands; ``spec`` is the accepted request with its defaults."""

    id: str
    owner: str
    mode: Mode
    status: RunState
    status_reason: str | None
    status_detail: str | None
    batch_uuid: UUID
    batch_label: str
    correlation_id: UUID
    package_id: str
    spec: Mapping[str, object]
    labels: Mapping[str, str]
    retry_of: str | None
    attempt: int
    revision: int
    last_event: int
    comparisons_asked: int
    comparisons_received: int
    comparisons_failed: int
    comparisons_late: int
    wave: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    deadline_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None
    cancel_requested_at: datetime | None
    cj_told_at: datetime | None
    heard_at: datetime | None
    revision_wanted_at: datetime | None
    recollect: Mapping[str, object] | None
    trace_context: Mapping[str, str] | None = None

    @property
    def is_final(self) -> bool:
        """Whether nothing will change its state any more."""
        return self.status in FINAL


FIELDS = columns_of(runs, Run)


def run_of(row: Row[Any]) -> Run:
    """Return the run that one selected row of ``FIELDS`` holds."""
    shown = shaped(Run, row)
    return replace(shown, mode=Mode(shown.mode), status=RunState(shown.status))


def budget_of(run: Run) -> int | None:
    """Return how many comparisons the run may ask for, None where the engine chooses."""
    budget = run.spec.get("budget")
    found = budget.get("max_comparisons") if isinstance(budget, Mapping) else None
    return found if isinstance(found, int) else None


async def get(connection: AsyncConnection, run_id: str) -> Run:
    """Return one run; raises ``NotFound``, or ``Gone`` for one that was deleted."""
    return await _one(connection, run_id, select(*FIELDS).where(runs.c.id == run_id))


async def lock(connection: AsyncConnection, run_id: str) -> Run:
    """Return one run, held against other writers until the transaction ends; raises like ``get``."""
    return await _one(connection, run_id, select(*FIELDS).where(runs.c.id == run_id).with_for_update())


async def _one(connection: AsyncConnection, run_id: str, wanted: Select[Any]) -> Run:
    row = (await connection.execute(wanted)).one_or_none()
    if row is not None:
        return run_of(row)
    deleted = select(deleted_runs.c.deleted_at).where(deleted_runs.c.id == run_id)
    at = (await connection.execute(deleted)).scalar_one_or_none()
    if at is not None:
        raise Gone(f"run {run_id} was deleted at {at.isoformat()}")
    raise NotFound(f"there is no run {run_id[:64]}")


async def lock_by_batch(connection: AsyncConnection, batch_uuids: Sequence[UUID]) -> dict[UUID, Run]:
    """Return, held, those runs that the batch uuids name; unknown ones are left out."""
    found = await connection.execute(
        select(*FIELDS).where(runs.c.batch_uuid.in_(batch_uuids)).order_by(runs.c.id).with_for_update()
    )
    return {run.batch_uuid: run for run in map(run_of, found)}


@dataclass(frozen=True)
class Change:
    """What a move changes beside the state; ``due_at`` None means that nothing is waited for."""

    reason: str | None = None
    detail: str | None = None
    due_at: datetime | None = None
    data: Mapping[str, object] | None = None


async def move(connection: AsyncConnection, run: Run, to: RunState, change: Change, *, now: datetime) -> Run:
    """Move a held run along the table of allowed moves, and write the event of it.

    Raises ``IllegalMove``. The worker is woken when the transaction commits; a lease is left as it is, so that
    whoever is at work on the run is waited for: two must not write its files.
    """
    check_move(run.status, to)
    values: dict[str, object] = {
        "status": to,
        "status_reason": change.reason,
        "status_detail": change.detail,
        "due_at": change.due_at,
        "updated_at": now,
        "last_event": run.last_event + 1,
    }
    if to in FINAL:
        values["finished_at"] = now
        if recollection.of(run.recollect).pending:
            values["due_at"] = now
    if to is RunState.PUBLISHED:
        values["published_at"] = now
    if to is RunState.CANCELLING:
        values["cancel_requested_at"] = now
    data = {"from": run.status, "to": to} | dict(change.data or {})
    if change.reason is not None:
        data |= {"reason": change.reason, "detail": change.detail}
    since = await _entered_at(connection, run)
    moved = await _write(connection, run, f"run.{to}", data, values, now)
    metrics.STAGE_DURATION.labels(run.mode, run.status).observe(max(0.0, (now - since).total_seconds()))
    await notify(connection, RUNS_CHANNEL)
    await notify(connection, CHANGES_CHANNEL, run.id)
    with about(run):
        log.info("run_moved", **{key: value for key, value in data.items() if key != "detail"})
    return moved


async def _entered_at(connection: AsyncConnection, run: Run) -> datetime:
    """Return when the run came into the state that it has."""
    entered = (run_events.c.run_id == run.id, run_events.c.type == f"run.{run.status}")
    at = (await connection.execute(select(func.max(run_events.c.at)).where(*entered))).scalar_one()
    return run.created_at if at is None else at


async def change(connection: AsyncConnection, run: Run, **values: object) -> Run:
    """Change columns of a held run that nobody sees; return it as it is then."""
    changed = update(runs).where(runs.c.id == run.id).values(**values).returning(*FIELDS)
    return run_of((await connection.execute(changed)).one())


async def note(
    connection: AsyncConnection,
    run: Run,
    kind: str,
    data: Mapping[str, object],
    *,
    now: datetime,
    **values: object,
) -> Run:
    """Write the next numbered event of a held run that stays in its state, and change ``values`` of its row."""
    changed = {"updated_at": now, "last_event": run.last_event + 1} | values
    noted = await _write(connection, run, kind, data, changed, now)
    await notify(connection, RUNS_CHANNEL)
    await notify(connection, CHANGES_CHANNEL, run.id)
    with about(run):
        log.info("run_noted", what=kind)
    return noted


async def _write(
    connection: AsyncConnection,
    run: Run,
    kind: str,
    data: Mapping[str, object],
    values: Mapping[str, object],
    now: datetime,
) -> Run:
    await connection.execute(
        insert(run_events).values(run_id=run.id, number=run.last_event + 1, type=kind, at=now, data=dict(data))
    )
    written = await change(connection, run, **values)
    await enqueue.event(connection, written, kind, budget_of(written), now)
    return written
