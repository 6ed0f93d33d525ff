"""Who may write: the service credential on every route that queues, cancels or spends.

A bearer token with the role ``admin``, or the shared service token of the settings.
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Header

from app.edge.key_set import KeySet
from app.edge.tokens import AdminTokens
from app.settings import AuthSettings, GatewaySettings


def guard(
    auth: AuthSettings, settings: GatewaySettings, keys: KeySet | None = None
) -> Callable[..., Awaitable[str]]:
    """Return a dependency that gives the caller's name.

    It raises ``Unauthorized``, ``Forbidden``, or ``Misconfigured`` where nothing is set up to check against.
    """

    tokens = AdminTokens(auth, keys)

    async def caller(authorization: Annotated[str | None, Header(include_in_schema=False)] = None) -> str:
        if settings.open_writes:
            return "anybody"
        token = settings.service_token
        if token is not None and _same(authorization or "", f"Bearer {token.get_secret_value()}"):
            return "service"
        return await tokens.admin(authorization)

    return caller


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
