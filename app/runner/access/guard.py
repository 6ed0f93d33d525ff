"""The guard in front of all routes: who asks, whether they may, whether it is theirs; and the audit of it.

Fed by every request before its body is read; feeds the routes with the caller. A new route is guarded without
doing anything: what is open to everybody stands in ``places.OPEN``, and nowhere else. A route whose tags hold
``admin`` needs that scope; of the others, reading needs ``runs:read`` and everything else ``runs:write``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from fastapi import Request
from sqlalchemy.exc import DBAPIError
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.edge.access import ADMIN, READ, SAFE_METHODS, WRITE, Caller, ScopeMissing, challenge
from app.errors import AppError, Unauthorized
from app.runner.access.audit import AuditTrail, Entry
from app.runner.access.doors import Door
from app.runner.access.owners import Owners
from app.runner.access.places import Place, Places
from app.telemetry.context import bound

POLICY_VIOLATION = 1008
MADE = frozenset({201, 202, 303})


@dataclass(frozen=True)
class Gate:
    """What the guard is made of."""

    door: Door
    owners: Owners
    trail: AuditTrail
    clock: Callable[[], datetime]
    sortable_id: Callable[[], UUID]


async def confirmed(request: Request) -> None:
    """Refuse a request whose guard saw another address than the route does: a dependency of the application."""
    seen = getattr(request.state, "place", None)
    known = isinstance(getattr(request.state, "caller", None), Caller)
    if not isinstance(seen, Place) or not (known or seen.is_open) or dict(seen.ids) != request.path_params:
        raise Unauthorized("nobody has checked this request")


class Guard:
    """ASGI middleware; refuses with the application's own error bodies."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app, self._gate = app, gate
        self._places: Places | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        elif scope["type"] == "http":
            await self._guarded(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            entry = await self._admitted(request)
        except (AppError, DBAPIError, OSError) as error:
            answer = await _refusal(request, error)
            await answer(scope, receive, send)
            return
        with bound(**self._gate.owners.names(request.state.place.ids)):
            if entry is None:
                await self._app(scope, receive, send)
            else:
                await self._followed(entry, scope, receive, send)

    async def _admitted(self, request: Request) -> Entry | None:
        """Return the entry of the audit that is begun for a write, None for what changes nothing."""
        place = request.state.place = self._place(request)
        if place.is_open:
            return None
        caller = request.state.caller = await self._gate.door.caller(request)
        entry = None if request.method in SAFE_METHODS else self._entry(request, place, caller)
        try:
            _check_scope(request, place, caller)
            await self._gate.owners.check(caller.owner, place.ids)
        except AppError as error:
            if entry is not None:
                await self._gate.trail.begin(replace(entry, status=error.status, finished_at=self._gate.clock()))
            raise
        if entry is not None:
            await self._gate.trail.begin(entry)
        return entry

    def _place(self, request: Request) -> Place:
        if self._places is None:
            self._places = Places(request.app)
        return self._places.find(request.method, request.scope["path"])

    def _entry(self, request: Request, place: Place, caller: Caller) -> Entry:
        return Entry(
            id=f"aud_{self._gate.sortable_id().hex}",
            at=self._gate.clock(),
            subject=caller.subject,
            owner=caller.owner,
            method=request.method[:16],
            route=place.template or "(no such address)",
            ids={name: _plain(str(value), 255) for name, value in place.ids.items()},
            request_id=_request_id(request),
            remote_address=_plain(request.client.host if request.client is not None else "", 64),
        )

    async def _followed(self, entry: Entry, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request and write what became of it; a cancelled one that said nothing stays open."""
        outcome = Outcome()

        async def hear(message: Message) -> None:
            if message["type"] == "http.response.start":
                outcome.read(message)
            await send(message)

        try:
            await self._app(scope, receive, hear)
        except Exception:
            outcome.status = outcome.status or 500
            raise
        finally:
            if outcome.status is not None:
                ended = replace(entry, status=outcome.status, location=outcome.location)
                await self._gate.trail.end(replace(ended, finished_at=self._gate.clock()))


@dataclass
class Outcome:
    """What a request was answered with: the status, and where a new thing is found."""

    status: int | None = None
    location: str | None = None

    def read(self, message: Message) -> None:
        """Take both from the start of an answer."""
        self.status = message["status"]
        made = dict(message.get("headers", ())).get(b"location")
        if made is not None and self.status in MADE:
            self.location = _plain(made.decode("latin-1"), 255)


def _check_scope(request: Request, place: Place, caller: Caller) -> None:
    needed = ADMIN if place.is_admin else READ if request.method in SAFE_METHODS else WRITE
    if not caller.may(needed):
        raise ScopeMissing(needed)


def _request_id(request: HTTPConnection) -> str:
    found = getattr(request.state, "request_id", None) or request.headers.get("x-request-id", "")
    return _plain(str(found), 64)


def _plain(text: str, limit: int) -> str:
    return "".join(letter for letter in text[:limit] if letter.isprintable())


async def _refusal(request: Request, error: Exception) -> Response:
    """Return the answer that the application has for an error; raises the error where it has none."""
    handlers = request.app.exception_handlers
    handler = next((handlers[kind] for kind in type(error).__mro__ if kind in handlers), None)
    if handler is None:
        raise error
    answer: Response = await handler(request, error)
    header = challenge(error) if isinstance(error, AppError) else None
    if header is not None:
        answer.headers["WWW-Authenticate"] = header
    return answer
