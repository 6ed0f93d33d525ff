"""The worker's steps with an experiment: settle cells whose runs ended, start others, end it when none is left.

Fed by rows that are due: after acceptance, whenever one of its runs ends, after a cancellation or a resume. What
is decided is written in one transaction under the lock of the experiment's row, runs that start included: whatever
dies, no attempt of a cell has two runs, and a step done twice changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.listen import notify
from app.db.unit import Database
from app.errors import AppError, Conflict, Gone, InvalidInput, NotFound
from app.faults.inject import fault_point
from app.faults.points import Point
from app.runner.assets.outline import Outlines
from app.runner.experiment_tables import CHANNEL, experiments
from app.runner.experiment_tables import cells as cell_rows
from app.runner.experiments import cells, matrix, schedule, store
from app.runner.experiments.cells import CellRow, Told
from app.runner.experiments.measure import measured
from app.runner.experiments.measures import Measured
from app.runner.experiments.schedule import Skip, Start, Waiting
from app.runner.experiments.states import MEASURED, CellState, ExperimentState, end_from, end_of
from app.runner.experiments.store import Experiment
from app.runner.runs import accept as accepting
from app.runner.runs import withdraw
from app.runner.runs.accept import Again, Desk, NewIds
from app.runner.runs.states import FINAL
from app.runner.tables import runs
from app.telemetry.context import bound

log = structlog.get_logger(__name__)
NO_MONEY = "no_money_left"
_E, _C = ExperimentState, CellState


@dataclass(frozen=True)
class Parts:
    """What the steps need; chosen in ``app/roles/experiments.py``."""

    database: Database
    clock: Callable[[], datetime]
    new_ids: Callable[[], NewIds]
    outlines: Outlines = field(default_factory=Outlines)


@dataclass
class _Step:
    """One step under the lock: what is known, and the events that it leaves."""

    parts: Parts
    connection: AsyncConnection
    experiment: Experiment
    now: datetime
    told: list[Told] = field(default_factory=list)

    async def move(self, cell: CellRow, to: CellState, **values: object) -> None:
        """Move a cell and remember the event."""
        self.told.append(await cells.move(self.connection, self.experiment.id, cell, to, **values))

    async def cells(self) -> list[CellRow]:
        """Return the cells as they are now."""
        return await cells.of(self.connection, self.experiment.id)


async def advance(parts: Parts, experiment_id: str) -> None:
    """Do what is due of an experiment that was accepted, goes on or is being cancelled."""
    with bound(experiment_id=experiment_id):
        found = await _measure_ended(parts, experiment_id)
        async with parts.database.transaction() as connection:
            experiment = await store.lock(connection, experiment_id)
            if experiment.is_over:
                return
            step = _Step(parts, connection, experiment, parts.clock())
            unsettled = await _settle(step, found)
            if experiment.status is not _E.CANCELLING:
                await _start(step)
            await _close(step, unsettled=unsettled)
            await fault_point(Point.EXPERIMENT_BEFORE_COMMIT)
        await fault_point(Point.EXPERIMENT_AFTER_COMMIT)


async def cancelling(parts: Parts, experiment_id: str) -> None:
    """Cancel the runs of an experiment that go on, one transaction each, then do what is due."""
    async with parts.database.transaction() as connection:
        every = await cells.of(connection, experiment_id)
    for cell in every:
        if cell.state is _C.RUNNING and cell.run_id is not None and not cell.run_is_over:
            await _cancel_run(parts, cell.run_id)
    await advance(parts, experiment_id)


async def _cancel_run(parts: Parts, run_id: str) -> None:
    try:
        async with parts.database.transaction() as connection:
            await withdraw.cancel(connection, run_id, parts.clock())
    except (Conflict, Gone, NotFound) as error:  # it ended meanwhile
        log.info("experiment_run_not_cancelled", run_id=run_id, why=error.code)


async def _measure_ended(parts: Parts, experiment_id: str) -> dict[str, Measured | None]:
    """Return the metrics of runs that ended and are not settled, by id of the run; None where there are none.

    No lock is held meanwhile: it may take long, and a run that ended does not change its metrics any more.
    """
    async with parts.database.transaction() as connection:
        every = await cells.of(connection, experiment_id)
    found: dict[str, Measured | None] = {}
    for cell in every:
        if cell.run_is_over and cell.run_id is not None and cell.run is not None:
            wanted = cell.run.status in MEASURED
            found[cell.run_id] = await _measured_or_none(parts, cell.run_id) if wanted else None
    return found


async def _measured_or_none(parts: Parts, run_id: str) -> Measured | None:
    try:
        return await measured(parts.database, run_id)
    except (Gone, NotFound):
        return None


async def _settle(step: _Step, found: Mapping[str, Measured | None]) -> bool:
    """End the cells whose runs ended; return whether one ended just now, so that it is still to be measured."""
    unsettled = False
    for cell in await step.cells():
        if not cell.run_is_over:
            continue
        if cell.run is not None and cell.run_id not in found:
            unsettled = True
            continue
        await cells.settle(step.connection, cell, step.now)
        to, values = _end(cell, found.get(cell.run_id or ""))
        await step.move(cell, to, ended_at=step.now, **values)
    return unsettled


def _end(cell: CellRow, metrics: Measured | None) -> tuple[CellState, dict[str, object]]:
    """Return how a cell ends: its state, and the columns that say what came of it, or why nothing did."""
    run = cell.run
    if run is None:
        return _C.FAILED, {"reason": "run_deleted", "detail": "its run was deleted before it was measured"}
    to = end_of(run.status)
    if to is _C.COMPLETED and metrics is not None:
        return to, {"measured": metrics.model_dump(mode="json")}
    detail = run.status_detail or f"its run ended as {run.status}"
    return (_C.FAILED if to is _C.COMPLETED else to), {"reason": run.status_reason or run.status, "detail": detail}


async def _start(step: _Step) -> None:
    """Start the cells for which there are room and money; skip those for which there never will be money."""
    every = await step.cells()
    experiment, request = step.experiment, step.experiment.request
    fixed = request.budget.max_cost_usd is not None
    waiting = [
        Waiting(cell.number, cell.need_usd, fixed, cell.least_usd) for cell in every if cell.state is _C.WAITING
    ]
    running = sum(cell.state is _C.RUNNING for cell in every)
    money = await cells.money(step.connection, experiment)
    made = schedule.plan(waiting, money, running=running, concurrency=experiment.max_concurrency)
    by_number = {cell.number: cell for cell in every}
    for start in made.starts:
        await _begin(step, by_number[start.number], start)
    for skip in made.skips:
        await step.move(
            by_number[skip.number], _C.SKIPPED, ended_at=step.now, reason=NO_MONEY, detail=_short(skip)
        )


def _short(skip: Skip) -> str:
    return f"{skip.short_of_usd:.6g} USD are held for a run of it, {skip.left_usd:.6g} USD of the cap are left"


async def _begin(step: _Step, cell: CellRow, start: Start) -> None:
    """Start the run of a cell as ``POST /v1/runs`` would; one that is refused fails its cell."""
    experiment, request = step.experiment, step.experiment.request
    setting = matrix.settings_of(request)[cell.setting - 1]
    plain = matrix.Cell(cell.number, cell.setting, cell.repeat, cell.seed)
    label = f"{experiment.name} #{cell.number}"
    run = matrix.run_of(request, setting, plain, experiment_id=experiment.id, label=label)
    run = run.model_copy(update={"budget": run.budget.model_copy(update={"max_cost_usd": start.hold_usd})})
    again = None if cell.run_id is None else Again(cell.run_id, cell.attempt + 1)
    ids, desk = step.parts.new_ids(), Desk(experiment.owner, step.parts.outlines, step.now)
    try:
        await accepting.accept(step.connection, run, ids, desk, again)
    except InvalidInput as error:
        why = {"reason": error.code, "detail": error.detail[:2000]}
        await step.move(cell, _C.FAILED, ended_at=step.now, **why)
        return
    begun = await cells.begin(step.connection, experiment.id, cell, ids.run_id, start.hold_usd, step.now)
    step.told.append(begun)


async def _close(step: _Step, *, unsettled: bool) -> None:
    """Write the events, move the experiment where its cells say, and say when it is to be looked at again."""
    every = await step.cells()
    counts = {state: sum(cell.state is state for cell in every) for state in CellState}
    over = not counts[_C.RUNNING] and not counts[_C.WAITING]
    looks_again = (
        unsettled or any(cell.run_is_over for cell in every) or (counts[_C.WAITING] and not counts[_C.RUNNING])
    )
    due_at = step.now if looks_again and not over else None
    experiment = step.experiment
    if experiment.status is _E.ACCEPTED:
        experiment = await store.move(step.connection, experiment, _E.RUNNING, now=step.now, due_at=due_at)
    experiment = await store.note_all(step.connection, experiment, step.told, now=step.now, due_at=due_at)
    if over:
        to = end_from(counts, cancelled=experiment.status is _E.CANCELLING)
        reason, detail = _why(counts, to, experiment)
        await store.move(step.connection, experiment, to, now=step.now, reason=reason, detail=detail)


def _why(
    counts: Mapping[CellState, int], to: ExperimentState, experiment: Experiment
) -> tuple[str | None, str | None]:
    if to is _E.COMPLETED:
        return None, None
    if to is _E.CANCELLED:
        return experiment.status_reason, experiment.status_detail
    lacking = [f"{count} {state}" for state, count in counts.items() if count and state is not _C.COMPLETED]
    reason = NO_MONEY if counts[_C.SKIPPED] and not counts[_C.FAILED] else "cells_failed"
    return reason, f"of {sum(counts.values())} cells: {', '.join(lacking)}; resume takes them up again"


async def broken(parts: Parts, experiment_id: str, error: Exception) -> None:
    """Fail an experiment whose step raised an error that will not pass; its runs go on, and it can be resumed."""
    reason = error.code if isinstance(error, AppError) else "internal_error"
    detail = error.detail if isinstance(error, AppError) else f"{type(error).__name__}; see the worker's log"
    async with parts.database.transaction() as connection:
        experiment = await store.lock(connection, experiment_id)
        if not experiment.is_over:
            to = _E.CANCELLED if experiment.status is _E.CANCELLING else _E.FAILED
            said = {"reason": reason, "detail": detail[:2000]}
            await store.move(connection, experiment, to, now=parts.clock(), due_at=None, **said)


async def mark_due(connection: AsyncConnection, now: datetime) -> Sequence[str]:
    """Make experiments due of which a run has ended, and wake their worker; return their ids.

    What the rows say decides, not who was told of what: a lost wake-up costs a moment, never a cell.
    """
    ended = (
        select(cell_rows.c.experiment_id)
        .outerjoin(runs, runs.c.id == cell_rows.c.run_id)
        .where(cell_rows.c.state == CellState.RUNNING, runs.c.id.is_(None) | runs.c.status.in_(FINAL))
    )
    going = (experiments.c.due_at.is_(None), experiments.c.status.in_([_E.RUNNING, _E.CANCELLING]))
    marked = update(experiments).where(*going, experiments.c.id.in_(ended)).values(due_at=now)
    found = list((await connection.execute(marked.returning(experiments.c.id))).scalars())
    if found:
        await notify(connection, CHANNEL)
    return found


STAGES = {_E.ACCEPTED: advance, _E.RUNNING: advance, _E.CANCELLING: cancelling}
"""What the worker does with an experiment, by its state."""
