"""Money: what a call may cost at most is held back before it, what it did cost is noted after it.

Fed by ``permits`` and ``jobs`` before a call and by the ledger after it. Amounts are whole billionths of a
dollar, so that sums are exact. The rows of the budgets are locked in one order, so that many processes can
reserve at once and spent plus reserved never pass a limit.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, exists, insert, select, text, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.gateway.tables import budgets, holds, requests
from app.settings import GatewaySettings

NANO = 1_000_000_000
BYTES_PER_TOKEN = 2
"""No script needs fewer bytes a token than this in any tokenizer in use: an upper bound on tokens."""
ABANDONED_AFTER = timedelta(minutes=15)
_ADD = text("""
    INSERT INTO gateway.budgets (key, spent, reserved)
    SELECT key, spent, reserved
    FROM jsonb_to_recordset(:changes) AS changes (key varchar, spent bigint, reserved bigint) ORDER BY key
    ON CONFLICT (key) DO UPDATE
    SET spent = gateway.budgets.spent + excluded.spent, reserved = gateway.budgets.reserved + excluded.reserved
""").bindparams(bindparam("changes", type_=JSONB))


class Prices(Protocol):
    """What tokens cost."""

    def price(self, provider: str, model: str | None) -> tuple[float, float] | None:
        """Return USD for one prompt token and one completion token, or None where nobody knows."""

    def assumed(self, provider: str) -> tuple[float, float] | None:
        """Return what stands in for an unknown price: the provider's dearest, or None where it has none."""


@dataclass(frozen=True)
class PriceTable:
    """Prices by (provider, model); model None stands for all models of a provider."""

    table: Mapping[tuple[str, str | None], tuple[float, float]] = field(default_factory=dict)

    def price(self, provider: str, model: str | None) -> tuple[float, float] | None:
        """Return the model's price, else the provider's, else None."""
        return self.table.get((provider, model), self.table.get((provider, None)))

    def assumed(self, provider: str) -> tuple[float, float] | None:
        """Return the dearest price of the provider."""
        return dearest(price for (name, _), price in self.table.items() if name == provider)


@dataclass(frozen=True)
class PricesByProvider:
    """Several price lists, each for its own providers."""

    lists: Mapping[str, Prices]

    def price(self, provider: str, model: str | None) -> tuple[float, float] | None:
        """Return the price that the provider's list says, or None."""
        found = self.lists.get(provider)
        return None if found is None else found.price(provider, model)

    def assumed(self, provider: str) -> tuple[float, float] | None:
        """Return the dearest price that the provider's list has."""
        found = self.lists.get(provider)
        return None if found is None else found.assumed(provider)


def dearest(prices: Iterable[tuple[float, float]]) -> tuple[float, float] | None:
    """Return the highest price of a prompt token and of a completion token, None without any."""
    found = list(prices)
    return (max(one for one, _ in found), max(one for _, one in found)) if found else None


@dataclass(frozen=True)
class Call:
    """One call that is about to be made, or was."""

    queue_id: UUID
    generation: int
    provider: str
    batch_id: str | None


@dataclass(frozen=True)
class Wish:
    """A call, the billionths of a dollar that it may cost at most, and the limits that it falls under."""

    call: Call
    amount: int
    limits: Mapping[str, int]


def day_keys(provider: str, now: datetime) -> tuple[str, str]:
    """Return the budgets of the day (UTC): everybody's, and the provider's."""
    day = f"day:{now:%Y-%m-%d}"
    return f"{day}:*", f"{day}:{provider}"


def keys_of(call: Call, now: datetime) -> list[str]:
    """Return all budgets that a call counts in."""
    keys = list(day_keys(call.provider, now))
    return keys if call.batch_id is None else [*keys, f"batch:{call.batch_id}"]


def limits_of(call: Call, wanted: object, settings: GatewaySettings, now: datetime) -> dict[str, int]:
    """Return the limits that a call falls under, in billionths; ``wanted`` is the caller's limit for its batch.

    The caller's own limit counts where it is lower than the service's.
    """
    everybody, provider = day_keys(call.provider, now)
    batch = settings.cost_limit_usd_per_batch
    if isinstance(wanted, int | float) and not isinstance(wanted, bool) and math.isfinite(wanted) and wanted >= 0:
        batch = wanted if batch is None else min(batch, wanted)
    found = {
        everybody: settings.cost_limit_usd_per_day,
        provider: settings.cost_limit_usd_per_day_by_provider.get(call.provider),
    }
    if call.batch_id is not None:
        found[f"batch:{call.batch_id}"] = batch
    return {key: int(usd * NANO) for key, usd in found.items() if usd is not None}


def most_tokens(prompt: str) -> int:
    """Return an upper bound on the tokens of a prompt."""
    return len(prompt.encode()) // BYTES_PER_TOKEN + 500


def most_cost(price: tuple[float, float], prompt: str, max_tokens: int) -> int:
    """Return what a call costs at most, in billionths of a dollar."""
    return math.ceil((most_tokens(prompt) * price[0] + max_tokens * price[1]) * NANO)


async def reserve(connection: AsyncConnection, wishes: Sequence[Wish], now: datetime) -> dict[UUID, str]:
    """Hold back money for each call that fits into all its limits, in order; return the others.

    A refused call comes with the key of the limit that it would have passed.
    """
    keys = sorted({key for wish in wishes for key in wish.limits})
    if not keys:
        return {}
    left = await _locked(connection, keys)
    refused: dict[UUID, str] = {}
    taken: dict[str, int] = defaultdict(int)
    rows = []
    for wish in wishes:
        full = [key for key, cap in wish.limits.items() if left[key] + taken[key] + wish.amount > cap]
        if full:
            refused[wish.call.queue_id] = full[0]
            continue
        for key in wish.limits:
            taken[key] += wish.amount
            identity = {"queue_id": wish.call.queue_id, "generation": wish.call.generation, "key": key}
            rows.append(identity | {"amount": wish.amount, "made_at": now})
    await _apply(connection, {key: (0, amount) for key, amount in taken.items()})
    if rows:
        await connection.execute(insert(holds), rows)
    return refused


async def settle(connection: AsyncConnection, spent: Sequence[tuple[Call, float]], now: datetime) -> None:
    """Note what calls did cost in all their budgets, and let go of what was held back for them."""
    released = await _released(connection, [(call.queue_id, call.generation) for call, _ in spent])
    changes: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for call, usd in spent:
        held = released.get((call.queue_id, call.generation), {})
        for key, amount in held.items():
            changes[key][1] -= amount
        for key in {*_same_day(keys_of(call, now), held)}:
            changes[key][0] += round(usd * NANO)
    await _apply(connection, changes)


async def note(connection: AsyncConnection, provider: str, usd: float, now: datetime) -> None:
    """Note what a call cost that belongs to no comparison."""
    await _apply(connection, {key: (round(usd * NANO), 0) for key in day_keys(provider, now)})


def _same_day(keys: Iterable[str], held: Mapping[str, int]) -> list[str]:
    """Return ``keys``, with the days of ``held`` where a call began before midnight and ended after it."""
    began = next((key.split(":")[1] for key in held if key.startswith("day:")), None)
    if began is None:
        return list(keys)
    return [f"day:{began}:{key.split(':', 2)[2]}" if key.startswith("day:") else key for key in keys]


async def presume_spent(connection: AsyncConnection, calls: Sequence[tuple[UUID, int]]) -> None:
    """Count as spent what was held back for calls whose process died: they may have been paid."""
    changes: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for held in (await _released(connection, calls)).values():
        for key, amount in held.items():
            changes[key][0] += amount
            changes[key][1] -= amount
    await _apply(connection, changes)


async def abandoned(connection: AsyncConnection, now: datetime) -> list[tuple[UUID, int]]:
    """Return calls with money held back that nobody will end: over or taken over, and the caller died."""
    alive = exists().where(
        and_(
            requests.c.queue_id == holds.c.queue_id,
            requests.c.generation == holds.c.generation,
            requests.c.state.in_(["processing", "in_job"]),
        )
    )
    found = (
        select(holds.c.queue_id, holds.c.generation)
        .where(holds.c.made_at < now - ABANDONED_AFTER, ~alive)
        .distinct()
        .limit(500)
    )
    return [(row[0], row[1]) for row in await connection.execute(found)]


async def spent_and_reserved(connection: AsyncConnection, key: str) -> tuple[int, int]:
    """Return both sums of one budget, in billionths of a dollar."""
    found = select(budgets.c.spent, budgets.c.reserved).where(budgets.c.key == key)
    row = (await connection.execute(found)).one_or_none()
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


async def _locked(connection: AsyncConnection, keys: Sequence[str]) -> dict[str, int]:
    await connection.execute(upsert(budgets).values([{"key": key} for key in keys]).on_conflict_do_nothing())
    rows = await connection.execute(
        select(budgets.c.key, budgets.c.spent + budgets.c.reserved)
        .where(budgets.c.key.in_(keys))
        .order_by(budgets.c.key)
        .with_for_update()
    )
    return {row[0]: int(row[1]) for row in rows}


async def _released(
    connection: AsyncConnection, calls: Sequence[tuple[UUID, int]]
) -> dict[tuple[UUID, int], dict[str, int]]:
    if not calls:
        return {}
    gone = (
        delete(holds)
        .where(tuple_(holds.c.queue_id, holds.c.generation).in_(calls))
        .returning(holds.c.queue_id, holds.c.generation, holds.c.key, holds.c.amount)
    )
    found: dict[tuple[UUID, int], dict[str, int]] = defaultdict(dict)
    for row in await connection.execute(gone):
        found[(row.queue_id, row.generation)][row.key] = row.amount
    return found


async def _apply(connection: AsyncConnection, changes: Mapping[str, Sequence[int]]) -> None:
    """Add to many budgets in one statement, in the order of their keys, as ``_locked`` locks them."""
    wanted = [
        {"key": key, "spent": spent, "reserved": reserved}
        for key, (spent, reserved) in sorted(changes.items())
        if spent or reserved
    ]
    if wanted:
        await connection.execute(_ADD, {"changes": wanted})
