"""Sessions of the pages: what a browser gets for an API key, so that the key itself is sent only once.

Fed by the door; the browser has 256 random bits in a cookie, the table their hash. A session is worth what its key
is worth at the moment: a key that was revoked, is over or was replaced ends its sessions.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from app.db.unit import Database
from app.runner.tables import sessions

COOKIE, TLS_COOKIE = "cj_session", "__Host-cj_session"
"""The name of the cookie; the second where callers reach the service over TLS only."""
TOKEN_BYTES = 32
FORGOTTEN_AT_ONCE = 1_000


@dataclass(frozen=True)
class Session:
    """What a session stands for: an API key, as it was when its holder logged in."""

    key_id: str
    key_sha256: str
    expires_at: datetime


@dataclass(frozen=True)
class Sessions:
    """Sessions in Postgres."""

    database: Database
    keep_s: float

    async def open(self, key_id: str, key_sha256: str, now: datetime) -> str:
        """Return what the browser is to keep; sessions whose time is over are forgotten on the way."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        old = select(sessions.c.sha256).where(sessions.c.expires_at <= now).limit(FORGOTTEN_AT_ONCE)
        row = {
            "sha256": digest(token),
            "key_id": key_id,
            "key_sha256": key_sha256,
            "created_at": now,
            "expires_at": now + timedelta(seconds=self.keep_s),
        }
        async with self.database.transaction() as connection:
            await connection.execute(delete(sessions).where(sessions.c.sha256.in_(old.scalar_subquery())))
            await connection.execute(insert(sessions).values(**row))
        return token

    async def find(self, token: str) -> Session | None:
        """Return the session of a cookie, whether its time is over or not; None where there is none."""
        columns = (sessions.c.key_id, sessions.c.key_sha256, sessions.c.expires_at)
        wanted = select(*columns).where(sessions.c.sha256 == digest(token))
        async with self.database.transaction() as connection:
            row = (await connection.execute(wanted)).one_or_none()
        return None if row is None else Session(*row)

    async def end(self, token: str) -> None:
        """Forget a session; again changes nothing."""
        async with self.database.transaction() as connection:
            await connection.execute(delete(sessions).where(sessions.c.sha256 == digest(token)))


def digest(token: str) -> str:
    """Return the hash of what a browser has."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_in(cookies: Mapping[str, str]) -> str | None:
    """Return what a browser has of a session, if anything."""
    return cookies.get(TLS_COOKIE) or cookies.get(COOKIE) or None
