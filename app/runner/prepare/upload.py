"""Texts to the content store: each text once, by its hash, remembered as soon as it is there.

Fed by ``stages``; feeds ``compose`` with storage ids.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.db.unit import Database
from app.edge.content_http import ContentStore
from app.faults.inject import fault_point
from app.faults.points import Point
from app.runner.tables import uploads


async def upload(
    database: Database, content: ContentStore, texts: Mapping[str, str], *, at_once: int, now: datetime
) -> dict[str, str]:
    """Return the storage id of each text by its SHA-256; texts that are there already are not sent again."""
    async with database.transaction() as connection:
        mine = select(uploads.c.text_sha256, uploads.c.storage_id).where(
            uploads.c.content_url == content.url, uploads.c.text_sha256.in_(list(texts))
        )
        known = {row.text_sha256: row.storage_id for row in await connection.execute(mine)}
    limit = asyncio.Semaphore(at_once)

    async def one(digest: str, text: str) -> tuple[str, str]:
        async with limit:
            storage_id = await content.keep(text)
        await fault_point(Point.UPLOAD_AFTER_STORE)
        values = {"content_url": content.url, "text_sha256": digest, "storage_id": storage_id, "created_at": now}
        async with database.transaction() as connection:
            await connection.execute(insert(uploads).values(**values).on_conflict_do_nothing())
        return digest, storage_id

    missing = {digest: text for digest, text in texts.items() if digest not in known}
    sent = await asyncio.gather(*(one(digest, text) for digest, text in missing.items()))
    return known | dict(sent)
