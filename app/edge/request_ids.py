"""One id a request: taken from the caller where it is harmless, on every log line inside and on every answer.

The outermost layer of the front.
"""

import re
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars

HEADER = b"x-request-id"
_HARMLESS = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


class RequestIds:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _given(scope) or uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        named = (HEADER, request_id.encode())

        async def naming(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), named]
            await send(message)

        before = bind_contextvars(request_id=request_id)
        try:
            await self._app(scope, receive, naming)
        finally:
            reset_contextvars(**before)


def request_id_of(scope: Scope) -> str:
    """Return the id of a request; a new one where no layer gave it one."""
    state: dict[str, object] = scope.setdefault("state", {})
    return str(state.setdefault("request_id", uuid4().hex))


def _given(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == HEADER:
            return value.decode() if _HARMLESS.fullmatch(value) else None
    return None
