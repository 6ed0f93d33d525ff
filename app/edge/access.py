"""Who calls: what the routes and the rows need to know of whoever sent a request."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

LOCAL_OWNER = "local"
READ, WRITE, ADMIN = "runs:read", "runs:write", "admin"


@dataclass(frozen=True)
class Caller:
    """Whoever sent a request: a name for logs and the audit, the organisation whose things it sees, its scopes."""

    subject: str
    owner: str
    scopes: frozenset[str]


LOCAL = Caller("local", LOCAL_OWNER, frozenset({READ, WRITE, ADMIN}))
"""Who calls where access is off, which it is on the loopback address only."""


def caller_of(request: Request) -> Caller:
    """Return who sent the request, as the guard in front of the routes found."""
    found = getattr(request.state, "caller", LOCAL)
    return found if isinstance(found, Caller) else LOCAL


Known = Annotated[Caller, Depends(caller_of)]
"""A parameter of a route that holds who calls."""
