"""Rows of batches: read, held, moved; their essays, and their comparisons planned and answered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import structlog
from sqlalchemy import cast, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj.asked import Comparison, Planned
from app.cj.names import about
from app.cj.plan import Plan, plan_from
from app.cj.states import FINAL, BatchState, check_move
from app.cj.tables import BATCHES_CHANNEL, batches, comparisons, essays
from app.contracts.cj_events import CJRequest
from app.db.listen import notify
from app.db.rows import columns_of, shaped
from app.errors import NotFound

log = structlog.get_logger(__name__)


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
    cost_usd: float
    created_at: datetime
    run_id: str | None
    batch_label: str | None
    runner_mode: str | None
    trace_context: Mapping[str, str] | None = None


FIELDS = columns_of(batches, Batch)


def _batch(row: Sequence[Any]) -> Batch:
    values = dict(zip(Batch.__dataclass_fields__, row, strict=True))
    values["status"] = BatchState(values["status"])
    values["request"] = CJRequest.model_validate(values["request"])
    values["plan"] = plan_from(values["plan"])
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


@dataclass(frozen=True)
class Held:
    """What moving a batch needs to know of it; the row is held against other writers."""

    id: int
    bos_batch_id: str
    status: BatchState
    correlation_id: UUID
    run_id: str | None
    batch_label: str | None
    runner_mode: str | None


async def hold(connection: AsyncConnection, batch_id: int) -> Held:
    """Hold one batch without reading its request; raises ``NotFound``."""
    columns = columns_of(batches, Held)
    row = (
        await connection.execute(select(*columns).where(batches.c.id == batch_id).with_for_update())
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no batch {batch_id}")
    return replace(shaped(Held, row), status=BatchState(row.status))


async def find(connection: AsyncConnection, bos_batch_id: str) -> Batch:
    """Return the batch of the caller's batch uuid; raises ``NotFound``."""
    row = (await connection.execute(select(*FIELDS).where(batches.c.bos_batch_id == bos_batch_id))).one_or_none()
    if row is None:
        raise NotFound(f"there is no batch {bos_batch_id[:64]}")
    return _batch(tuple(row))


async def move(
    connection: AsyncConnection,
    batch: Batch | Held,
    to: BatchState,
    now: datetime,
    *,
    due_at: datetime | None,
    changes: Mapping[str, object] | None = None,
) -> None:
    """Move a held batch along the table of allowed moves, and wake the worker.

    A value of ``changes`` may be an SQL expression; ``decision`` is added to the history.
    """
    check_move(batch.status, to)
    values: dict[str, object] = {"status": to, "updated_at": now, "due_at": due_at} | dict(changes or {})
    if "decision" in values:
        values["decisions"] = batches.c.decisions.op("||")(cast([values.pop("decision")], JSONB))
    if to in FINAL:
        values["finished_at"] = now
    await connection.execute(update(batches).where(batches.c.id == batch.id).values(**values))
    await notify(connection, BATCHES_CHANNEL)
    with about(batch):
        log.info("batch_moved", cj_batch_id=batch.id, moved_from=batch.status, to=to)


@dataclass(frozen=True)
class Essay:
    """One essay of a batch; its text is read only where it is sent on."""

    position: int
    essay_id: str
    text_storage_id: str
    is_anchor: bool
    grade: str | None
    label: str | None


async def essays_of(connection: AsyncConnection, batch_id: int) -> list[Essay]:
    """Return the essays of a batch by position, without their texts."""
    columns = columns_of(essays, Essay)
    found = await connection.execute(
        select(*columns).where(essays.c.batch_id == batch_id).order_by(essays.c.position)
    )
    return [shaped(Essay, row) for row in found]


async def texts_of(connection: AsyncConnection, batch_id: int, positions: Iterable[int]) -> dict[int, str]:
    """Return the texts of some essays by position."""
    wanted = select(essays.c.position, essays.c.content).where(
        essays.c.batch_id == batch_id, essays.c.position.in_(sorted(set(positions)))
    )
    return {row.position: row.content for row in await connection.execute(wanted)}


async def comparisons_of(connection: AsyncConnection, batch_id: int) -> list[Comparison]:
    """Return all comparisons of a batch in the order in which they were asked."""
    columns = columns_of(comparisons, Comparison)
    found = await connection.execute(
        select(*columns).where(comparisons.c.batch_id == batch_id).order_by(comparisons.c.number)
    )
    return [Comparison(*row) for row in found]


async def plan_comparisons(
    connection: AsyncConnection, batch: Batch, planned: Sequence[Planned], ids: Sequence[UUID], now: datetime
) -> None:
    """Write the comparisons of the next wave; they are sent afterwards."""
    wave = batch.wave + 1
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
            "reserved_usd": item.reserved_usd,
            "not_before": now + timedelta(seconds=item.wait_s) if item.wait_s else None,
        }
        for index, (item, correlation_id) in enumerate(zip(planned, ids, strict=True), start=1)
    ]
    await connection.execute(insert(comparisons), rows)
    await connection.execute(
        update(batches).where(batches.c.id == batch.id).values(wave=wave, asked=batch.asked + len(rows))
    )


OPEN = ("planned", "sent")


async def pending(connection: AsyncConnection, batch_id: int) -> int:
    """Return how many comparisons have no answer yet."""
    counted = select(func.count()).where(comparisons.c.batch_id == batch_id, comparisons.c.state.in_(OPEN))
    return int((await connection.execute(counted)).scalar_one())


async def close_open(connection: AsyncConnection, batch_id: int, state: Literal["given_up", "cancelled"]) -> int:
    """Stop waiting for every comparison without an answer; return how many there were."""
    error = {"error_code": "TIMEOUT", "error_message": "no verdict came in time"} if state == "given_up" else {}
    statement = (
        update(comparisons)
        .where(comparisons.c.batch_id == batch_id, comparisons.c.state.in_(OPEN))
        .values(state=state, **error)
    )
    return (await connection.execute(statement)).rowcount


async def to_withdraw(connection: AsyncConnection, batch_id: int) -> list[UUID]:
    """Return the ids of comparisons that nobody waits for any more and that the gateway was not told about."""
    wanted = select(comparisons.c.correlation_id).where(
        comparisons.c.batch_id == batch_id,
        comparisons.c.state.in_(["given_up", "cancelled"]),
        comparisons.c.withdrawn_at.is_(None),
        comparisons.c.answered_at.is_(None),
    )
    return list((await connection.execute(wanted.order_by(comparisons.c.number))).scalars())
