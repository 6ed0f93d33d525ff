"""HTTP of the engine: ending a batch before its time."""

from fastapi import APIRouter
from fastapi.params import Depends as Dependency
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj import finish, store
from app.cj.parts import Parts
from app.cj.states import FINAL, BatchState
from app.cj.store import Batch
from app.cj.tables import batches
from app.errors import Conflict, NotFound

LARGEST_ID = 2**31 - 1


class Cancelled(BaseModel):
    """A batch that asks no more; verdicts that were paid for stay with it."""

    id: int
    bos_batch_id: str
    status: str
    comparisons_succeeded: int
    comparisons_open: int
    cost_usd: float


def routes(parts: Parts, guarded: list[Dependency]) -> APIRouter:
    """Return the route; whoever may change assignments may use it."""
    router = APIRouter(tags=["batches"], dependencies=guarded)

    @router.post(
        "/api/v1/batches/{name}/cancel",
        status_code=202,
        summary="Stop asking; keep what was paid for",
        responses={404: {}, 409: {}},
    )
    async def cancel(name: str) -> Cancelled:
        """End a batch by its own id or its caller's; a second time changes nothing. 409 once it has a result."""
        async with parts.database.transaction() as connection:
            batch = await _locked(connection, name)
            unanswered = batch.asked - batch.succeeded - batch.failed
            if batch.status not in FINAL:
                await finish.cancel(connection, batch, parts.clock())
            elif batch.status is not BatchState.CANCELLED:
                raise Conflict(f"batch {batch.bos_batch_id} has ended already: {batch.status}")
        return Cancelled(
            id=batch.id,
            bos_batch_id=batch.bos_batch_id,
            status=BatchState.CANCELLED,
            comparisons_succeeded=batch.succeeded,
            comparisons_open=unanswered,
            cost_usd=batch.cost_usd,
        )

    return router


async def _locked(connection: AsyncConnection, name: str) -> Batch:
    by_number = name.isascii() and name.isdigit() and len(name) < 11 and int(name) <= LARGEST_ID
    named = batches.c.id == int(name) if by_number else batches.c.bos_batch_id == name
    found = (await connection.execute(select(batches.c.id).where(named))).scalar_one_or_none()
    if found is None:
        raise NotFound(f"there is no batch {name[:64]}")
    return await store.get(connection, found, locked=True)
