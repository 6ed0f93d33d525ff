"""The outbox: events are written in the transaction of their cause; the relay sends them afterwards.

The columns are those of Debezium's event router: ``type`` is the topic, ``aggregateid`` the key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.envelope import Envelope
from app.db.listen import notify
from app.messaging.tables import MessagingTables

Data = TypeVar("Data", bound=BaseModel)


@dataclass(frozen=True)
class Event:
    """One event on its way out; ``payload`` is the value that goes on the wire."""

    id: UUID
    topic: str
    aggregate_type: str
    aggregate_id: str
    payload: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def event(envelope: Envelope[Data], topic: str, *, aggregate_type: str, aggregate_id: str, now: datetime) -> Event:
    """Wrap an envelope as an outbox event; its id stays the same however often it is sent."""
    return Event(
        id=envelope.event_id,
        topic=topic,
        aggregate_type=aggregate_type,
        aggregate_id=aggregate_id,
        payload=envelope.to_json(),
        headers={
            "event_id": str(envelope.event_id),
            "event_type": envelope.event_type,
            "schema_version": str(envelope.schema_version),
            "correlation_id": str(envelope.correlation_id),
            "source_service": envelope.source_service,
            "occurred_at": now.isoformat(),
            "content_type": "application/json",
        },
    )


async def add(connection: AsyncConnection, tables: MessagingTables, events: Sequence[Event]) -> None:
    """Write ``events`` in the present transaction and wake the relay when it commits."""
    if not events:
        return
    await connection.execute(insert(tables.outbox), [_row(item) for item in events])
    await notify(connection, tables.channel)


def _row(item: Event) -> dict[str, object]:
    return {
        "id": item.id,
        "aggregatetype": item.aggregate_type,
        "aggregateid": item.aggregate_id,
        "type": item.topic,
        "payload": item.payload,
        "headers": dict(item.headers),
    }


async def send_again(connection: AsyncConnection, tables: MessagingTables, item: Event) -> bool:
    """Have an event sent once more, under its own id; return whether it was sent before, so that this is a repeat.

    One that still waits is left as it is. One whose row was pruned is written again.
    """
    outbox = tables.outbox
    waiting_again = {"published_at": None, "leased_until": None, "created_at": func.now()}
    statement = upsert(outbox).values(_row(item))
    repeated = statement.on_conflict_do_update(
        index_elements=[outbox.c.id], set_=waiting_again, where=outbox.c.published_at.is_not(None)
    ).returning(outbox.c.id)
    sent_before = (await connection.execute(repeated)).first() is not None
    await notify(connection, tables.channel)
    return sent_before


async def take_back(connection: AsyncConnection, tables: MessagingTables, event_id: UUID) -> bool:
    """Remove an event that no relay has begun to send; return whether it is settled: sent, or removed.

    One that a relay holds at present is not settled. A relay whose last try failed may have sent it all the same.
    """
    outbox = tables.outbox
    unsent = (outbox.c.id == event_id, outbox.c.published_at.is_(None))
    free = outbox.c.leased_until.is_(None) | (outbox.c.leased_until < func.now())
    await connection.execute(delete(outbox).where(*unsent, free))
    return not (await connection.execute(select(exists().where(*unsent)))).scalar_one()
