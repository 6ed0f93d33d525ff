"""What became of comparisons, by their callers' ids: for whoever misses a callback.

Fed by the HTTP route; reads the ledger and changes nothing, so that a verdict is had again without paying twice.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.llm_events import ComparisonResult
from app.contracts.llm_http import FoundItem, FoundList
from app.gateway import metrics
from app.gateway.tables import requests


async def find(connection: AsyncConnection, correlation_ids: Sequence[UUID]) -> FoundList:
    """Return one item for each id, in order: its callback, or that it is still open, or not known here."""
    columns = (requests.c.correlation_id, requests.c.callback)
    rows = await connection.execute(select(*columns).where(requests.c.correlation_id.in_(correlation_ids)))
    known = {row.correlation_id: row.callback for row in rows}
    items = [_item(name, known) for name in correlation_ids]
    for item in items:
        metrics.FOUND.labels(item.state).inc()
    return FoundList(items=items)


def _item(name: UUID, known: dict[UUID, dict[str, object] | None]) -> FoundItem:
    if name not in known:
        return FoundItem(correlation_id=name, state="unknown")
    told = known[name]
    if told is None:
        return FoundItem(correlation_id=name, state="open")
    return FoundItem(correlation_id=name, state="answered", result=ComparisonResult.model_validate(told))
