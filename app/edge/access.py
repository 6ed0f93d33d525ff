"""Who calls: what the routes and the rows need to know of whoever sent a request.

Fed by the guard in front of the routes; feeds them. Without the guard there is no caller, and every request is
refused.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import Depends, Request

from app.errors import AppError, Forbidden, Unauthorized

LOCAL_OWNER = "local"
READ, WRITE, ADMIN = "runs:read", "runs:write", "admin"
SCOPES = (READ, WRITE, ADMIN)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
REALM = "cj-runner"
IMPLIED = {READ: {READ, WRITE, ADMIN}, WRITE: {WRITE, ADMIN}, ADMIN: {ADMIN}}
"""Which scopes are enough for one: ``admin`` implies the others, writing implies reading."""


class InvalidToken(Unauthorized):
    """A credential was given, and it is not valid."""

    code = "invalid_token"
    title = "The credential is not valid"


class ScopeMissing(Forbidden):
    """The caller is known but lacks a scope."""

    code = "insufficient_scope"
    title = "The credential lacks a scope"

    def __init__(self, scope: str) -> None:
        super().__init__(f"this needs the scope '{scope}': ask an administrator for a credential that has it")
        self.scope = scope


class NotLocal(Forbidden):
    """Access is off, so only this machine may ask, under a name of this machine."""

    code = "not_local"
    title = "Only this machine may ask"


class TooManyFailures(AppError):
    """Too many bad credentials came from one address."""

    code = "too_many_failed_logins"
    status: ClassVar[int] = 429
    title = "Too many bad credentials"
    way_out = "Wait for as long as `Retry-After` says, then come with a credential that works."
    retryable = True

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many bad credentials from your address: wait {retry_after_s} s")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Caller:
    """Whoever sent a request: a name for logs and the audit, the organisation whose things it sees, its scopes."""

    subject: str
    owner: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Return whether one of the caller's scopes is ``scope`` or implies it."""
        return not self.scopes.isdisjoint(IMPLIED[scope])


LOCAL = Caller("local", LOCAL_OWNER, frozenset(SCOPES))
"""Who calls where access is off, which it is on the loopback address only."""


def caller_of(request: Request) -> Caller:
    """Return who sent the request, as the guard found; raises ``Unauthorized`` where no guard has looked."""
    found = getattr(request.state, "caller", None)
    if not isinstance(found, Caller):
        raise Unauthorized("nobody has checked who sends this request")
    return found


def challenge(error: AppError) -> str | None:
    """Return the header ``WWW-Authenticate`` that goes with a refusal (RFC 6750), or None."""
    if isinstance(error, ScopeMissing):
        return f'Bearer realm="{REALM}", error="insufficient_scope", scope="{error.scope}"'
    if isinstance(error, InvalidToken):
        return f'Bearer realm="{REALM}", error="invalid_token", error_description="{error.detail}"'
    return f'Bearer realm="{REALM}"' if isinstance(error, Unauthorized) else None


async def _known(request: Request) -> Caller:
    return caller_of(request)


Known = Annotated[Caller, Depends(_known)]
"""A parameter of a route that holds who calls."""
