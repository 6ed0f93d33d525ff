"""The inbox: which messages were taken in already, written in the transaction of their effect."""

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.messaging.tables import MessagingTables


async def unseen(
    connection: AsyncConnection, tables: MessagingTables, consumer: str, keys: Sequence[str]
) -> set[str]:
    """Note ``keys`` as seen by ``consumer``; return those that were not seen before.

    Two processes with the same key wait for each other here, so that only one goes on with it.
    """
    if not keys:
        return set()
    rows = [{"consumer": consumer, "message_key": key} for key in sorted(set(keys))]
    statement = insert(tables.inbox).values(rows).on_conflict_do_nothing().returning(tables.inbox.c.message_key)
    return set((await connection.execute(statement)).scalars())
