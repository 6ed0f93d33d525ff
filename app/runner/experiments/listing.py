"""Lists of experiments and of an experiment's events, as the API shows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.rows import columns_of, shaped
from app.runner import metrics
from app.runner.experiment_tables import cells, events, experiments
from app.runner.experiments.states import CellState, ExperimentState
from app.runner.experiments.store import FIELDS, Experiment, experiment_of
from app.runner.runs import cursor as cursors
from app.runner.runs.listing import RunEvent


@dataclass(frozen=True)
class Wanted:
    """Which of its owner's experiments a caller wants to see; the empty tuple means all. All labels must fit."""

    owner: str
    status: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()

    def described(self) -> str:
        """Return a text that is equal for equal queries, and unlike that of any other list."""
        return repr(("experiments", self.owner, sorted(self.status), sorted(self.labels)))


@dataclass(frozen=True)
class Page:
    """Some experiments, and the cursor of those after them."""

    experiments: list[Experiment]
    following: str | None


async def page(connection: AsyncConnection, wanted: Wanted, cursor: str | None, limit: int) -> Page:
    """Return at most ``limit`` experiments, newest first; raises ``InvalidInput`` for a cursor of another list."""
    query = wanted.described()
    after = None if cursor is None else cursors.read(cursor, query)
    rows = (await connection.execute(_statement(wanted, after, limit + 1))).all()
    found = [experiment_of(row) for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(found, None)
    return Page(found, cursors.written(cursors.Place(found[-1].created_at, found[-1].id), query))


def _statement(wanted: Wanted, after: cursors.Place | None, limit: int) -> Select[Any]:
    order = (experiments.c.created_at.desc(), experiments.c.id.desc())
    return select(*FIELDS).where(*_conditions(wanted, after)).order_by(*order).limit(limit)


def _conditions(wanted: Wanted, after: cursors.Place | None) -> Iterator[ColumnElement[bool]]:
    columns = experiments.c
    yield columns.owner == wanted.owner
    if wanted.status:
        yield columns.status.in_(wanted.status)
    for key, value in wanted.labels:
        yield columns.labels.contains({key: value})
    if after is not None:
        place = tuple_(literal(after.created_at, columns.created_at.type), literal(after.id))
        yield tuple_(columns.created_at, columns.id) < place


async def events_of(connection: AsyncConnection, experiment_id: str, after: int = 0) -> list[RunEvent]:
    """Return the events of an experiment with a number above ``after``, in order."""
    wanted = select(*columns_of(events, RunEvent)).where(
        events.c.experiment_id == experiment_id, events.c.number > after
    )
    return [shaped(RunEvent, row) for row in await connection.execute(wanted.order_by(events.c.number))]


async def count_by_state(connection: AsyncConnection) -> None:
    """Set the gauges of experiments and of their cells by state."""
    for gauge, column, every in (
        (metrics.EXPERIMENTS, experiments.c.status, list(ExperimentState)),
        (metrics.EXPERIMENT_CELLS, cells.c.state, list(CellState)),
    ):
        found = {str(name): count for name, count in await connection.execute(_counts(column))}
        for state in every:
            gauge.labels(state).set(found.get(state, 0))


def _counts(column: Any) -> Select[Any]:
    return select(column, func.count()).group_by(column)
