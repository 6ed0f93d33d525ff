"""What cj announces of any batch is kept, whoever started it; told twice, or in another order, it is the same.

Fed by ``announced``; feeds the results of batches over HTTP.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.cj_events import BaseEvent, CJCompleted, CJFailed
from app.messaging.consume import Incoming
from app.runner.runs import batches
from app.runner.runs.batch_states import Kind, moment, summary
from app.runner.runs.store import Run
from app.runner.tables import batch_events, batch_results, deleted_runs

LONGEST_DETAIL = 2_000


@dataclass(frozen=True)
class Heard:
    """One announcement as it came in; ``digest`` is the hash of what it says, without when."""

    batch_uuid: UUID
    kind: Kind
    digest: str
    message: Incoming[Any]


async def keep(
    connection: AsyncConnection, heard: Sequence[Heard], ours: Mapping[UUID, Run], others: str, now: datetime
) -> None:
    """Keep announcements, and sum up anew each batch that they are of; nothing of batches of deleted runs.

    ``ours`` are the runs that published some of the batches, held; all other batches belong to ``others``.
    """
    gone = await _deleted(connection, {item.batch_uuid for item in heard})
    rows = _rows([item for item in heard if item.batch_uuid not in gone], now)
    if not rows:
        return
    touched = sorted({batch_uuid for batch_uuid, _, _ in rows})
    await _hold(connection, touched, ours, others, now)
    fresh = insert(batch_events).values([rows[key] for key in sorted(rows)])
    earlier = {"said_at": fresh.excluded.said_at, "raw": fresh.excluded.raw, "detail": fresh.excluded.detail}
    await connection.execute(
        fresh.on_conflict_do_update(
            index_elements=[batch_events.c.batch_uuid, batch_events.c.kind, batch_events.c.digest],
            set_=earlier,
            where=fresh.excluded.said_at < batch_events.c.said_at,
        )
    )
    for batch_uuid in touched:
        short = summary(await batches.said_of(connection, batch_uuid))
        mine = update(batch_results).where(batch_results.c.batch_uuid == batch_uuid)
        await connection.execute(mine.values(**short.__dict__, updated_at=now))


async def _deleted(connection: AsyncConnection, named: set[UUID]) -> set[UUID]:
    wanted = select(deleted_runs.c.batch_uuid).where(deleted_runs.c.batch_uuid.in_(named))
    return {found for found in (await connection.execute(wanted)).scalars() if found is not None}


async def _hold(
    connection: AsyncConnection, touched: Sequence[UUID], ours: Mapping[UUID, Run], others: str, now: datetime
) -> None:
    """Make the rows of new batches, and hold all of them in one order, so that what is summed up is everything."""
    new = [
        {
            "batch_uuid": batch_uuid,
            "owner": ours[batch_uuid].owner if batch_uuid in ours else others,
            "run_id": ours[batch_uuid].id if batch_uuid in ours else None,
            "state": "",
            "completed_at": now,
            "received_at": now,
        }
        for batch_uuid in touched
    ]
    await connection.execute(insert(batch_results).values(new).on_conflict_do_nothing())
    mine = select(batch_results.c.batch_uuid).where(batch_results.c.batch_uuid.in_(touched))
    await connection.execute(mine.order_by(batch_results.c.batch_uuid).with_for_update())


def _rows(heard: Sequence[Heard], now: datetime) -> dict[tuple[UUID, str, str], dict[str, object]]:
    """Return one row for each thing said, with the time when it was said first."""
    found: dict[tuple[UUID, str, str], dict[str, object]] = {}
    for item in sorted(heard, key=lambda one: moment(one.message.data.timestamp, now), reverse=True):
        found[item.batch_uuid, item.kind, item.digest] = {
            "batch_uuid": item.batch_uuid,
            "kind": item.kind,
            "digest": item.digest,
            "said_at": moment(item.message.data.timestamp, now),
            "detail": _detail(item.message.data),
            "raw": item.message.record.value,
            "received_at": now,
        }
    return found


def _detail(said: BaseEvent) -> str | None:
    if isinstance(said, CJCompleted):
        return said.status[:LONGEST_DETAIL]
    return reason_of(said)[:LONGEST_DETAIL] if isinstance(said, CJFailed) else None


def reason_of(failed: CJFailed) -> str:
    """Return why a batch failed, in the words of whoever announced it."""
    info = failed.system_metadata.error_info
    reason = str(info.get("reason") or info.get("error_code") or "unknown")
    details = str(info.get("details") or info.get("error_message") or "")
    return f"{reason}: {details}" if details else reason
