"""Headers that keep browsers and caches from harm, on every answer whose route did not set its own.

Answers hold what belongs to callers: nothing is stored. One that has a tag may be kept by the caller alone and is
asked for again each time, so that ``If-None-Match`` works in browsers too.
"""

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Raw = tuple[bytes, bytes]
POLICY = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
CACHE = b"cache-control"
_ALWAYS: tuple[Raw, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-site"),
    (b"content-security-policy", POLICY),
)
_STRICT_TRANSPORT: Raw = (b"strict-transport-security", b"max-age=31536000")


def shielded(headers: Iterable[Raw], *, behind_tls: bool) -> list[Raw]:
    """Return the headers of an answer with those that were missing."""
    found = list(headers)
    there = {name.lower() for name, _ in found}
    always = (*_ALWAYS, _STRICT_TRANSPORT) if behind_tls else _ALWAYS
    found.extend(header for header in always if header[0] not in there)
    if CACHE not in there:
        found.append((CACHE, b"private, no-cache" if b"etag" in there else b"no-store"))
    return found


class Shields:
    """ASGI middleware; ``behind_tls`` says that callers reach the service over TLS only."""

    def __init__(self, app: ASGIApp, *, behind_tls: bool) -> None:
        self._app, self._behind_tls = app, behind_tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add what is missing to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def shielding(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = shielded(message.get("headers", ()), behind_tls=self._behind_tls)
            await send(message)

        await self._app(scope, receive, shielding)
