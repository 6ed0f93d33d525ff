"""Stored bytes out: the one way in which every file, bundle and list of files is answered.

Fed by the routes with what is asked for; answers GET and HEAD with strong tags, digests, parts and safe names.
Bytes are read in pieces in threads; who goes away closes what was opened. Sources: RFC 9110 (13, 14), RFC 9530,
RFC 6266, RFC 8246.
"""

import base64
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from anyio import to_thread
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from app.errors import PreconditionFailed, RangeNotSatisfiable
from app.runner.api.negotiate import has
from app.runner.api.ranges import Part, Unsatisfiable, unchanged_since, wanted

FOREVER = "private, max-age=31536000, immutable"
"""For addresses that name a revision: what they answer never changes."""
ASK_AGAIN = "private, no-cache"
"""For addresses of the latest revision: kept, but asked for again by tag before each use."""
SHOWN = frozenset({"application/json", "text/markdown", "text/plain"})
"""Media types that a browser may show; everything else is offered for saving."""
NOTHING = hashlib.sha256(b"").digest()
LONGEST_NAME = 150

Pieces = Callable[[int, int], Iterator[bytes]]
"""The bytes from one place up to another; blocking, and closed when it is closed."""


@dataclass(frozen=True)
class Stored:
    """Bytes that can be sent: ``tag`` is the same only for the same bytes, ``sha256`` is their hash.

    ``revision`` is the one that they belong to, None where they belong to none yet. ``fixed`` says that the
    address names the revision.
    """

    pieces: Pieces
    length: int
    sha256: Callable[[], Awaitable[bytes]]
    tag: str
    media_type: str
    name: str
    revision: int | None
    fixed: bool
    shown: bool = False
    """Whether a browser may show it though it would only save others of its type."""
    more: Mapping[str, str] = field(default_factory=dict)
    """Further headers."""

    @classmethod
    def of(
        cls, content: bytes, name: str, revision: int | None, *, fixed: bool, media_type: str = "application/json"
    ) -> "Stored":
        """Return bytes that are at hand."""
        digest = hashlib.sha256(content).digest()

        def pieces(start: int, stop: int) -> Iterator[bytes]:
            yield content[start:stop]

        async def sha256() -> bytes:
            return digest

        return cls(pieces, len(content), sha256, digest.hex(), media_type, name, revision, fixed)

    def headers(self) -> dict[str, str]:
        """Return what every answer says of these bytes, 304 as well."""
        found = {"ETag": f'"{self.tag}"', "Cache-Control": FOREVER if self.fixed else ASK_AGAIN}
        if self.revision is not None:
            found["Artefact-Revision"] = str(self.revision)
        return found | {"X-Content-Type-Options": "nosniff"} | dict(self.more)


async def answer(request: Request, stored: Stored) -> Response:
    """Return the whole, a part, or that nothing changed.

    Raises ``PreconditionFailed``, 416 with ``Content-Range`` for a part that is not there, and ``Damaged`` before
    the first byte where the bytes cannot be read.
    """
    headers, tag = stored.headers(), f'"{stored.tag}"'
    if_match = _combined(request, "if-match")
    if if_match is not None and not _is_named(if_match, tag):
        raise PreconditionFailed(f"If-Match names another version than {tag}, which is the present one")
    if has(_combined(request, "if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    part = _part_of(request, stored, tag)
    sent = Part(0, stored.length) if part is None else part
    headers |= {
        "Accept-Ranges": "bytes",
        "Content-Length": str(sent.stop - sent.start),
        "Content-Disposition": disposition(stored.name, stored.media_type, shown=stored.shown),
        "Repr-Digest": _digest(await stored.sha256()),
    }
    if part is not None:
        headers["Content-Range"] = f"bytes {sent.start}-{sent.stop - 1}/{stored.length}"
    return await _sent(request, stored, sent, headers)


async def _sent(request: Request, stored: Stored, sent: Part, headers: dict[str, str]) -> Response:
    partial = "Content-Range" in headers
    if request.method == "HEAD":
        headers["Content-Digest"] = _digest(NOTHING)
    elif partial:
        hashed = await to_thread.run_sync(_hashed, stored.pieces(sent.start, sent.stop))
        headers["Content-Digest"] = _digest(hashed)
    else:
        headers["Content-Digest"] = headers["Repr-Digest"]
    opened = _Opened(stored.pieces(sent.start, sent.stop))
    await opened.begin()
    if request.method == "HEAD":
        opened.close()
        return Response(None, 200, headers, stored.media_type)
    return _Answer(opened, 206 if partial else 200, headers, stored.media_type)


def _part_of(request: Request, stored: Stored, tag: str) -> Part | None:
    """Return the wanted part; a ``Range`` means something to GET alone."""
    if request.method != "GET" or not unchanged_since(request.headers.get("if-range"), tag):
        return None
    try:
        return wanted(request.headers.get("range"), stored.length)
    except Unsatisfiable as error:
        detail = f"there are {stored.length} bytes, and none of them is in the wanted range"
        headers = {"Content-Range": f"bytes */{stored.length}"}
        raise HTTPException(RangeNotSatisfiable.status, detail, headers) from error


def _combined(request: Request, header: str) -> str | None:
    return ", ".join(request.headers.getlist(header)) or None


def _is_named(if_match: str, tag: str) -> bool:
    """Return whether ``If-Match`` names this version; a weak tag never does."""
    return if_match.strip() == "*" or tag in {part.strip() for part in if_match.split(",")}


def _digest(sha256: bytes) -> str:
    return f"sha-256=:{base64.b64encode(sha256).decode()}:"


def _hashed(pieces: Iterator[bytes]) -> bytes:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.digest()


def disposition(name: str, media_type: str, *, shown: bool = False) -> str:
    """Return a ``Content-Disposition``: a name that is safe on any system, and the full one where it differs."""
    kind = "inline" if shown or media_type.partition(";")[0] in SHOWN else "attachment"
    flat = "".join(letter if letter.isprintable() and letter not in '/\\:*?"<>|%' else "_" for letter in name)
    flat = flat.lstrip(".")[-LONGEST_NAME:] or "file"
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", flat)
    return f'{kind}; filename="{plain}"' + ("" if plain == flat else f"; filename*=UTF-8''{quote(flat, safe='')}")


class _Opened:
    """Pieces on their way out, the first of them read before anything is answered."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._first: bytes | None = None

    async def begin(self) -> None:
        """Read the first piece; raises what reading raises."""
        self._first = await self._next()

    async def _next(self) -> bytes | None:
        """Return the next piece; a caller who goes away meanwhile is heard once it is read."""
        return await to_thread.run_sync(next, self._pieces, None)

    async def rest(self) -> AsyncIterator[bytes]:
        """Yield all pieces."""
        piece = self._first
        while piece is not None:
            yield piece
            piece = await self._next()

    def close(self) -> None:
        """Close what was opened."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()


class _Answer(StreamingResponse):
    """Pieces as they go out; closed at the end, whatever ended it."""

    def __init__(self, opened: _Opened, status: int, headers: dict[str, str], media_type: str) -> None:
        super().__init__(opened.rest(), status, headers, media_type)
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._opened.close()
