"""The route of the audit: who of an organisation changed what, or tried to; for its administrators."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from app.edge.access import ADMIN, Known
from app.runner.access import audit
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD
from app.runner.runs import cursor as cursors

PATH = "/v1/audit"


class AuditEntry(BaseModel):
    """One attempt to change something."""

    id: str
    at: datetime
    subject: str = Field(description="Who tried.")
    owner: str
    method: str
    route: str = Field(description="The template of the address.")
    ids: dict[str, str] = Field(description="The ids in the address.")
    request_id: str
    remote_address: str
    status: int | None = Field(
        description="What it was answered with; null while it goes on, and for ever if the process died meanwhile."
    )
    location: str | None = Field(description="Where the new thing is found, if one was made.")
    finished_at: datetime | None


class AuditList(BaseModel):
    """Some attempts, and the cursor of those before them."""

    items: list[AuditEntry]
    next_cursor: str | None


def routes(parts: Parts) -> APIRouter:
    """Return the route."""
    router = APIRouter(prefix=PATH, tags=[ADMIN])

    @router.get(
        "", summary="What your organisation's callers changed or tried to, the newest first", responses=BAD
    )
    async def listed(
        caller: Known,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=cursors.LONGEST)] = None,
    ) -> AuditList:
        query = f"audit of {caller.owner}"
        place = None if cursor is None else cursors.read(cursor, query)
        after = None if place is None else (place.created_at, place.id)
        async with parts.database.transaction() as connection:
            found = await audit.listed(connection, caller.owner, after, limit + 1)
        following = None
        if len(found) > limit:
            following = cursors.written(cursors.Place(found[limit - 1].at, found[limit - 1].id), query)
        return AuditList(items=[AuditEntry(**entry.__dict__) for entry in found[:limit]], next_cursor=following)

    return router
