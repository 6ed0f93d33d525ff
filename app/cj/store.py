"""Rows of batches: read, locked, moved; comparisons planned and answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj.design import Oriented
from app.cj.states import BatchState, check_move
from app.cj.stopping import Rules, StopRule
from app.cj.tables import BATCHES_CHANNEL, batches, comparisons, essays
from app.contracts.cj_events import CJRequest
from app.db.listen import notify
from app.db.rows import columns_of, shaped
from app.errors import NotFound

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Plan:
    """What the batch may spend and when it stops; ``source`` says who set the cap."""

    cap: int
    seed: int
    rule: StopRule
    source: str
    batching_mode: str


@dataclass(frozen=True)
class Batch:
    """One batch as it stands."""

    id: int
    bos_batch_id: str
    correlation_id: UUID
    status: BatchState
    request: CJRequest
    plan: Plan
    context: Mapping[str, str | None] | None
    grade_scale: str | None
    essays_missing: Sequence[Mapping[str, str]]
    wave: int
    asked: int
    succeeded: int
    failed: int
    last_scores: Mapping[int, float] | None
    decisions: Sequence[Mapping[str, object]]
    created_at: datetime

    def rules(self, *, min_comparisons: int, threshold: float, min_success_rate: float) -> Rules:
        """Return the stopping rules of this batch."""
        return Rules(self.plan.cap, self.plan.rule, min_comparisons, threshold, min_success_rate)


FIELDS = columns_of(batches, Batch)


def _batch(row: Sequence[Any]) -> Batch:
    values = dict(zip(Batch.__dataclass_fields__, row, strict=True))
    values["status"] = BatchState(values["status"])
    values["request"] = CJRequest.model_validate(values["request"])
    plan = values["plan"]
    values["plan"] = Plan(**(plan | {"rule": StopRule(plan["rule"])}))
    scores = values["last_scores"]
    values["last_scores"] = None if scores is None else {int(key): value for key, value in scores.items()}
    return Batch(**values)


async def get(connection: AsyncConnection, batch_id: int, *, locked: bool = False) -> Batch:
    """Return one batch, held against other writers if ``locked``; raises ``NotFound``."""
    wanted = select(*FIELDS).where(batches.c.id == batch_id)
    row = (await connection.execute(wanted.with_for_update() if locked else wanted)).one_or_none()
    if row is None:
        raise NotFound(f"there is no batch {batch_id}")
    return _batch(tuple(row))


async def lock_in(connection: AsyncConnection, batch_id: int, state: BatchState) -> Batch | None:
    """Return the batch, held, if it still is in ``state``; None if another process has moved it."""
    batch = await get(connection, batch_id, locked=True)
    return batch if batch.status is state else None


async def find(connection: AsyncConnection, bos_batch_id: str) -> Batch:
    """Return the batch of the caller's batch uuid; raises ``NotFound``."""
    row = (await connection.execute(select(*FIELDS).where(batches.c.bos_batch_id == bos_batch_id))).one_or_none()
    if row is None:
        raise NotFound(f"there is no batch {bos_batch_id[:64]}")
    return _batch(tuple(row))


async def move(
    connection: AsyncConnection,
    batch: Batch,
    to: BatchState,
    now: datetime,
    *,
    due_at: datetime | None,
    changes: Mapping[str, object] | None = None,
) -> None:
    """Move a held batch along the table of allowed moves, and wake the worker."""
    check_move(batch.status, to)
    values: dict[str, object] = {"status": to, "updated_at": now, "due_at": due_at} | dict(changes or {})
    if to in {BatchState.COMPLETED, BatchState.FAILED, BatchState.CANCELLED}:
        values["finished_at"] = now
    await connection.execute(update(batches).where(batches.c.id == batch.id).values(**values))
    await notify(connection, BATCHES_CHANNEL)
    log.info("batch_moved", batch_uuid=batch.bos_batch_id, cj_batch_id=batch.id, moved_from=batch.status, to=to)


@dataclass(frozen=True)
class Essay:
    """One essay of a batch."""

    position: int
    essay_id: str
    text_storage_id: str
    content: str
    is_anchor: bool
    grade: str | None
    label: str | None


async def essays_of(connection: AsyncConnection, batch_id: int) -> list[Essay]:
    """Return the essays of a batch by position."""
    columns = columns_of(essays, Essay)
    found = await connection.execute(
        select(*columns).where(essays.c.batch_id == batch_id).order_by(essays.c.position)
    )
    return [shaped(Essay, row) for row in found]


@dataclass(frozen=True)
class Comparison:
    """One comparison of a batch."""

    number: int
    correlation_id: UUID
    wave: int
    a: int
    b: int
    repeat: int
    attempt: int
    state: str
    winner: str | None
    error_code: str | None
    error_message: str | None
    retryable: bool
    provider: str | None
    model: str | None

    @property
    def pair(self) -> tuple[int, int]:
        """The two positions, the smaller first."""
        return min(self.a, self.b), max(self.a, self.b)


async def comparisons_of(connection: AsyncConnection, batch_id: int) -> list[Comparison]:
    """Return all comparisons of a batch in the order in which they were asked."""
    columns = columns_of(comparisons, Comparison)
    found = await connection.execute(
        select(*columns).where(comparisons.c.batch_id == batch_id).order_by(comparisons.c.number)
    )
    return [shaped(Comparison, row) for row in found]


@dataclass(frozen=True)
class Planned:
    """A pair to be asked: positions as shown, how often the pair was asked before, which try this is."""

    shown: Oriented
    repeat: int
    attempt: int


async def plan_comparisons(
    connection: AsyncConnection, batch: Batch, wave: int, planned: Sequence[Planned], ids: Sequence[UUID]
) -> None:
    """Write the comparisons of a wave; they are sent afterwards."""
    rows = [
        {
            "batch_id": batch.id,
            "number": batch.asked + index,
            "correlation_id": correlation_id,
            "wave": wave,
            "a": item.shown[0],
            "b": item.shown[1],
            "repeat": item.repeat,
            "attempt": item.attempt,
            "state": "planned",
        }
        for index, (item, correlation_id) in enumerate(zip(planned, ids, strict=True), start=1)
    ]
    await connection.execute(insert(comparisons), rows)
    await connection.execute(
        update(batches).where(batches.c.id == batch.id).values(wave=wave, asked=batch.asked + len(rows))
    )


async def pending(connection: AsyncConnection, batch_id: int) -> int:
    """Return how many comparisons have no answer yet."""
    unanswered = comparisons.c.state.in_(["planned", "sent"])
    counted = select(func.count()).where(comparisons.c.batch_id == batch_id, unanswered)
    return int((await connection.execute(counted)).scalar_one())


async def give_up_waiting(connection: AsyncConnection, batch_id: int, now: datetime) -> int:
    """Count every comparison without an answer as failed; return how many there were."""
    unanswered = comparisons.c.state.in_(["planned", "sent"])
    statement = (
        update(comparisons)
        .where(comparisons.c.batch_id == batch_id, unanswered)
        .values(state="failed", error_code="TIMEOUT", error_message="no verdict came in time", answered_at=now)
    )
    return (await connection.execute(statement)).rowcount
