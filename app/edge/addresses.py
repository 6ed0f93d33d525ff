"""Addresses that no route should see: too long, with NUL characters, or with what is no UTF-8."""

from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Receive, Scope, Send

from app.edge.answers import Answers
from app.edge.refusals import AddressTooLong
from app.errors import AppError, InvalidInput


class Addresses:
    """ASGI middleware; ``longest`` counts the bytes of path and query as they were sent."""

    def __init__(self, app: ASGIApp, *, answers: Answers, longest: int) -> None:
        self._app, self._answers, self._longest = app, answers, longest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        refused = self._refused(scope) if scope["type"] == "http" else None
        if refused is None:
            await self._app(scope, receive, send)
        else:
            await self._answers.of(scope, refused)(scope, receive, send)

    def _refused(self, scope: Scope) -> AppError | None:
        path: bytes = scope.get("raw_path") or scope["path"].encode()
        query: bytes = scope["query_string"]
        if len(path) + len(query) > self._longest:
            return AddressTooLong(f"path and query may have at most {self._longest} bytes")
        if "\x00" in scope["path"]:
            return InvalidInput("the address holds a NUL character")
        if b"%" not in path and b"%" not in query and query.isascii():
            return None
        for part in (path, query):
            plain = unquote_to_bytes(part)
            if b"\x00" in plain:
                return InvalidInput("the address holds a NUL character")
            if not _is_text(plain):
                return InvalidInput("the address is not UTF-8: percent-encode the bytes of its UTF-8 form")
        return None


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
