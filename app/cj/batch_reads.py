"""Stored batches as rows for whoever looks at them: one, a page of many, and their comparisons.

Fed by the tables that the engine writes; feeds the API's views and the diagnostics of the command line.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj import store
from app.cj.asked import Comparison
from app.cj.platform_names import COUNTS
from app.cj.results import assessment
from app.cj.scores import fit
from app.cj.states import FINAL, BatchState
from app.cj.store import Batch, Essay
from app.cj.tables import batches, comparisons, essays
from app.contracts.cj_events import AssessmentResult
from app.db.unit import Database
from app.errors import NotFound, NotReady

LARGEST_ID = 2**31 - 1
CHUNK = 1000

_PLAIN = (
    batches.c.id,
    batches.c.bos_batch_id,
    batches.c.correlation_id,
    batches.c.status,
    batches.c.reason,
    batches.c.detail,
    batches.c.plan,
    batches.c.grade_scale,
    batches.c.essays_missing,
    batches.c.wave,
    batches.c.asked,
    batches.c.succeeded,
    batches.c.failed,
    batches.c.created_at,
    batches.c.updated_at,
    batches.c.finished_at,
    batches.c.assignment_id,
)
_OF_REQUEST = (
    func.jsonb_array_length(batches.c.request["essays_for_cj"]).label("essays_requested"),
    batches.c.request["course_code"].astext.label("course_code"),
    batches.c.request["language"].astext.label("language"),
    batches.c.request["user_id"].astext.label("user_id"),
    batches.c.request["org_id"].astext.label("org_id"),
)
SHOWN = (*_PLAIN, *_OF_REQUEST)


@dataclass(frozen=True)
class Wanted:
    """Which batches: those of a state, of an assignment, created from (inclusive) and to (exclusive)."""

    status: BatchState | None = None
    assignment_id: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what the rows must fulfil."""
        found: list[ColumnElement[bool]] = []
        if self.status is not None:
            found.append(batches.c.status == self.status)
        if self.assignment_id is not None:
            found.append(batches.c.assignment_id == self.assignment_id)
        if self.created_from is not None:
            found.append(batches.c.created_at >= self.created_from)
        if self.created_to is not None:
            found.append(batches.c.created_at < self.created_to)
        return found


async def page(
    connection: AsyncConnection, wanted: Wanted, *, limit: int, before: int | None
) -> Sequence[Row[Any]]:
    """Return batches, newest first; ``before`` is the id of the last one of the page before."""
    chosen: Select[Any] = select(*SHOWN).where(*wanted.conditions())
    chosen = chosen.order_by(batches.c.id.desc()).limit(limit)
    if before is not None:
        chosen = chosen.where(batches.c.id < before)
    found: Sequence[Row[Any]] = (await connection.execute(chosen)).all()
    return found


async def one(connection: AsyncConnection, name: str) -> Row[Any]:
    """Return the batch with this internal id (digits only) or caller's batch id; raises ``NotFound``."""
    chosen: Select[Any] = select(*SHOWN, batches.c.decisions, batches.c.last_scores, batches.c.request)
    row: Row[Any] | None = (await connection.execute(chosen.where(_named(name)))).one_or_none()
    if row is None:
        raise NotFound(f"there is no batch {name[:64]}")
    return row


def _named(name: str) -> ColumnElement[bool]:
    if not (name.isascii() and name.isdigit()):
        return batches.c.bos_batch_id == name
    number = int(name[:20])
    return batches.c.id == (number if number <= LARGEST_ID else -1)


@dataclass(frozen=True)
class Coverage:
    """The ids of a batch's essays by position, how many are anchors, and how many pairs have a verdict."""

    ids: Sequence[str]
    anchors: int
    pairs: int

    @property
    def essays(self) -> int:
        """How many essays there are."""
        return len(self.ids)

    @property
    def possible(self) -> int:
        """All pairs of the essays."""
        return self.essays * (self.essays - 1) // 2


async def coverage(connection: AsyncConnection, batch_id: int) -> Coverage:
    """Return the essays' ids, and count anchors and pairs with at least one verdict."""
    listed = select(essays.c.essay_id, essays.c.is_anchor).where(essays.c.batch_id == batch_id)
    every = (await connection.execute(listed.order_by(essays.c.position))).all()
    low, high = func.least(comparisons.c.a, comparisons.c.b), func.greatest(comparisons.c.a, comparisons.c.b)
    met = (
        select(low, high)
        .where(comparisons.c.batch_id == batch_id, comparisons.c.state == COUNTS)
        .distinct()
        .subquery()
    )
    pairs = (await connection.execute(select(func.count()).select_from(met))).scalar_one()
    return Coverage([row.essay_id for row in every], sum(row.is_anchor for row in every), pairs)


def _pairs(batch_id: int) -> Select[Any]:
    first, second = essays.alias("first"), essays.alias("second")
    return (
        select(comparisons, first.c.essay_id.label("essay_a"), second.c.essay_id.label("essay_b"))
        .join(first, and_(first.c.batch_id == comparisons.c.batch_id, first.c.position == comparisons.c.a))
        .join(second, and_(second.c.batch_id == comparisons.c.batch_id, second.c.position == comparisons.c.b))
        .where(comparisons.c.batch_id == batch_id)
        .order_by(comparisons.c.number)
    )


async def pairs(connection: AsyncConnection, batch_id: int, *, after: int, limit: int) -> Sequence[Row[Any]]:
    """Return comparisons with a number above ``after``, in the order in which they were asked."""
    wanted = _pairs(batch_id).where(comparisons.c.number > after).limit(limit)
    found: Sequence[Row[Any]] = (await connection.execute(wanted)).all()
    return found


async def all_pairs(database: Database, batch_id: int) -> AsyncIterator[Row[Any]]:
    """Yield every comparison; each chunk is read in its own short transaction."""
    after = 0
    while True:
        async with database.transaction() as connection:
            chunk = await pairs(connection, batch_id, after=after, limit=CHUNK)
        for row in chunk:
            yield row
        if len(chunk) < CHUNK:
            return
        after = chunk[-1].number


@dataclass(frozen=True)
class Stored:
    """A batch with its essays by position, and its comparisons by number."""

    batch: Batch
    reason: str | None
    essays: Sequence[Essay]
    asked: Sequence[Comparison]

    @property
    def is_final(self) -> bool:
        """Whether the batch has ended, so that its scores will not change."""
        return self.batch.status in FINAL

    @property
    def has_scores(self) -> bool:
        """Whether any comparison has a verdict that counts."""
        return any(item.state == COUNTS for item in self.asked)


async def stored(connection: AsyncConnection, name: str) -> Stored:
    """Return everything that scores are made of; raises ``NotFound``."""
    row = await one(connection, name)
    return Stored(
        await store.get(connection, row.id),
        row.reason,
        await store.essays_of(connection, row.id),
        await store.comparisons_of(connection, row.id),
    )


def outcome(found: Stored, now: datetime) -> AssessmentResult:
    """Return ranks, scores and grades from the stored comparisons, as the published result has them.

    Takes seconds for large batches: call it in a thread. Raises ``NotReady`` while nothing has a verdict,
    ``NotFound`` if nothing ever will.
    """
    if not found.has_scores:
        if found.is_final:
            raise NotFound(f"batch {found.batch.bos_batch_id} ended without any verdict, so it has no scores")
        raise NotReady(f"no comparison of batch {found.batch.bos_batch_id} has a verdict yet")
    scores = fit(len(found.essays), [item for item in found.asked if item.state == COUNTS])
    reason = found.reason or "not_stopped_yet"
    return assessment(found.batch, found.essays, found.asked, scores, reason, now)
