"""Chooses the door of the runner's API from the settings; refuses to start one that would be open to the network.

Fed by the environment through ``AccessSettings``; feeds the role ``api``.
"""

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from app.db.unit import Database
from app.edge.caller_tokens import CallerTokens
from app.edge.client_http import http_client
from app.edge.key_set import KeySet
from app.edge.loopback import is_loopback
from app.errors import Misconfigured
from app.roles.clock import now
from app.roles.parts import Parts
from app.runner.access import key_store
from app.runner.access.doors import CredentialDoor, Door, LocalDoor
from app.runner.access.failures import Failures
from app.runner.access.key_store import KnownKeys
from app.settings import AccessSettings, StaticKey

log = structlog.get_logger(__name__)
HOW = (
    "make an API key with 'cj-runner api-keys create' (in the database, or with --static for RUNNER_API_KEYS), or "
    "set RUNNER_JWT_SECRET or RUNNER_JWT_JWKS_URL"
)


async def door(opened: Parts, host: str) -> Door:
    """Return the door for a service that listens on ``host``; raises ``Misconfigured`` with the way out."""
    try:
        settings = AccessSettings()
        static = settings.static_keys()
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise Misconfigured(f"the settings of access are wrong: {wrong}") from error
    except OSError as error:
        raise Misconfigured(f"RUNNER_API_KEYS_FILE cannot be read ({type(error).__name__})") from error
    if (settings.access or ("off" if is_loopback(host) else "on")) == "off":
        return _without(host)
    if not (static or settings.takes_tokens) and await _has_no_key(opened.database):
        raise Misconfigured(f"access is on and nobody could come in: {HOW}")
    return await _with(opened, settings, static)


def _without(host: str) -> Door:
    if not is_loopback(host):
        raise Misconfigured(
            f"RUNNER_ACCESS is off and RUNNER_HOST is {host}: access may be off on the loopback address only; "
            f"listen on 127.0.0.1, or leave RUNNER_ACCESS out and {HOW}"
        )
    log.warning("access_off_loopback_only", host=host)
    return LocalDoor()


async def _with(opened: Parts, settings: AccessSettings, static: tuple[StaticKey, ...]) -> Door:
    known = KnownKeys(opened.database, now, static, settings.api_key_cache_s)
    tokens = CallerTokens(settings, await _key_set(opened, settings)) if settings.takes_tokens else None
    log.info("access_on", static_keys=len(static), tokens=settings.algorithm if tokens is not None else None)
    return CredentialDoor(known, tokens, Failures(settings.failed_logins_per_minute), now, settings.session_s)


async def _key_set(opened: Parts, settings: AccessSettings) -> KeySet | None:
    if settings.jwt_jwks_url is None or settings.algorithm == "HS256":
        return None
    client = await opened.stack.enter_async_context(http_client("the identity service", timeout_s=5.0, ours=False))
    return KeySet(client, settings.jwt_jwks_url, settings.jwt_jwks_ttl_s, now, settings.algorithm)


async def _has_no_key(database: Database) -> bool:
    """Return whether the table of keys holds no good one; a database that is away may hold one."""
    try:
        async with database.transaction() as connection:
            return not await key_store.is_any_good(connection, now())
    except (DBAPIError, OSError) as error:
        log.warning("api_keys_not_looked_up", error=type(error).__name__)
        return False
