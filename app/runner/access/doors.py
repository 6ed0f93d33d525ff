"""Doors: who a request comes from, by its credential; or, where access is off, that it comes from this machine.

Fed by the guard. A door raises for everybody whom it does not know; it never guesses.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog
from fastapi import Request

from app.edge.access import LOCAL, SAFE_METHODS, Caller, InvalidToken, NotLocal
from app.edge.caller_tokens import CallerTokens
from app.edge.loopback import is_local_host, is_local_origin
from app.errors import Unauthorized
from app.runner.access import keys
from app.runner.access.failures import Failures
from app.runner.access.key_store import KnownKeys
from app.settings.access import is_over

log = structlog.get_logger(__name__)
NO_HASH = "0" * 64
HINT = "send the header 'Authorization: Bearer <API key or token>'"


class Door(Protocol):
    """Says who sends a request; raises ``Unauthorized``, ``Forbidden``, ``TooManyFailures`` or ``Unavailable``."""

    async def caller(self, request: Request) -> Caller:
        """Return who sends the request."""
        ...


class LocalDoor:
    """Access is off: everybody on this machine is the same caller, under names of this machine only."""

    async def caller(self, request: Request) -> Caller:
        """Return the local caller; raises ``NotLocal`` for what a page of the web may have sent."""
        if not is_local_host(request.headers.get("host")):
            raise NotLocal("access is off, so only requests to localhost are answered: see RUNNER_ACCESS")
        origins = request.headers.getlist("origin")
        if request.method not in SAFE_METHODS and not all(is_local_origin(origin) for origin in origins):
            raise NotLocal("access is off, so pages of other hosts may change nothing: see RUNNER_ACCESS")
        return LOCAL


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

    async def caller(self, request: Request) -> Caller:
        """Return whom the credential names."""
        text = self._credential(request)
        address = request.client.host if request.client is not None else ""
        try:
            return (
                await self._by_key(text, address) if text.startswith(keys.PREFIX) else await self._by_token(text)
            )
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
        fits = hmac.compare_digest(keys.digest(text), NO_HASH if proof is None else proof.sha256)
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
