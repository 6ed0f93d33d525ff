"""Leave to make one call: tokens and requests of the minute taken, money held back, all or nothing.

Fed by ``ask``. Providers without limits cost no look into the database here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from app.gateway import limits, metrics, money
from app.gateway.money import Call, Wish
from app.gateway.parts import Parts
from app.gateway.providers.base import FailureKind, JudgeFailed, Sending
from app.gateway.question import question
from app.gateway.queue import Queued


@dataclass(frozen=True)
class NotNow:
    """Too fast for the provider's limits a minute: ask from ``until`` on."""

    until: datetime


def call_of(item: Queued) -> Call:
    """Return the call as the budgets know it."""
    return Call(item.queue_id, item.generation, item.provider, item.batch_id)


async def ask_leave(parts: Parts, item: Queued, now: datetime) -> NotNow | JudgeFailed | None:
    """Return None if the call may be made, else what is in its way."""
    max_tokens = _max_tokens(parts, item)
    wants = limits.wanted(parts.settings, item.provider, item.user_prompt, max_tokens)
    wish = _wish(parts, item, now)
    if not wants and not wish.limits:
        return None
    async with parts.database.transaction() as connection:
        refused = await money.reserve(connection, [wish], now)
        if item.queue_id in refused:
            return over_limit(refused[item.queue_id])
        wait = await limits.take(connection, wants, now)
        if wait > 0:
            await money.settle(connection, [(wish.call, 0.0)], now)
            return NotNow(now + timedelta(seconds=wait))
    return None


async def reserve_all(
    parts: Parts, connection: AsyncConnection, items: Sequence[Queued], now: datetime
) -> dict[object, JudgeFailed]:
    """Hold back money for many calls at once; return, by queue id, why the others may not be made."""
    refused = await money.reserve(connection, [_wish(parts, item, now) for item in items], now)
    return {queue_id: over_limit(key) for queue_id, key in refused.items()}


def over_limit(key: str) -> JudgeFailed:
    """Return the failure of a call that would pass the limit ``key``."""
    scope = {"day": "of the day", "batch": "of the batch"}[key.split(":", 1)[0]]
    why = f"the call could pass the money limit {scope} ({key})"
    return JudgeFailed("LLM_COST_LIMIT_EXCEEDED", why, kind=FailureKind.REFUSED)


def _wish(parts: Parts, item: Queued, now: datetime) -> Wish:
    call = call_of(item)
    caps = money.limits_of(call, item.metadata.get("max_cost_usd"), parts.settings, now)
    if not caps:
        return Wish(call, 0, {})
    model = parts.label(item.provider, item.model)
    price = parts.prices.price(item.provider, model)
    if price is None:
        metrics.LIMIT_BLIND.labels(item.provider, model).inc()
        price = parts.prices.assumed(item.provider) or (0.0, 0.0)
    system = item.settings.get("system_prompt_override")
    prompt = item.user_prompt + (system if isinstance(system, str) else "")
    return Wish(call, money.most_cost(price, prompt, _max_tokens(parts, item)), caps)


def _max_tokens(parts: Parts, item: Queued) -> int:
    """Return how many tokens an answer may have, with the room to think that the adapter adds."""
    asked = item.settings.get("max_tokens_override")
    least = asked if isinstance(asked, int) else parts.settings.llm_default_max_tokens
    describe = getattr(parts.judges.get(item.provider), "describe", None)
    if describe is None:
        return least
    try:
        sent: Sending = describe(question(item))
    except JudgeFailed:
        return least
    allowed = sent.effective().get("max_tokens")
    return max(least, allowed) if isinstance(allowed, int) else least
