"""Dead letters: records that could not be read go to a table and a topic, with the reason.

They are counted, and never stop the consumer.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.topics import Topic
from app.db.storable import storable, storable_texts
from app.messaging.bus import Outgoing, Record
from app.messaging.known import known
from app.messaging.outbox import Event, add
from app.messaging.tables import MessagingTables
from app.telemetry.context import bound
from app.telemetry.metrics import QUARANTINED

log = structlog.get_logger(__name__)
NAMESPACE = UUID("8f8f5f0e-6c3d-4d57-9a7b-0a4f6d1f2c11")


@dataclass(frozen=True)
class DeadLetter:
    """A record and why it was put aside: a short code, and a sentence without content."""

    record: Record
    reason: str
    detail: str

    @property
    def digest(self) -> str:
        """SHA-256 of the value, as hex."""
        return hashlib.sha256(self.record.value).hexdigest()


def unsent(record: Outgoing) -> Record:
    """Return a record of ours that never came to the broker, so that it has no place there."""
    return Record(record.topic, -1, -1, record.key, record.value, record.headers)


async def put_aside(
    connection: AsyncConnection,
    tables: MessagingTables,
    service: str,
    letters: Sequence[DeadLetter],
    *,
    announced: bool = True,
) -> list[DeadLetter]:
    """Store ``letters`` in the present transaction; return the new ones, which are announced.

    Not ``announced`` are those that would not get there either.
    """
    new = []
    for letter in letters:
        record = letter.record
        statement = (
            insert(tables.dead_letters)
            .values(
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                digest=letter.digest,
                key=record.key,
                headers=storable_texts(record.headers),
                value=record.value,
                reason=letter.reason,
                detail=storable(letter.detail),
            )
            .on_conflict_do_nothing()
            .returning(tables.dead_letters.c.id)
        )
        if (await connection.execute(statement)).scalar_one_or_none() is None:
            continue
        new.append(letter)
        if announced:
            await add(connection, tables, [_announcement(service, letter)])
        QUARANTINED.labels(service, record.topic, letter.reason).inc()
        with bound(**known(record)):
            log.warning(
                "record_quarantined",
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                reason=letter.reason,
                detail=letter.detail,
            )
    return new


def _announcement(service: str, letter: DeadLetter) -> Event:
    record = letter.record
    place = f"{record.topic}/{record.partition}/{record.offset}"
    return Event(
        id=uuid5(NAMESPACE, f"{service}/{place}/{letter.digest}"),
        topic=Topic.DEAD_LETTERS,
        aggregate_type="dead_letter",
        aggregate_id=place[:255],
        payload=record.value,
        headers={
            "x-service": service,
            "x-original-topic": record.topic,
            "x-original-partition": str(record.partition),
            "x-original-offset": str(record.offset),
            "x-reason": letter.reason,
            "x-detail": storable(letter.detail)[:400],
        },
    )
