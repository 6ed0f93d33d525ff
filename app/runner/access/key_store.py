"""API keys in Postgres and in the settings: found for the guard, made, listed and revoked for administrators.

What the guard found is kept for a few seconds, so that a busy caller costs one look-up in that time, and a revoked
key stops within it in every process.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Select, insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.rows import columns_of, shaped
from app.db.unit import Database
from app.errors import NotFound
from app.runner.access.keys import NewKey
from app.runner.tables import api_keys
from app.settings import StaticKey

MOST_KEPT = 1_024
USED_EVERY = timedelta(minutes=1)
Value = TypeVar("Value")


@dataclass(frozen=True)
class ApiKey:
    """One key without its hash."""

    id: str
    owner: str
    subject: str
    scopes: Sequence[str]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class Proof:
    """What a key is checked against."""

    sha256: str
    owner: str
    subject: str
    scopes: frozenset[str]
    expires_at: datetime | None
    revoked: bool = False


@dataclass
class KnownKeys:
    """Finds keys by id; those of the settings first."""

    database: Database
    clock: Callable[[], datetime]
    static: Sequence[StaticKey]
    keep_s: float
    _kept: OrderedDict[str, tuple[datetime, Proof]] = field(default_factory=OrderedDict)
    _used: OrderedDict[str, datetime] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self._static = {
            key.id: Proof(key.sha256, key.owner, key.subject, key.scopes, key.expires_at) for key in self.static
        }

    def has_seen(self, key_id: str) -> bool:
        """Return whether a key of this id was found lately, or stands in the settings."""
        return key_id in self._static or key_id in self._kept

    async def find(self, key_id: str) -> Proof | None:
        """Return what a key of this id must fit, at most ``keep_s`` old; None for an unknown id."""
        if key_id in self._static:
            return self._static[key_id]
        now, kept = self.clock(), self._kept.get(key_id)
        if kept is not None and now - kept[0] < timedelta(seconds=self.keep_s):
            self._kept.move_to_end(key_id)
            return kept[1]
        found = await self._look(key_id, now)
        if found is not None:
            _keep(self._kept, key_id, (now, found))
        return found

    async def _look(self, key_id: str, now: datetime) -> Proof | None:
        async with self.database.transaction() as connection:
            row = (await connection.execute(select(api_keys).where(api_keys.c.id == key_id))).one_or_none()
        if row is None:
            return None
        return Proof(
            row.sha256,
            row.owner,
            row.subject,
            frozenset(row.scopes),
            row.expires_at,
            revoked=row.revoked_at is not None and row.revoked_at <= now,
        )

    async def note_use(self, key_id: str) -> None:
        """Write when a key was used, at most once a minute."""
        if key_id in self._static or not self._is_due(key_id):
            return
        now = self.clock()
        columns = api_keys.c
        old = or_(columns.last_used_at.is_(None), columns.last_used_at <= now - USED_EVERY)
        async with self.database.transaction() as connection:
            used = update(api_keys).where(columns.id == key_id, old).values(last_used_at=now)
            await connection.execute(used)
        _keep(self._used, key_id, now)

    def _is_due(self, key_id: str) -> bool:
        last = self._used.get(key_id)
        return last is None or self.clock() - last >= USED_EVERY


def _keep(kept: OrderedDict[str, Value], key_id: str, value: Value) -> None:
    kept[key_id] = value
    kept.move_to_end(key_id)
    if len(kept) > MOST_KEPT:
        kept.popitem(last=False)


FIELDS = columns_of(api_keys, ApiKey)


@dataclass(frozen=True)
class Grant:
    """What a new key is to be good for."""

    owner: str
    subject: str
    scopes: Sequence[str]
    expires_at: datetime | None = None
    created_by: str = "cli"


async def keep(connection: AsyncConnection, key: NewKey, grant: Grant, now: datetime) -> ApiKey:
    """Write the hash of a new key; return the key as it is shown."""
    values = {
        "id": key.id,
        "sha256": key.sha256,
        "owner": grant.owner,
        "subject": grant.subject,
        "scopes": sorted(grant.scopes),
        "created_by": grant.created_by,
        "created_at": now,
        "expires_at": grant.expires_at,
    }
    made = insert(api_keys).values(**values).returning(*FIELDS)
    return shaped(ApiKey, (await connection.execute(made)).one())


def _listed(owner: str | None) -> Select[tuple[object, ...]]:
    query = select(*FIELDS).order_by(api_keys.c.created_at.desc(), api_keys.c.id.desc())
    return query if owner is None else query.where(api_keys.c.owner == owner)


async def listed(
    connection: AsyncConnection, owner: str | None, after: tuple[datetime, str] | None, limit: int
) -> list[ApiKey]:
    """Return at most ``limit`` keys of an owner (None: of all), the newest first, from the place ``after`` on."""
    query = _listed(owner)
    if after is not None:
        query = query.where(tuple_(api_keys.c.created_at, api_keys.c.id) < after)
    return [shaped(ApiKey, row) for row in await connection.execute(query.limit(limit))]


async def get(connection: AsyncConnection, key_id: str, owner: str) -> ApiKey:
    """Return one key of an owner; raises ``NotFound``."""
    mine = select(*FIELDS).where(api_keys.c.id == key_id, api_keys.c.owner == owner)
    row = (await connection.execute(mine)).one_or_none()
    if row is None:
        raise NotFound(f"there is no API key {key_id[:64]}")
    return shaped(ApiKey, row)


async def revoke(connection: AsyncConnection, key_id: str, owner: str | None, now: datetime) -> None:
    """Revoke a key of an owner (None: of any); again changes nothing. Raises ``NotFound``."""
    mine = [api_keys.c.id == key_id] + ([] if owner is None else [api_keys.c.owner == owner])
    there = (await connection.execute(select(api_keys.c.id).where(*mine))).one_or_none()
    if there is None:
        raise NotFound(f"there is no API key {key_id[:64]}")
    open_one = update(api_keys).where(*mine, api_keys.c.revoked_at.is_(None))
    await connection.execute(open_one.values(revoked_at=now))


async def is_any_good(connection: AsyncConnection, now: datetime) -> bool:
    """Return whether the table holds a key that opens the door."""
    good = (api_keys.c.revoked_at.is_(None), or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > now))
    return (await connection.execute(select(api_keys.c.id).where(*good).limit(1))).one_or_none() is not None
