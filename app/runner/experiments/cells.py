"""Rows of cells and of the runs that they were judged by; read with what these runs are at just now.

Fed by ``accept`` and ``advance``; feeds the schedule, the live table and the results.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.rows import columns_of, shaped
from app.runner.experiment_tables import attempts, cells
from app.runner.experiments.matrix import Cell
from app.runner.experiments.measures import Measured
from app.runner.experiments.schedule import Money
from app.runner.experiments.states import CellState, check_cell_move
from app.runner.experiments.store import Experiment
from app.runner.runs.states import FINAL, RunState
from app.runner.tables import runs

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class RunAt:
    """What the run of a cell is at; ``total`` is its budget of comparisons, None where the engine chooses."""

    status: RunState
    status_reason: str | None
    status_detail: str | None
    received: int
    total: int | None
    cost_usd: float

    @property
    def is_final(self) -> bool:
        """Whether it ended."""
        return self.status in FINAL


@dataclass(frozen=True)
class CellRow:
    """One cell as it stands; ``run`` is None before its first run, and once that was deleted."""

    number: int
    setting: int
    repeat: int
    seed: int
    need_usd: float | None
    least_usd: float
    state: CellState
    reason: str | None
    detail: str | None
    attempt: int
    run_id: str | None
    measured: Measured | None
    started_at: datetime | None
    ended_at: datetime | None
    run: RunAt | None = None

    @property
    def run_is_over(self) -> bool:
        """Whether a running cell has to be settled: its run ended, or is gone."""
        return self.state is CellState.RUNNING and (self.run is None or self.run.is_final)


_STORED = tuple(name for name in (field.name for field in fields(CellRow)) if name != "run")
_FIELDS = tuple(cells.c[name] for name in _STORED)
_RUN = (
    runs.c.status,
    runs.c.status_reason,
    runs.c.status_detail,
    runs.c.comparisons_received,
    runs.c.spec["budget"]["max_comparisons"].as_integer(),
    runs.c.cost_usd,
)


async def of(connection: AsyncConnection, experiment_id: str) -> list[CellRow]:
    """Return all cells of an experiment by number, with what their latest runs are at."""
    wanted = select(*_FIELDS, *_RUN).outerjoin(runs, runs.c.id == cells.c.run_id)
    rows = await connection.execute(wanted.where(cells.c.experiment_id == experiment_id).order_by(cells.c.number))
    return [_shaped(row) for row in rows]


def _shaped(row: Sequence[Any]) -> CellRow:
    stored, (status, *rest) = dict(zip(_STORED, row, strict=False)), row[len(_STORED) :]
    measured = None if stored["measured"] is None else Measured.model_validate(stored["measured"])
    run = None if status is None else RunAt(RunState(status), *rest)
    return CellRow(**stored | {"state": CellState(stored["state"]), "measured": measured, "run": run})


@dataclass(frozen=True)
class Need:
    """What a run needs at most, in USD, None where nobody can say; and what it is given at least."""

    need_usd: float | None
    least_usd: float


async def write(
    connection: AsyncConnection, experiment_id: str, fresh: Sequence[Cell], needs: Mapping[int, Need]
) -> None:
    """Write the cells of a new experiment; ``needs`` are those of a run of each setting."""
    rows = [
        {
            "experiment_id": experiment_id,
            "number": cell.number,
            "setting": cell.setting,
            "repeat": cell.repeat,
            "seed": cell.seed,
            "need_usd": needs[cell.setting].need_usd,
            "least_usd": needs[cell.setting].least_usd,
            "state": CellState.WAITING,
        }
        for cell in fresh
    ]
    await connection.execute(insert(cells), rows)


Told = tuple[str, Mapping[str, object]]
"""Type and data of an event."""


async def move(
    connection: AsyncConnection, experiment_id: str, cell: CellRow, to: CellState, **values: object
) -> Told:
    """Move a cell of a held experiment along the table of allowed moves; return the event that is to be written.

    ``values`` are other columns to change; reason and detail are emptied where they are not among them.
    """
    check_cell_move(cell.state, to)
    changed: dict[str, object] = {"reason": None, "detail": None} | values | {"state": to}
    mine = (cells.c.experiment_id == experiment_id, cells.c.number == cell.number)
    await connection.execute(update(cells).where(*mine).values(**changed))
    shown = {"reason": changed["reason"], "detail": changed["detail"]} if changed["reason"] is not None else {}
    data = {"cell": cell.number, "run_id": changed.get("run_id", cell.run_id)} | shown
    said = {key: value for key, value in data.items() if key != "detail"}
    log.info("experiment_cell_moved", experiment_id=experiment_id, cell_from=cell.state, to=to, **said)
    return f"cell.{to}", data


async def begin(
    connection: AsyncConnection, experiment_id: str, cell: CellRow, run_id: str, hold_usd: float, now: datetime
) -> Told:
    """Give a waiting cell the run of its next attempt; the tables refuse a second one for the same attempt."""
    row = {
        "run_id": run_id,
        "experiment_id": experiment_id,
        "number": cell.number,
        "attempt": cell.attempt + 1,
        "hold_usd": hold_usd,
        "started_at": now,
    }
    await connection.execute(insert(attempts).values(**row))
    values = {"run_id": run_id, "attempt": cell.attempt + 1, "started_at": now, "ended_at": None}
    kind, data = await move(connection, experiment_id, cell, CellState.RUNNING, **values)
    return kind, {**data, "attempt": cell.attempt + 1, "hold_usd": round(hold_usd, 6)}


async def settle(connection: AsyncConnection, cell: CellRow, now: datetime) -> None:
    """Write down how the run of a cell ended and what it had cost."""
    mine = update(attempts).where(attempts.c.run_id == cell.run_id)
    if cell.run is None:
        await connection.execute(mine.values(run_status="deleted", ended_at=now))
    else:
        await connection.execute(mine.values(run_status=cell.run.status, cost_usd=cell.run.cost_usd, ended_at=now))


async def money(connection: AsyncConnection, experiment: Experiment) -> Money:
    """Return cap, costs of ended runs, and what running ones may still cost, those before a resume included."""
    cost = func.coalesce(runs.c.cost_usd, attempts.c.cost_usd)
    over = attempts.c.ended_at.is_not(None)
    wanted = select(
        func.coalesce(func.sum(cost).filter(over), 0.0),
        func.coalesce(func.sum(func.greatest(attempts.c.hold_usd, cost)).filter(~over), 0.0),
    ).select_from(attempts.outerjoin(runs, runs.c.id == attempts.c.run_id))
    spent, held = (await connection.execute(wanted.where(attempts.c.experiment_id == experiment.id))).one()
    return Money(experiment.max_cost_usd, float(spent), float(held))


async def cost_so_far(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, float]:
    """Return what all runs of each experiment have cost by now, in USD."""
    cost = func.coalesce(runs.c.cost_usd, attempts.c.cost_usd)
    wanted = select(attempts.c.experiment_id, func.sum(cost)).select_from(
        attempts.outerjoin(runs, runs.c.id == attempts.c.run_id)
    )
    rows = await connection.execute(
        wanted.where(attempts.c.experiment_id.in_(ids)).group_by(attempts.c.experiment_id)
    )
    return dict.fromkeys(ids, 0.0) | {experiment_id: float(total) for experiment_id, total in rows}


async def by_state(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, Counter[CellState]]:
    """Return how many cells of each experiment are in which state."""
    wanted = select(cells.c.experiment_id, cells.c.state, func.count()).where(cells.c.experiment_id.in_(ids))
    found: dict[str, Counter[CellState]] = {experiment_id: Counter() for experiment_id in ids}
    for experiment_id, state, count in await connection.execute(
        wanted.group_by(cells.c.experiment_id, cells.c.state)
    ):
        found[experiment_id][CellState(state)] = count
    return found


@dataclass(frozen=True)
class Attempt:
    """One run of a cell; ``run_status`` and ``ended_at`` are None while it goes on."""

    number: int
    attempt: int
    run_id: str
    hold_usd: float
    run_status: str | None
    cost_usd: float
    started_at: datetime
    ended_at: datetime | None


async def attempts_of(connection: AsyncConnection, experiment_id: str) -> list[Attempt]:
    """Return all runs of an experiment, by cell and attempt."""
    wanted = select(*columns_of(attempts, Attempt)).where(attempts.c.experiment_id == experiment_id)
    rows = await connection.execute(wanted.order_by(attempts.c.number, attempts.c.attempt))
    return [shaped(Attempt, row) for row in rows]
