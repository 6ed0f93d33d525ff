"""Lists of runs and of a run's events, as the API shows them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    column,
    func,
    literal,
    select,
    true,
    tuple_,
    values,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.rows import columns_of, shaped
from app.runner import metrics
from app.runner.runs import cursor as cursors
from app.runner.runs.states import FINAL, Mode, RunState
from app.runner.runs.store import FIELDS, Run, run_of
from app.runner.tables import run_events, runs

_ANSWERED = (runs.c.comparisons_received, runs.c.comparisons_failed)


@dataclass(frozen=True)
class RunEvent:
    """One numbered event of a run."""

    number: int
    type: str
    at: datetime
    data: Mapping[str, object]


@dataclass(frozen=True)
class Wanted:
    """Which of its owner's runs a caller wants to see; the empty tuple and None mean all.

    ``created_after`` is inclusive, ``created_before`` exclusive. ``labels`` must all fit.
    """

    owner: str
    status: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    batch_label: str | None = None
    batch_label_prefix: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    newest_first: bool = True

    def described(self) -> str:
        """Return a text that is equal for equal queries."""
        sets = (sorted(self.status), sorted(self.mode), sorted(self.labels))
        rest = (self.batch_label, self.batch_label_prefix, str(self.created_after), str(self.created_before))
        return repr((self.owner, sets, rest, self.newest_first))


@dataclass(frozen=True)
class Page:
    """Some runs, and the cursor of those after them."""

    runs: list[Run]
    following: str | None


async def page(connection: AsyncConnection, wanted: Wanted, cursor: str | None, limit: int) -> Page:
    """Return at most ``limit`` runs from ``cursor`` on; raises ``InvalidInput`` for a cursor of another list."""
    query = wanted.described()
    after = None if cursor is None else cursors.read(cursor, query)
    rows = (await connection.execute(statement(wanted, after, limit + 1))).all()
    found = [run_of(row) for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(found, None)
    return Page(found, cursors.written(cursors.Place(found[-1].created_at, found[-1].id), query))


def statement(wanted: Wanted, after: cursors.Place | None, limit: int) -> Select[Any]:
    """Return the query of one page: by time and id, from the place on where the page before ended.

    The page is chosen by its keys, which indices hold, and only its own rows are read whole.
    """
    conditions = [runs.c.owner == wanted.owner, *_conditions(wanted, after)]
    narrowed = wanted.labels or wanted.batch_label is not None or wanted.batch_label_prefix is not None
    if narrowed or not (wanted.status or wanted.mode):
        conditions += [column.in_(values) for column, values in _kinds(wanted) if values]
        keys = _first(wanted, conditions, limit).subquery("keys")
    else:
        keys = _first_of_lanes(wanted, conditions, limit).subquery("keys")
    order = _order(wanted, runs.c.created_at, runs.c.id)
    return select(*FIELDS).join(keys, keys.c.id == runs.c.id).order_by(*order)


def _first(wanted: Wanted, conditions: Sequence[ColumnElement[bool]], limit: int) -> Select[Any]:
    order = _order(wanted, runs.c.created_at, runs.c.id)
    return select(runs.c.created_at, runs.c.id).where(*conditions).order_by(*order).limit(limit)


def _first_of_lanes(wanted: Wanted, conditions: Sequence[ColumnElement[bool]], limit: int) -> Select[Any]:
    """Return the first keys of all wanted statuses and modes: of each, what the index gives in order.

    Whatever the planner thinks of how common a status is, no more than ``limit`` keys of each are read.
    """
    lanes = list(product(wanted.status or tuple(RunState), wanted.mode or tuple(Mode)))
    lane = values(column("status", String), column("mode", String), name="lane").data(lanes)
    fits = (runs.c.status == lane.c.status, runs.c.mode == lane.c.mode)
    found = _first(wanted, [*conditions, *fits], limit).correlate(lane).lateral("found")
    order = _order(wanted, found.c.created_at, found.c.id)
    return select(found.c.id).select_from(lane).join(found, true()).order_by(*order).limit(limit)


def _order(wanted: Wanted, *columns: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    return [column.desc() if wanted.newest_first else column.asc() for column in columns]


def _kinds(wanted: Wanted) -> tuple[tuple[ColumnElement[str], tuple[str, ...]], ...]:
    return (runs.c.status, wanted.status), (runs.c.mode, wanted.mode)


def _conditions(wanted: Wanted, after: cursors.Place | None) -> Iterator[ColumnElement[bool]]:
    if after is not None:
        here = tuple_(runs.c.created_at, runs.c.id)
        place = tuple_(literal(after.created_at, runs.c.created_at.type), literal(after.id))
        yield here < place if wanted.newest_first else here > place
    for key, value in wanted.labels:
        yield runs.c.labels.contains({key: value})
    if wanted.batch_label is not None:
        yield runs.c.batch_label == wanted.batch_label
    if wanted.batch_label_prefix is not None:
        yield runs.c.batch_label.like(_escaped(wanted.batch_label_prefix) + "%")
    if wanted.created_after is not None:
        yield runs.c.created_at >= wanted.created_after
    if wanted.created_before is not None:
        yield runs.c.created_at < wanted.created_before


def _escaped(prefix: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\%_" else letter for letter in prefix)


async def events_of(connection: AsyncConnection, run_id: str, after: int = 0) -> list[RunEvent]:
    """Return the events of a run with a number above ``after``, in order."""
    columns = columns_of(run_events, RunEvent)
    wanted = select(*columns).where(run_events.c.run_id == run_id, run_events.c.number > after)
    rows = await connection.execute(wanted.order_by(run_events.c.number))
    return [shaped(RunEvent, row) for row in rows]


async def count_by_state(connection: AsyncConnection) -> None:
    """Set the gauges of runs by mode and state, and of how far those are that have not ended."""
    rows = await connection.execute(
        select(runs.c.mode, runs.c.status, func.count()).group_by(runs.c.mode, runs.c.status)
    )
    found = {(mode, status): count for mode, status, count in rows}
    for mode, state in product(Mode, RunState):
        metrics.RUNS.labels(mode, state).set(found.get((mode, state), 0))
    sums = (func.sum(column) for column in (runs.c.comparisons_asked, *_ANSWERED))
    age = func.extract("epoch", func.now() - func.min(runs.c.created_at))
    still = select(runs.c.mode, age, *sums).where(runs.c.status.not_in(list(FINAL))).group_by(runs.c.mode)
    progress = {row[0]: row[1:] for row in await connection.execute(still)}
    for mode in Mode:
        oldest, *counts = progress.get(mode, (0, 0, 0, 0))
        metrics.OLDEST_RUN.labels(mode).set(float(oldest))
        for kind, count in zip(("asked", "received", "failed"), counts, strict=True):
            metrics.OPEN_COMPARISONS.labels(mode, kind).set(count)
