"""Answers out: a reader who takes nothing for too long is let go, so that it holds nothing for ever."""

import asyncio

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)


class _Stalled(Exception):
    """The reader took nothing for too long."""


class _Broken(Exception):
    """The answer broke off, and must not look whole."""


BROKEN = "cj_runner.broken"
"""The list in a request's scope to which an answer that breaks off adds something: its end is then not sent."""


class Patience:
    """ASGI middleware: each piece of an answer is taken by its reader within ``stall_s``, or the answer ends.

    Belongs in front of everything, where a piece is handed to the connection itself. What was producing the
    answer is cancelled; the server closes the connection, so that the answer is seen to be cut short.
    """

    def __init__(self, app: ASGIApp, stall_s: float) -> None:
        self._app = app
        self._stall_s = stall_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        broken: list[bool] = scope.setdefault(BROKEN, [])

        async def patient(message: Message) -> None:
            if broken and not message.get("more_body", False):
                raise _Broken
            try:
                async with asyncio.timeout(self._stall_s):
                    await send(message)
            except TimeoutError:
                raise _Stalled from None

        try:
            await self._app(scope, receive, patient)
        except* _Stalled:
            log.warning("reader_stalled", path=scope["path"], after_s=self._stall_s)
        except* _Broken:
            log.warning("answer_broken_off", path=scope["path"])
