"""Bodies, bounded before they are read: their kind, their size as announced and as it comes, and their pace.

JSON is taken in whole, checked and handed on; uploads and texts are counted on their way through.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.edge import json_text
from app.edge.answers import Answers
from app.edge.refusals import Malformed, TooSlow, WrongMediaType
from app.edge.templates import ByAddress
from app.errors import AppError, TooLarge

CLOSE = {"Connection": "close"}
LINGER_S, LINGER_BYTES = 1.0, 16 * 1024 * 1024
"""How long, and how much, is still taken from a caller who was refused and goes on sending: else the closing
connection would take the answer with it."""


@dataclass(frozen=True)
class Rule:
    """What one address takes: how many bytes, and of which kinds (none named: any)."""

    most: int
    kinds: tuple[str, ...] = ("application/json",)

    def takes(self, kind: str) -> bool:
        """Return whether a media type, in small letters and without parameters, is taken."""
        return not self.kinds or kind in self.kinds or (self.is_json and _is_json(kind))

    @property
    def is_json(self) -> bool:
        """Whether bodies are read as JSON."""
        return self.kinds == ("application/json",)


@dataclass(frozen=True)
class Pace:
    """How slow a body may be: some patience (seconds), and more with what has come (bytes a second)."""

    patience_s: float
    bytes_per_s: int

    def ends(self, started: float, received: int) -> float:
        """Return when the wait for the next piece ends."""
        return started + self.patience_s + received / self.bytes_per_s


@dataclass(frozen=True)
class Limits:
    """The rule of all addresses, those (templates too) that have their own, the pace, and how deep JSON may be."""

    usual: Rule
    others: Mapping[str, Rule]
    pace: Pace
    deepest: int


class Bodies:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, answers: Answers, limits: Limits) -> None:
        self._app, self._answers, self._limits = app, answers, limits
        self._others = ByAddress(limits.others)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a body that is within its limits, or refuse it."""
        announced = _announced(scope) if scope["type"] == "http" else None
        if announced is None:
            await self._app(scope, receive, send)
            return
        rule = self._others.get(scope["path"]) or self._limits.usual
        counted = _Counted(receive, rule.most, self._limits.pace)
        try:
            _check_head(scope, announced, rule)
            whole = await self._checked(scope, counted) if rule.is_json else None
        except AppError as error:
            await self._refuse(scope, counted, send, error)
        except ClientDisconnect:
            return
        else:
            if whole is None:
                await self._streamed(scope, counted, send)
            else:
                await self._app(scope, _replayed(whole, receive), send)

    async def _checked(self, scope: Scope, counted: "_Counted") -> bytes:
        """Return a body that is JSON, or empty; it is kept for those who point into it."""
        whole = await counted.whole()
        if whole:
            json_text.check(whole, self._limits.deepest)
            scope.setdefault("state", {})["body"] = whole
        return whole

    async def _streamed(self, scope: Scope, counted: "_Counted", send: Send) -> None:
        """Let the route read; where it reads too far, its answer is replaced by the refusal."""
        started = False

        async def unless_refused(message: Message) -> None:
            nonlocal started
            if counted.refused is None or started:
                started = True
                await send(message)

        try:
            await self._app(scope, counted, unless_refused)
        except ClientDisconnect:
            if counted.refused is None:
                return
        if counted.refused is not None and not started:
            await self._refuse(scope, counted, send, counted.refused)

    async def _refuse(self, scope: Scope, counted: "_Counted", send: Send, error: AppError) -> None:
        answer = self._answers.of(scope, error, {} if counted.ended else CLOSE)
        headers = [*answer.raw_headers]
        status = 400 if self._answers.style == "platform" and answer.status_code == 422 else answer.status_code
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": bytes(answer.body), "more_body": not counted.ended})
        if not counted.ended:
            await counted.linger()
            await send({"type": "http.response.body", "body": b""})


class _Counted:
    """A body on its way in; ``refused`` says why it was cut off."""

    def __init__(self, receive: Receive, most: int, pace: Pace) -> None:
        self._receive, self._most, self._pace = receive, most, pace
        self._started = asyncio.get_running_loop().time()
        self._received = 0
        self.refused: AppError | None = None
        self.ended = False

    async def __call__(self) -> Message:
        """Return the next message of the body; a disconnection instead of what is too much or too late."""
        if self.ended:
            return await self._receive()
        if self.refused is not None:
            return {"type": "http.disconnect"}
        try:
            return await self._next()
        except AppError as error:
            self.refused = error
            return {"type": "http.disconnect"}

    async def _next(self) -> Message:
        try:
            async with asyncio.timeout_at(self._pace.ends(self._started, self._received)):
                message = await self._receive()
        except TimeoutError:
            raise TooSlow(
                f"the body may pause for {self._pace.patience_s:g} s and must then come with "
                f"{self._pace.bytes_per_s} bytes a second"
            ) from None
        self._received += len(message.get("body", b""))
        self.ended = message["type"] != "http.request" or not message.get("more_body", False)
        if self._received > self._most:
            raise too_large(self._most)
        return message

    async def whole(self) -> bytes:
        """Return the whole body; raises ``TooLarge``, ``TooSlow``, ``ClientDisconnect``."""
        pieces = []
        while not self.ended:
            message = await self._next()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            pieces.append(message.get("body", b""))
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def linger(self) -> None:
        """Take in a little more, so that a caller who is still sending gets to read the answer."""
        taken, more = 0, True
        try:
            async with asyncio.timeout(LINGER_S):
                while more and taken < LINGER_BYTES:
                    message = await self._receive()
                    taken += len(message.get("body", b""))
                    more = bool(message.get("more_body", False))
        except TimeoutError:
            return


def too_large(most: int) -> TooLarge:
    """Return the refusal of a body that is larger than ``most`` bytes."""
    return TooLarge(f"the body may have at most {most} bytes")


def _announced(scope: Scope) -> bytes | None:
    """Return the announced length of the body, empty where it comes in chunks; None where there is no body."""
    length: bytes | None = None
    for name, value in scope["headers"]:
        if name == b"transfer-encoding":
            return b""
        if name == b"content-length":
            length = value
    return None if length == b"0" else length


def _check_head(scope: Scope, announced: bytes, rule: Rule) -> None:
    if announced and not announced.isdigit():
        raise Malformed("Content-Length is no number")
    if announced and (len(announced) > 18 or int(announced) > rule.most):
        raise too_large(rule.most)
    raw = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    kind = raw.decode("latin-1").split(";")[0].strip().lower()
    if not rule.takes(kind):
        raise WrongMediaType(f"send {' or '.join(rule.kinds)}, not {kind[:100] or 'a body without Content-Type'}")


def _is_json(kind: str) -> bool:
    return kind.startswith("application/") and kind.endswith("+json")


def _replayed(whole: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": whole, "more_body": False}

    return again
