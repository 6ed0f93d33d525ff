"""The same request sent again under its key gets its first answer again, byte for byte, and does nothing.

Fed by the routes that create; one transaction holds the work and the kept answer, so that neither is ever there
without the other. A request that is refused keeps nothing: its key may be used for the corrected one.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Row, and_, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.picking import picked
from app.errors import AppError, InvalidInput
from app.runner.tables import idempotency_keys

HEADER = "Idempotency-Key"
BUSY = "a request with this Idempotency-Key is being handled: ask again in a second"
KEY_PATTERN = r"^[\x21-\x7e]{1,255}$"


class KeyInUse(AppError):
    """The first request with this key is still being handled."""

    code = "idempotency_key_in_use"
    status = 409
    title = "The first request with this key is still being handled"
    way_out = "Send the same request with the same key again in a second: it gets the first answer."
    retryable = True


class KeyReused(InvalidInput):
    """The key came with another request before."""

    code = "idempotency_key_reused"
    title = "The key belongs to another request"
    way_out = "Take a new key for a new request; a key goes with one body at one address."


@dataclass(frozen=True)
class Answer:
    """One answer as it goes out."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    replayed: bool = False


@dataclass(frozen=True)
class Asked:
    """Who asked for what under which key, and for how long (in seconds) the answer is kept."""

    owner: str
    key: str
    fingerprint: str
    keep_s: float


Work = Callable[[AsyncConnection], Awaitable[Answer]]


def fingerprint(method: str, path: str, body: bytes) -> str:
    """Return the hash of a request: of its JSON with sorted keys, so that spelling does not matter."""
    try:
        canonical = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS) if body else b""
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        canonical = body
    return hashlib.sha256(b"\n".join((method.encode(), path.encode(), canonical))).hexdigest()


_HELD = select(
    func.pg_try_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0)).label("free")
).subquery()
_SEEN = select(_HELD.c.free, idempotency_keys).select_from(
    _HELD.outerjoin(
        idempotency_keys,
        and_(
            idempotency_keys.c.owner == bindparam("owner"),
            idempotency_keys.c.key == bindparam("key"),
            idempotency_keys.c.expires_at > bindparam("now", type_=idempotency_keys.c.expires_at.type),
        ),
    )
)
_FRESH = insert(idempotency_keys)
_KEPT = _FRESH.on_conflict_do_update(
    index_elements=["owner", "key"],
    set_={column.name: _FRESH.excluded[column.name] for column in idempotency_keys.c if not column.primary_key},
    where=idempotency_keys.c.expires_at <= _FRESH.excluded.created_at,
).returning(idempotency_keys.c.status)


async def once(connection: AsyncConnection, asked: Asked | None, work: Work, now: datetime) -> Answer:
    """Return the answer of ``work``, or the kept one; without a key the work is simply done.

    Raises ``KeyInUse`` while a twin is at work in another transaction, ``KeyReused`` for another request.
    """
    if asked is None:
        return await work(connection)
    name = f"{len(asked.owner)}/{asked.owner}/{asked.key}"
    values = {"name": name, "owner": asked.owner, "key": asked.key, "now": now}
    seen = (await connection.execute(_SEEN, values)).one()
    if seen.fingerprint is not None:
        return _replayed(seen, asked)
    if not seen.free:
        raise KeyInUse(BUSY)
    answer = await work(connection)
    await _keep(connection, asked, answer, now)
    return answer


def _replayed(kept: Row[Any], asked: Asked) -> Answer:
    if kept.fingerprint != asked.fingerprint:
        raise KeyReused.at(HEADER, "came with another request before: send a new key with a new request")
    return Answer(kept.status, kept.body, kept.headers, replayed=True)


async def _keep(connection: AsyncConnection, asked: Asked, answer: Answer, now: datetime) -> None:
    """Keep an answer, unless a twin's came in between looking and holding: what was done here is then undone."""
    values = {
        "owner": asked.owner,
        "key": asked.key,
        "fingerprint": asked.fingerprint,
        "status": answer.status,
        "body": answer.body,
        "headers": dict(answer.headers),
        "created_at": now,
        "expires_at": now + timedelta(seconds=asked.keep_s),
    }
    if (await connection.execute(_KEPT, values)).first() is None:
        raise KeyInUse(BUSY)


async def forget_old(connection: AsyncConnection, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` keys whose time is over; return how many."""
    columns = idempotency_keys.c
    old = select(columns.owner, columns.key).where(columns.expires_at <= now).order_by(columns.expires_at)
    chosen = picked(old, limit)
    mine = delete(idempotency_keys).where(columns.owner == chosen.c.owner, columns.key == chosen.c.key)
    return (await connection.execute(mine)).rowcount
