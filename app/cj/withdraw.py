"""What a batch that has ended left open at the gateway is taken back, so that nothing more is paid for.

Fed by ``finish`` through the table of batches; feeds the gateway. Withdrawing twice is harmless. A verdict that
comes all the same is noted on its row by ``collect``.
"""

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy import update

from app.cj import collect, store
from app.cj.parts import Parts
from app.cj.states import FINAL
from app.cj.tables import batches, comparisons
from app.errors import AppError, Unavailable
from app.faults.inject import fault_point
from app.faults.points import Point
from app.telemetry.context import bound

log = structlog.get_logger(__name__)
MOST_A_CALL = 1000


async def withdraw(parts: Parts, batch_id: int) -> None:
    """Tell the gateway which comparisons nobody waits for; raises ``Unavailable`` to be tried again."""
    async with parts.database.transaction() as connection:
        batch = await store.hold(connection, batch_id)
        if batch.status not in FINAL:
            return
        left = await store.to_withdraw(connection, batch_id)
    for start in range(0, len(left), MOST_A_CALL):
        chunk = left[start : start + MOST_A_CALL]
        known = await parts.gateway.withdraw(chunk)
        await fault_point(Point.WITHDRAW_AFTER_ANSWER)
        if not known:
            log.warning("gateway_cannot_withdraw", batch_uuid=batch.bos_batch_id, comparisons=len(chunk))
        with bound(batch_uuid=batch.bos_batch_id):
            await _take_what_was_paid_for(parts, chunk)
        await _note(parts, batch_id, chunk)
        await fault_point(Point.WITHDRAW_AFTER_NOTE)
    async with parts.database.transaction() as connection:
        await connection.execute(update(batches).where(batches.c.id == batch_id).values(due_at=None))
    log.info("comparisons_withdrawn", batch_uuid=batch.bos_batch_id, comparisons=len(left))


async def _take_what_was_paid_for(parts: Parts, ids: Sequence[UUID]) -> None:
    """Note the cost of verdicts that were there already, and whose callbacks may never come.

    A gateway that does not tell of them keeps nothing else from being taken back.
    """
    try:
        found = await parts.gateway.find(ids)
    except Unavailable:
        raise
    except AppError as error:
        log.warning("gateway_does_not_tell", code=error.code, comparisons=len(ids))
        return
    results = [item.result for item in found or [] if item.result is not None]
    async with parts.database.transaction() as connection:
        await collect.take(connection, results, parts.clock())


async def _note(parts: Parts, batch_id: int, ids: Sequence[UUID]) -> None:
    mine = comparisons.c.batch_id == batch_id, comparisons.c.correlation_id.in_(ids)
    async with parts.database.transaction() as connection:
        await connection.execute(update(comparisons).where(*mine).values(withdrawn_at=parts.clock()))
