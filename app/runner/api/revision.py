"""Which revision of a run a route answers from, the one named or the latest, and its files, ready to be sent.

Fed by the routes of files; feeds ``stored``.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from app.errors import NotFound, NotReady, PreconditionFailed, RangeNotSatisfiable
from app.runner.api.parts import Parts
from app.runner.api.problem_docs import BAD, MISSING, PENDING, Responses, refusals
from app.runner.api.stored import Stored, answer
from app.runner.archive import rows
from app.runner.archive.listing import Entry
from app.runner.archive.places import Damaged, pieces
from app.runner.archive.verify import folder
from app.runner.runs import store
from app.runner.runs.store import Run

LARGEST = 2**31 - 1
Number = Annotated[
    int | None, Query(alias="revision", ge=1, le=LARGEST, description="Which revision; the latest without it.")
]
Route = TypeVar("Route", bound=Callable[..., Awaitable[Response]])

OBJECT, BINARY = {"type": "object"}, {"type": "string", "format": "binary"}
_HEADERS = {
    "ETag": "Strong: the same only for the same bytes.",
    "Repr-Digest": "RFC 9530: the SHA-256 of the whole, whatever part of it is sent.",
    "Content-Digest": "RFC 9530: the SHA-256 of what is sent.",
    "Artefact-Revision": "The revision that the answer belongs to.",
    "Cache-Control": "`immutable` where the address names the revision.",
    "Content-Disposition": "A name that is safe to save it under.",
}
_PARTIAL = {
    206: {"description": "The part that `Range` wants"},
    304: {"description": "`If-None-Match` names this version"},
}


def answers(*media_types: str, pending: bool = True, model: type[BaseModel] | None = None) -> Responses:
    """Return what a route that sends stored bytes may answer with, as the OpenAPI document says it."""
    headers = {name: {"description": text, "schema": {"type": "string"}} for name, text in _HEADERS.items()}
    good: dict[str, Any] = {"description": "All of it", "headers": headers}
    if model is None:
        good["content"] = {
            kind: {"schema": OBJECT if kind == "application/json" else BINARY} for kind in media_types
        }
    else:
        good["model"] = model
    refused = refusals(PreconditionFailed, RangeNotSatisfiable, Damaged)
    return {200: good} | _PARTIAL | (PENDING if pending else MISSING) | BAD | refused


def served(router: APIRouter, path: str, summary: str, responses: Responses) -> Callable[[Route], Route]:
    """Register a route for GET and, with the same headers, for HEAD."""

    def register(route: Route) -> Route:
        router.head(path, include_in_schema=False)(route)
        router.get(path, summary=summary, responses=responses, response_class=Response, response_model=None)(route)
        return route

    return register


@dataclass(frozen=True)
class Chosen:
    """A revision of a run; ``fixed`` where the caller named it."""

    parts: Parts
    run: Run
    number: int
    fixed: bool

    @classmethod
    async def of(cls, parts: Parts, run_id: str, wanted: int | None) -> "Chosen":
        """Return it; raises ``NotFound`` for a revision that is not there, naming those that are."""
        async with parts.database.transaction() as connection:
            run = await store.get(connection, run_id)
            number = await rows.chosen(connection, run, wanted)
        return cls(parts, run, number, wanted is not None)

    def ended(self, what: str) -> "Chosen":
        """Return itself; raises ``NotReady`` while the run goes on."""
        if not self.run.is_final:
            raise NotReady(f"the run is {self.run.status}; its {what} is written when it ends")
        return self

    async def entries(self, *kinds: str, after: str = "", limit: int | None = None) -> list[Entry]:
        """Return its files by name."""
        async with self.parts.database.transaction() as connection:
            return await rows.entries(connection, self.run.id, self.number, kinds=kinds, after=after, limit=limit)

    async def entry(self, name: str) -> Entry | None:
        """Return one of its files by name, None where there is none such."""
        async with self.parts.database.transaction() as connection:
            return await rows.entry(connection, self.run.id, self.number, name)

    async def one_of(self, kind: str) -> Entry:
        """Return the first file of a kind; raises ``NotFound``."""
        found = await self.entries(kind, limit=1)
        if not found:
            raise NotFound(f"the run has no {kind} (it ended as {self.run.status})")
        return found[0]

    def file(self, entry: Entry) -> Stored:
        """Return one of its files, ready to be sent."""
        place = folder(self.parts.settings.files_dir, self.run.id, self.number)
        digest = bytes.fromhex(entry.sha256)

        def read(start: int, stop: int) -> Iterator[bytes]:
            return pieces(place, entry.name, entry.bytes, start, stop)

        async def sha256() -> bytes:
            return digest

        name = self.name(entry.name)
        return Stored(
            read, entry.bytes, sha256, entry.sha256, entry.media_type, name, self.number, fixed=self.fixed
        )

    def json(self, content: bytes, name: str, *, revision: bool = True) -> Stored:
        """Return JSON about it, ready to be sent; ``revision`` is false where it says what there is before any."""
        number = self.number if revision else None
        return Stored.of(content, self.name(name), number, fixed=self.fixed and revision)

    def name(self, name: str) -> str:
        """Return what a file is saved as: the run, the revision after the first, the last part of its own name."""
        revision = "" if self.number == 1 else f".r{self.number}"
        return f"{self.run.id}{revision}.{name.rpartition('/')[2]}"

    async def send(self, request: Request, stored: Stored) -> Response:
        """Answer; what is missing because the run was deleted meanwhile is answered as gone."""
        try:
            return await answer(request, stored)
        except Damaged:
            async with self.parts.database.transaction() as connection:
                await store.get(connection, self.run.id)
            raise
