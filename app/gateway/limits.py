"""Limits on requests and tokens a minute: token buckets in Postgres, shared by all gateway processes.

Fed by ``permits`` before each call to a provider that has a limit.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.gateway.tables import buckets
from app.settings import GatewaySettings

CHARACTERS_PER_TOKEN = 3.3
"""A fair guess for European languages; limits a minute need no bound, the provider keeps its own."""


def wanted(settings: GatewaySettings, provider: str, prompt: str, max_tokens: int) -> dict[str, tuple[float, int]]:
    """Return, by bucket, what a call takes and what the bucket gets a minute; empty without limits."""
    found: dict[str, tuple[float, int]] = {}
    if provider in settings.requests_per_minute:
        found[f"{provider}:requests"] = (1.0, settings.requests_per_minute[provider])
    if provider in settings.tokens_per_minute:
        tokens = len(prompt) / CHARACTERS_PER_TOKEN + max_tokens
        found[f"{provider}:tokens"] = (tokens, settings.tokens_per_minute[provider])
    return found


async def take(connection: AsyncConnection, wants: Mapping[str, tuple[float, int]], now: datetime) -> float:
    """Take from all buckets and return 0, or from none and return the seconds until there is enough.

    A bucket holds one minute's worth. A call that wants more than that waits for a full bucket and leaves it
    in debt.
    """
    if not wants:
        return 0.0
    full = [{"key": key, "level": float(rate), "at": now} for key, (_, rate) in sorted(wants.items())]
    await connection.execute(insert(buckets).values(full).on_conflict_do_nothing())
    rows = await connection.execute(
        select(buckets.c.key, buckets.c.level, buckets.c.at)
        .where(buckets.c.key.in_(list(wants)))
        .order_by(buckets.c.key)
        .with_for_update()
    )
    levels = {row.key: _level(row.level, row.at, now, wants[row.key][1]) for row in rows}
    waits = [_wait(levels[key], amount, rate) for key, (amount, rate) in wants.items()]
    if max(waits) > 0:
        return max(waits)
    await _store(connection, [(key, levels[key] - amount) for key, (amount, _) in wants.items()], now)
    return 0.0


def _level(level: float, at: datetime, now: datetime, rate: int) -> float:
    passed = max(timedelta(0), now - at).total_seconds()
    return min(float(rate), level + rate * passed / 60)


def _wait(level: float, amount: float, rate: int) -> float:
    missing = min(amount, float(rate)) - level
    return 0.0 if missing <= 1e-9 else missing * 60 / rate


async def _store(connection: AsyncConnection, levels: Sequence[tuple[str, float]], now: datetime) -> None:
    await connection.execute(
        update(buckets).where(buckets.c.key == bindparam("k")).values(level=bindparam("l"), at=now),
        [{"k": key, "l": level} for key, level in levels],
    )
