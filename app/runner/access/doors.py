"""Doors: who a request comes from, by its credential; or, where access is off, that it comes from this machine.

Fed by the guard. A door raises for everybody whom it does not know; it never guesses. A browser that was given a
session for an API key may read everywhere with it, and change things by forms of our pages only.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog
from fastapi import Request

from app.edge.access import LOCAL, SAFE_METHODS, Caller, InvalidToken, NotLocal
from app.edge.caller_tokens import CallerTokens
from app.edge.loopback import is_local_host, is_local_origin
from app.errors import Conflict, Unauthorized
from app.runner.access import keys
from app.runner.access.failures import Failures
from app.runner.access.key_store import KnownKeys, Proof
from app.runner.access.places import Place
from app.runner.access.sessions import Sessions, token_in
from app.settings.access import is_over

log = structlog.get_logger(__name__)
NO_HASH = "0" * 64
DAY_S = 24 * 3600.0
HINT = "send the header 'Authorization: Bearer <API key or token>'"


SESSION_OVER = "your session is over: log in again with your API key"


class Door(Protocol):
    """Says who sends a request; raises ``Unauthorized``, ``Forbidden``, ``TooManyFailures`` or ``Unavailable``."""

    @property
    def asks(self) -> bool:
        """Whether people have to log in to see pages."""
        ...

    async def caller(self, request: Request) -> Caller:
        """Return who sends the request."""
        ...

    async def log_in(self, text: str, address: str) -> str:
        """Return what a browser is to keep for an API key; raises ``InvalidToken`` and ``TooManyFailures``."""
        ...

    async def log_out(self, request: Request) -> None:
        """End the session of a request, if it has one."""
        ...


class LocalDoor:
    """Access is off: everybody on this machine is the same caller, under names of this machine only."""

    asks = False

    async def caller(self, request: Request) -> Caller:
        """Return the local caller; raises ``NotLocal`` for what a page of the web may have sent."""
        if not is_local_host(request.headers.get("host")):
            raise NotLocal("access is off, so only requests to localhost are answered: see RUNNER_ACCESS")
        origins = request.headers.getlist("origin")
        if request.method not in SAFE_METHODS and not all(is_local_origin(origin) for origin in origins):
            raise NotLocal("access is off, so pages of other hosts may change nothing: see RUNNER_ACCESS")
        return LOCAL

    async def log_in(self, text: str, address: str) -> str:
        """Raise ``Conflict``: there is nothing to log in to."""
        del text, address
        raise Conflict("access is off: nobody has to log in")

    async def log_out(self, request: Request) -> None:
        """Do nothing."""


class Refused(InvalidToken):
    """A credential is not good; ``reason`` is for the metric."""

    code = "credential_refused"

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True)
class CredentialDoor:
    """Access is on: an API key, or a token where ``tokens`` is given."""

    keys: KnownKeys
    tokens: CallerTokens | None
    failures: Failures
    clock: Callable[[], datetime]
    session_s: float = DAY_S / 2
    """How long a login lasts."""
    asks = True

    @property
    def _sessions(self) -> Sessions:
        return Sessions(self.keys.database, self.session_s)

    async def caller(self, request: Request) -> Caller:
        """Return whom the credential names, or the session where there is no other credential."""
        token = token_in(request.cookies)
        if token is not None and "authorization" not in request.headers and _takes_sessions(request):
            return await self._by_session(token)
        text = self._credential(request)
        by_key = text.startswith(keys.PREFIX)
        address = _address_of(request)
        with_it = self._by_key(text, address) if by_key else self._by_token(text)
        return await self._counted(with_it, address)

    async def log_in(self, text: str, address: str) -> str:
        """Return what a browser is to keep for an API key."""
        await self._counted(self._by_key(text, address), address)
        return await self._sessions.open(keys.id_in(text) or "", keys.digest(text), self.clock())

    async def log_out(self, request: Request) -> None:
        """End the session of a request, if it has one."""
        token = token_in(request.cookies)
        if token is not None:
            await self._sessions.end(token)

    async def _counted(self, looking: Awaitable[Caller], address: str) -> Caller:
        try:
            return await looking
        except InvalidToken as error:
            reason = error.reason if isinstance(error, Refused) else "token"
            await self.failures.note(address, reason)
            log.info("credential_refused", reason=reason, remote_address=address)
            raise InvalidToken(error.detail) from error

    def _credential(self, request: Request) -> str:
        headers = request.headers.getlist("authorization")
        scheme, _, text = (headers[0] if headers else "").partition(" ")
        if len(headers) != 1 or scheme.lower() != "bearer" or not text.strip():
            self.failures.count("missing")
            raise Unauthorized(HINT)
        return text.strip()

    async def _by_key(self, text: str, address: str) -> Caller:
        key_id = keys.id_in(text)
        if key_id is None:
            raise Refused("misspelled", "the API key is misspelled or cut short: its checksum does not fit")
        if not self.keys.has_seen(key_id):
            await self.failures.check(address)
        proof = await self.keys.find(key_id)
        return await self._good(key_id, proof, keys.digest(text))

    async def _by_session(self, token: str) -> Caller:
        """Return who logged in; a session that is over is no bad credential, only none."""
        session = await self._sessions.find(token)
        if session is None or is_over(session.expires_at, self.clock()):
            self.failures.count("session")
            raise Unauthorized(SESSION_OVER)
        try:
            proof = await self.keys.find(session.key_id)
            return await self._good(session.key_id, proof, session.key_sha256)
        except Refused as error:
            self.failures.count("session")
            raise Unauthorized(f"{SESSION_OVER} ({error.detail})") from error

    async def _good(self, key_id: str, proof: Proof | None, digest: str) -> Caller:
        fits = hmac.compare_digest(digest, NO_HASH if proof is None else proof.sha256)
        if proof is None or not fits:
            raise Refused("unknown", "the API key is not known")
        if proof.revoked:
            raise Refused("revoked", "the API key was revoked")
        if is_over(proof.expires_at, self.clock()):
            raise Refused("expired", "the API key is expired")
        await self.keys.note_use(key_id)
        return Caller(proof.subject, proof.owner, proof.scopes)

    async def _by_token(self, text: str) -> Caller:
        if self.tokens is None:
            raise Refused("no_tokens", "the credential is no API key, and tokens are not set up here")
        return await self.tokens.caller(text)


def _takes_sessions(request: Request) -> bool:
    """Return whether a session is enough here: to read, and to send a form of our pages, which is checked."""
    place = getattr(request.state, "place", None)
    return request.method in SAFE_METHODS or (isinstance(place, Place) and place.is_page)


def _address_of(request: Request) -> str:
    return request.client.host if request.client is not None else ""
