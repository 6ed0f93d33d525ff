"""How a table of any size goes out: in the form that is asked for, piece by piece, under a name to save it by.

Fed by the routes of results with chunks of rows; feeds the connection. One chunk and one row group are held;
bytes are made in a thread.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated, TypeVar
from urllib.parse import quote

from fastapi import Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from starlette.types import Receive, Scope, Send

from app.edge.patience import BROKEN
from app.runner.export.columns import Row
from app.runner.export.formats import Encoder, Format, chosen, content_type

Item = TypeVar("Item")


class FormQuery(BaseModel):
    """The form that is asked for; it wins over ``Accept``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: Annotated[str | None, WithJsonSchema({"type": "string", "enum": [*Format]})] = Field(
        default=None, alias="format", description="The form of the answer; wins over `Accept`."
    )


Form = Annotated[FormQuery, Query()]


def form_of(request: Request, query: FormQuery) -> Format:
    """Return the form that a request wants; raises ``NotAcceptable``."""
    return chosen(request.headers.get("accept"), query.form)


class Table(StreamingResponse):
    """A streamed answer that never looks whole when it breaks off: a middleware in between would end it well."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        try:
            await super().__call__(scope, receive, send)
        except BaseException:
            scope.get(BROKEN, []).append(True)
            raise


def download(form: Format, name: str, pieces: AsyncIterator[bytes]) -> StreamingResponse:
    """Return the answer: JSON to be shown, everything else to be saved as ``<name>.<form>``."""
    headers = {"Content-Disposition": _disposition(form, f"{name}.{form}"), "Vary": "Accept"}
    return Table(pieces, headers=headers, media_type=content_type(form))


async def encoded(
    encoder: Encoder, chunks: AsyncIterator[Sequence[Item]], shape: Callable[[Item], Row]
) -> AsyncIterator[bytes]:
    """Return the bytes of a table once its first chunk is there, so that what fails at once is still a refusal."""
    first = await anext(chunks, None)
    return _pieces(encoder, first, chunks, shape)


async def _pieces(
    encoder: Encoder,
    first: Sequence[Item] | None,
    chunks: AsyncIterator[Sequence[Item]],
    shape: Callable[[Item], Row],
) -> AsyncIterator[bytes]:
    def some(items: Sequence[Item]) -> bytes:
        return encoder.rows([shape(item) for item in items])

    begun = encoder.begin() + (b"" if first is None else await asyncio.to_thread(some, first))
    if begun:
        yield begun
    async for items in chunks:
        if piece := await asyncio.to_thread(some, items):
            yield piece
    if last := await asyncio.to_thread(encoder.end):
        yield last


def _disposition(form: Format, name: str) -> str:
    """Return the header (RFC 6266) with a plain name for old clients and the exact one for all others."""
    kind = "inline" if form is Format.JSON else "attachment"
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
