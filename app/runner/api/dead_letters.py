"""Routes of dead letters: messages that the runner could not take in, looked at and resolved by administrators.

A letter belongs to the service, not to an organisation; what people wrote is never in an answer.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from app.edge.access import ADMIN, Known
from app.errors import InvalidInput
from app.messaging import resolve
from app.messaging.resolve import Letter, Wanted
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, MISSING, STATE
from app.runner.runs import cursor as cursors
from app.runner.tables import messages

PATH = "/v1/dead-letters"
Status = Literal["waiting", "replayed", "discarded"]
LetterId = Annotated[int, Path(ge=1, le=resolve.LARGEST, description="As listed.")]


class LetterView(BaseModel):
    """One message that could not be taken in."""

    id: int
    topic: str
    partition: int
    offset: int
    sha256: str = Field(description="Of its bytes, in hex.")
    reason: str = Field(description="Such as `not_json`, `invalid_shape`, `handler_refused`.")
    detail: str = Field(description="Where it broke; never what it said.")
    status: Status
    created_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    replay_id: UUID | None = Field(description="The outbox event that sends it again.")


class LetterDetail(LetterView):
    """One message with its shape: ids and times are shown, every other text is only measured."""

    key: str | None
    headers: dict[str, str]
    bytes: int
    value: object = Field(description="The JSON without its texts; of what is no JSON how long it is.")


class LetterList(BaseModel):
    """Some messages, and the cursor of those before them."""

    items: list[LetterView]
    next_cursor: str | None


class Listing(BaseModel):
    """The query of the list."""

    status: Status | None = None
    topic: str | None = Field(default=None, max_length=255, pattern=r"^[^\x00]*$")
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=cursors.LONGEST)

    def described(self) -> str:
        """Return what a cursor of this query is bound to."""
        return repr(("dead-letters", self.status, self.topic))

    def wanted(self) -> Wanted:
        """Return the query for the tables; raises ``InvalidInput`` for a cursor of another list."""
        if self.cursor is None:
            return Wanted(self.status, self.topic, None, self.limit)
        place = cursors.read(self.cursor, self.described())
        if not place.id.isdecimal():
            raise InvalidInput.at("cursor", "is not a cursor of this list")
        return Wanted(self.status, self.topic, (place.created_at, int(place.id)), self.limit)


def routes(parts: Parts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix=PATH, tags=[ADMIN])

    @router.get("", summary="Messages that could not be taken in, the newest first", responses=BAD)
    async def listed(query: Annotated[Listing, Query()]) -> LetterList:
        wanted = query.wanted()
        async with parts.database.transaction() as connection:
            found, more = await resolve.page(connection, messages, wanted)
        following = None
        if more:
            last = cursors.Place(found[-1].created_at, str(found[-1].id))
            following = cursors.written(last, query.described())
        return LetterList(items=[_view(letter) for letter in found], next_cursor=following)

    @router.get("/{letter_id}", summary="One message with its shape, its texts left out", responses=BAD | MISSING)
    async def show(letter_id: LetterId) -> LetterDetail:
        async with parts.database.transaction() as connection:
            letter = await resolve.get(connection, messages, letter_id)
            content = await resolve.content(connection, messages, letter_id)
        return LetterDetail(**_view(letter).model_dump(), **content.__dict__)

    @router.post(
        "/{letter_id}/replay",
        status_code=202,
        summary="Send a message on its topic again, once: asking twice changes nothing",
        responses=BAD | MISSING | STATE,
    )
    async def replay(letter_id: LetterId, caller: Known) -> LetterView:
        async with parts.database.transaction() as connection:
            return _view(await resolve.replay(connection, messages, letter_id, caller.subject, parts.clock()))

    @router.post(
        "/{letter_id}/discard",
        summary="Mark a message as done without sending it; it stays listed",
        responses=BAD | MISSING | STATE,
    )
    async def discard(letter_id: LetterId, caller: Known) -> LetterView:
        async with parts.database.transaction() as connection:
            return _view(await resolve.discard(connection, messages, letter_id, caller.subject, parts.clock()))

    return router


def _view(letter: Letter) -> LetterView:
    return LetterView(
        id=letter.id,
        topic=letter.topic,
        partition=letter.partition,
        offset=letter.offset,
        sha256=letter.digest,
        reason=letter.reason,
        detail=letter.plain_detail,
        status=letter.status,
        created_at=letter.created_at,
        resolved_at=letter.resolved_at,
        resolved_by=letter.resolved_by,
        replay_id=letter.replay_id,
    )
