"""Dead letters looked at and resolved: sent again on their topic once, or discarded.

Fed by operators, over the API or the command line; feeds the outbox. The row is locked while it is resolved, so a
letter leaves at most once, and the same wish again changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.rows import columns_of, shaped
from app.errors import Conflict, NotFound
from app.messaging.outbox import Event, add
from app.messaging.redact import plain_headers, plain_key, redacted
from app.messaging.tables import MessagingTables

NAMESPACE = UUID("6c0f1a57-9a8e-4a7e-8f0d-4f5f1f6b9d32")
LARGEST = 2**63 - 1
OWN_WORDS = frozenset(
    {"not_json", "not_an_envelope", "unknown_schema_version", "invalid_shape", "too_large_to_send"}
)
"""Reasons whose detail names places only; that of the others may quote what a message says."""
Status = Literal["waiting", "replayed", "discarded"]


@dataclass(frozen=True)
class Letter:
    """One message that could not be taken in, without its content."""

    id: int
    topic: str
    partition: int
    offset: int
    digest: str
    reason: str
    detail: str
    created_at: datetime
    status: Status
    resolved_at: datetime | None
    resolved_by: str | None
    replay_id: UUID | None

    @property
    def plain_detail(self) -> str:
        """The detail where it holds no content, else the kind of error before its words."""
        return self.detail if self.reason in OWN_WORDS else self.detail.partition(":")[0][:80]


@dataclass(frozen=True)
class Content:
    """What a letter holds, redacted: texts are measured, ids and times shown."""

    key: str | None
    headers: dict[str, str]
    bytes: int
    value: object


@dataclass(frozen=True)
class Wanted:
    """Which letters; ``before`` is moment and id of the last one of the page before."""

    status: Status | None = None
    topic: str | None = None
    before: tuple[datetime, int] | None = None
    limit: int = 50


async def page(connection: AsyncConnection, tables: MessagingTables, wanted: Wanted) -> tuple[list[Letter], bool]:
    """Return letters, the newest first, and whether there are more."""
    letters = tables.dead_letters
    query = select(*columns_of(letters, Letter))
    if wanted.status is not None:
        query = query.where(letters.c.status == wanted.status)
    if wanted.topic is not None:
        query = query.where(letters.c.topic == wanted.topic)
    if wanted.before is not None:
        query = query.where(tuple_(letters.c.created_at, letters.c.id) < wanted.before)
    query = query.order_by(letters.c.created_at.desc(), letters.c.id.desc()).limit(wanted.limit + 1)
    found = [shaped(Letter, row) for row in await connection.execute(query)]
    return found[: wanted.limit], len(found) > wanted.limit


async def get(
    connection: AsyncConnection, tables: MessagingTables, letter_id: int, *, lock: bool = False
) -> Letter:
    """Return one letter; raises ``NotFound``."""
    letters = tables.dead_letters
    query = select(*columns_of(letters, Letter)).where(letters.c.id == letter_id)
    found = None
    if 0 < letter_id <= LARGEST:
        found = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
    if found is None:
        raise NotFound(f"there is no dead letter {letter_id}")
    return shaped(Letter, found)


async def content(connection: AsyncConnection, tables: MessagingTables, letter_id: int) -> Content:
    """Return what a letter holds, redacted; raises ``NotFound``."""
    columns = tables.dead_letters.c
    query = select(columns.key, columns.headers, columns.value).where(columns.id == letter_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise NotFound(f"there is no dead letter {letter_id}")
    return Content(plain_key(row.key), plain_headers(row.headers), len(row.value), redacted(row.value))


async def replay(
    connection: AsyncConnection, tables: MessagingTables, letter_id: int, by: str, now: datetime
) -> Letter:
    """Put a letter into the outbox, to be sent on its topic as it came; return it.

    A replayed letter is returned as it is. Raises ``NotFound``, and ``Conflict`` for a discarded one.
    """
    letter = await get(connection, tables, letter_id, lock=True)
    if letter.status == "replayed":
        return letter
    if letter.status == "discarded":
        raise Conflict(f"dead letter {letter_id} was discarded; what is discarded is not sent again")
    columns = tables.dead_letters.c
    row = (
        await connection.execute(
            select(columns.key, columns.headers, columns.value).where(columns.id == letter.id)
        )
    ).one()
    again = Event(
        id=uuid5(NAMESPACE, f"{tables.channel}/{letter.id}"),
        topic=letter.topic,
        aggregate_type="replayed_letter",
        aggregate_id=(row.key or b"").decode(errors="replace")[:255] or f"{letter.topic}/{letter.offset}"[:255],
        payload=row.value,
        headers=row.headers | {"x-replay-of": str(letter.id)},
    )
    await add(connection, tables, [again])
    return await _resolved(connection, tables, letter, ("replayed", by, again.id), now)


async def discard(
    connection: AsyncConnection, tables: MessagingTables, letter_id: int, by: str, now: datetime
) -> Letter:
    """Mark a letter as done without sending it; it stays to be looked at.

    A discarded letter is returned as it is. Raises ``NotFound``, and ``Conflict`` for a replayed one.
    """
    letter = await get(connection, tables, letter_id, lock=True)
    if letter.status == "discarded":
        return letter
    if letter.status == "replayed":
        raise Conflict(f"dead letter {letter_id} was replayed already; there is nothing to discard")
    return await _resolved(connection, tables, letter, ("discarded", by, None), now)


async def waiting(connection: AsyncConnection, tables: MessagingTables) -> int:
    """Return how many letters nobody has resolved."""
    letters = tables.dead_letters
    counted = select(func.count()).select_from(letters).where(letters.c.status == "waiting")
    return int((await connection.execute(counted)).scalar_one())


async def _resolved(
    connection: AsyncConnection,
    tables: MessagingTables,
    letter: Letter,
    how: tuple[Status, str, UUID | None],
    now: datetime,
) -> Letter:
    letters, (status, by, replay_id) = tables.dead_letters, how
    values = {"status": status, "resolved_by": by[:255], "replay_id": replay_id, "resolved_at": now}
    changed = update(letters).where(letters.c.id == letter.id).values(**values)
    row = (await connection.execute(changed.returning(*columns_of(letters, Letter)))).one()
    return shaped(Letter, row)
