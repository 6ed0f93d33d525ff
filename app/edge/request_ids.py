"""One id a request: taken from the caller where it is harmless, on every log line inside and on every answer.

The outermost layer of the front. A service that only its neighbours call takes the names of the run as well, from
their ``baggage``; anybody may write there, so that they stand on log lines and nowhere else.
"""

import re
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars

from app.telemetry import run_names
from app.telemetry.run_names import of_baggage

HEADER = b"x-request-id"
BAGGAGE = run_names.HEADER.encode()
_HARMLESS = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


class RequestIds:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, from_neighbours: bool = False) -> None:
        self._app = app
        self._from_neighbours = from_neighbours

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

        names = _names(scope) if self._from_neighbours else {}
        before = bind_contextvars(request_id=request_id, **names)
        try:
            await self._app(scope, receive, naming)
        finally:
            reset_contextvars(**before)


def request_id_of(scope: Scope) -> str:
    """Return the id of a request; a new one where no layer gave it one."""
    state: dict[str, object] = scope.setdefault("state", {})
    return str(state.setdefault("request_id", uuid4().hex))


def _names(scope: Scope) -> dict[str, str]:
    for name, value in scope["headers"]:
        if name == BAGGAGE:
            return of_baggage(value.decode("latin-1"))
    return {}


def _given(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == HEADER:
            return value.decode() if _HARMLESS.fullmatch(value) else None
    return None
