"""Routes of API keys: an administrator makes, lists and revokes those of its organisation."""

import secrets
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.edge.access import ADMIN, Known
from app.edge.moments import Moment
from app.errors import InvalidInput
from app.runner.access import key_store, keys
from app.runner.access.key_store import ApiKey, Grant
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, MISSING
from app.runner.runs import cursor as cursors

PATH = "/v1/api-keys"
QUERY = "api-keys"
Scope = Literal["runs:read", "runs:write", "admin"]


class KeyRequest(BaseModel):
    """A new key of the caller's organisation."""

    model_config = ConfigDict(extra="forbid")

    subject: str = Field(
        min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$", description="Who will use it."
    )
    scopes: list[Scope] = Field(min_length=1, max_length=3)
    expires_at: Moment | None = Field(default=None, description="With a time zone; null: never.")


class KeyView(BaseModel):
    """One key; what it opens with is shown once only, when it is made."""

    id: str
    owner: str
    subject: str
    scopes: list[Scope]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = Field(description="True to a minute.")
    revoked_at: datetime | None


class NewKeyView(KeyView):
    """A new key, with what it opens with."""

    key: str = Field(description="Shown only now: keep it like a password.")


class KeyList(BaseModel):
    """Some keys, and the cursor of those after them."""

    items: list[KeyView]
    next_cursor: str | None


def routes(parts: Parts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix=PATH, tags=[ADMIN])

    @router.post("", status_code=201, summary="Make an API key of your organisation", responses=BAD)
    async def create(body: KeyRequest, caller: Known, response: Response) -> NewKeyView:
        now = parts.clock()
        if body.expires_at is not None and body.expires_at <= now:
            raise InvalidInput.at("expires_at", "is in the past")
        grant = Grant(caller.owner, body.subject, sorted(set(body.scopes)), body.expires_at, caller.subject)
        new = keys.new(secrets.token_bytes(keys.ENTROPY_BYTES))
        async with parts.database.transaction() as connection:
            made = await key_store.keep(connection, new, grant, now)
        response.headers["Location"] = f"{PATH}/{new.id}"
        response.headers["Cache-Control"] = "no-store"
        return NewKeyView(**_shown(made), key=new.text)

    @router.get("", summary="API keys of your organisation, the newest first", responses=BAD)
    async def listed(
        caller: Known,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=cursors.LONGEST)] = None,
    ) -> KeyList:
        query = f"{QUERY} of {caller.owner}"
        place = None if cursor is None else cursors.read(cursor, query)
        after = None if place is None else (place.created_at, place.id)
        async with parts.database.transaction() as connection:
            found = await key_store.listed(connection, caller.owner, after, limit + 1)
        following = None
        if len(found) > limit:
            last = found[limit - 1]
            following = cursors.written(cursors.Place(last.created_at, last.id), query)
        return KeyList(items=[KeyView(**_shown(key)) for key in found[:limit]], next_cursor=following)

    @router.get("/{key_id}", summary="One API key", responses=MISSING)
    async def show(key_id: str, caller: Known) -> KeyView:
        async with parts.database.transaction() as connection:
            return KeyView(**_shown(await key_store.get(connection, key_id, caller.owner)))

    @router.delete("/{key_id}", status_code=204, summary="Revoke an API key; it stays listed", responses=MISSING)
    async def revoke(key_id: str, caller: Known) -> None:
        async with parts.database.transaction() as connection:
            await key_store.revoke(connection, key_id, caller.owner, parts.clock())

    return router


def _shown(key: ApiKey) -> dict[str, object]:
    return {name: getattr(key, name) for name in KeyView.model_fields}
