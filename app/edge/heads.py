"""``HEAD`` on every address that takes ``GET``: the same answer without its body.

A route that takes ``HEAD`` itself gets it as it is. A stream ends after its first piece: there is nobody to read
the rest.
"""

from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LISTENS = ("2.0", "2.1", "2.2", "2.3")
"""Versions of ASGI in which a stream learns by listening that nobody reads; in later ones, by sending."""


class Heads:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask for the answer to ``GET`` and keep its body back."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or _taken_by_a_route(scope):
            await self._app(scope, receive, send)
            return
        asked = dict(scope, method="GET")
        answer = _Headless(receive, send, listens=scope["asgi"].get("spec_version", "2.0") in _LISTENS)
        try:
            await self._app(asked, answer.receive, answer.send)
        except ClientDisconnect:
            if not answer.ended:
                raise
        scope["route"] = asked.get("route")


def _taken_by_a_route(scope: Scope) -> bool:
    return any(route.matches(scope)[0] is Match.FULL for route in scope["app"].routes)


class _Headless:
    """An answer whose body stays here."""

    def __init__(self, receive: Receive, send: Send, *, listens: bool) -> None:
        self._receive, self._send, self._listens = receive, send, listens
        self.ended = False

    async def send(self, message: Message) -> None:
        """Hand the head on, then end the answer."""
        if message["type"] == "http.response.start":
            await self._send(message)
        elif not self.ended:
            self.ended = True
            await self._send({"type": "http.response.body", "body": b""})
        elif not self._listens:
            raise OSError("a HEAD has no body")

    async def receive(self) -> Message:
        """Say that nobody reads once the answer ended."""
        return {"type": "http.disconnect"} if self.ended else await self._receive()
