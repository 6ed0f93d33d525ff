"""Verdicts that do not come are asked for by their ids, and asked anew only where the gateway does not have them.

Fed by the table of batches, for those that wait; feeds ``collect`` with what was found, and ``send`` with what is
to be asked again. Looking is free and goes on until the batch is too old; asking anew is bounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj import collect, metrics, store
from app.cj.parts import Parts
from app.cj.send import give_up_if_too_old
from app.cj.states import BatchState
from app.cj.store import Batch, Held
from app.cj.tables import batches, comparisons
from app.contracts.llm_events import ComparisonResult
from app.errors import AppError, Unavailable
from app.telemetry.context import bound

log = structlog.get_logger(__name__)
AT_ONCE = 200
SOON = timedelta(seconds=1)


@dataclass
class Looked:
    """What the gateway said of comparisons without a verdict, by their ids."""

    answered: list[ComparisonResult] = field(default_factory=list)
    unknown: list[UUID] = field(default_factory=list)
    open: int = 0
    not_told: list[UUID] = field(default_factory=list)


async def look_for(parts: Parts, batch_id: int) -> None:
    """Look for the verdicts of a waiting batch that should have come; one that is too old goes on without them.

    Raises ``Unavailable`` to be tried again, where the gateway does not answer and there is still time.
    """
    async with parts.database.transaction() as connection:
        batch = await store.get(connection, batch_id)
        if batch.status is not BatchState.WAITING:
            return
        waited = await _waited_for(connection, batch, parts.clock() - parts.look_after())
    try:
        looked = await _look(parts, waited)
    except Unavailable:
        if await give_up_if_too_old(parts, batch):
            return
        raise
    async with parts.database.transaction() as connection:
        await collect.take(connection, looked.answered, parts.clock())
    if await give_up_if_too_old(parts, batch):
        return
    with bound(batch_uuid=batch.bos_batch_id):
        await _go_on(parts, batch, looked)


async def _waited_for(connection: AsyncConnection, batch: Batch, since: datetime) -> list[UUID]:
    wanted = select(comparisons.c.correlation_id).where(
        comparisons.c.batch_id == batch.id, comparisons.c.state == "sent", comparisons.c.sent_at <= since
    )
    return list((await connection.execute(wanted.order_by(comparisons.c.number))).scalars())


async def _look(parts: Parts, ids: Sequence[UUID]) -> Looked:
    looked = Looked()
    for start in range(0, len(ids), AT_ONCE):
        chunk = ids[start : start + AT_ONCE]
        try:
            found = await parts.gateway.find(chunk)
        except Unavailable:
            raise
        except AppError as error:
            log.warning("gateway_does_not_tell", code=error.code, comparisons=len(chunk))
            found = None
        if found is None:
            looked.not_told += chunk
            continue
        looked.answered += [item.result for item in found if item.result is not None]
        looked.unknown += [item.correlation_id for item in found if item.state == "unknown"]
        looked.open += sum(item.state == "open" for item in found)
    return looked


async def _go_on(parts: Parts, batch: Batch, looked: Looked) -> None:
    """Have asked again what the gateway does not have, or does not tell of; then send, or wait for a look."""
    now = parts.clock()
    async with parts.database.transaction() as connection:
        held = await store.hold(connection, batch.id)
        again = await _to_be_asked_again(connection, parts, batch, looked, now)
        if held.status is BatchState.WAITING:
            await _send_or_wait(connection, parts, batch, held, now)
    counts = {
        "answered": len(looked.answered),
        "open": looked.open,
        "unknown": len(looked.unknown),
        "not_told": len(looked.not_told),
    }
    for outcome, count in counts.items():
        metrics.LOOKED_UP.labels(outcome).inc(count)
    metrics.ASKED_AGAIN.inc(again)
    if any(counts.values()):
        log.info(
            "verdicts_looked_up",
            answered=counts["answered"],
            still_open=counts["open"],
            unknown=counts["unknown"],
            not_told=counts["not_told"],
            asked_again=again,
        )


async def _to_be_asked_again(
    connection: AsyncConnection, parts: Parts, batch: Batch, looked: Looked, now: datetime
) -> int:
    """Plan anew what was lost, as often as that is allowed; return how many there are."""
    overdue = comparisons.c.sent_at <= now - parts.overdue_after(batch)
    lost = or_(
        comparisons.c.correlation_id.in_(looked.unknown),
        and_(comparisons.c.correlation_id.in_(looked.not_told), overdue),
    )
    statement = (
        update(comparisons)
        .where(comparisons.c.batch_id == batch.id, comparisons.c.state == "sent", lost)
        .where(comparisons.c.asks < parts.settings.overdue_most_asks)
        .values(state="planned", not_before=None)
    )
    return (await connection.execute(statement)).rowcount


async def _send_or_wait(
    connection: AsyncConnection, parts: Parts, batch: Batch, held: Held, now: datetime
) -> None:
    planned = (comparisons.c.batch_id == batch.id, comparisons.c.state == "planned")
    first = func.min(func.coalesce(comparisons.c.not_before, now))
    next_one: datetime | None = (await connection.execute(select(first).where(*planned))).scalar_one()
    if next_one is not None and next_one <= now:
        await store.move(connection, held, BatchState.SENDING, now, due_at=now)
        return
    sent = (comparisons.c.batch_id == batch.id, comparisons.c.state == "sent")
    oldest: datetime | None = (
        await connection.execute(select(func.min(comparisons.c.sent_at)).where(*sent))
    ).scalar_one()
    due_at = now + next_look(now - (oldest or now), parts.look_after(), parts.overdue_after(batch))
    due_at = due_at if next_one is None else min(due_at, next_one)
    await connection.execute(update(batches).where(batches.c.id == batch.id).values(due_at=due_at))


def next_look(waited: timedelta, first: timedelta, longest: timedelta) -> timedelta:
    """Return the pause before the next look: as long as was waited so far, within the two bounds."""
    return max(min(max(waited, first), max(longest, first)), SOON)
