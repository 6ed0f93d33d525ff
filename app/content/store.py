"""Texts in and out of Postgres: fed by the content API."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.content.tables import texts
from app.errors import NotFound


@dataclass(frozen=True)
class StoredText:
    """The bytes as they were sent, and their type."""

    content: bytes
    content_type: str


async def keep(connection: AsyncConnection, new_id: UUID, text: StoredText) -> str:
    """Store ``text`` and return its storage id; the same text again returns the same id."""
    digest = hashlib.sha256(text.content).hexdigest()
    statement = insert(texts).values(
        storage_id=new_id.hex,
        sha256=digest,
        content_type=text.content_type,
        bytes=len(text.content),
        content=text.content,
    )
    unchanged = statement.on_conflict_do_update(
        index_elements=[texts.c.sha256, texts.c.content_type], set_={"sha256": digest}
    ).returning(texts.c.storage_id)
    return str((await connection.execute(unchanged)).scalar_one())


async def fetch(connection: AsyncConnection, storage_id: str) -> StoredText:
    """Return the text; raises ``NotFound``."""
    wanted = select(texts.c.content, texts.c.content_type).where(texts.c.storage_id == storage_id)
    row = (await connection.execute(wanted)).one_or_none()
    if row is None:
        raise NotFound(f"there is no text {storage_id}")
    return StoredText(row.content, row.content_type)
