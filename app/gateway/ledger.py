"""The ledger: what was judged together is written in one transaction, each end with its callback.

Fed by the work loop, the batch jobs, the sweep and cancelling; feeds the outbox. The write of a process that was
taken for dead is refused, but what its call cost is added.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.error_codes import platform_code
from app.contracts.llm_events import ComparisonResult
from app.gateway import callbacks, money, returns
from app.gateway.ask import NotAsked
from app.gateway.callbacks import Outcome, to_event
from app.gateway.failures import Rules, Tries, next_try
from app.gateway.modes import Lane, Mode
from app.gateway.parts import Parts
from app.gateway.permits import call_of
from app.gateway.providers.base import Answer, JudgeFailed, Usage
from app.gateway.queue import Queued
from app.gateway.returns import PutBack, Spent
from app.gateway.tables import messages
from app.messaging import outbox


@dataclass(frozen=True)
class Settled:
    """What was written: comparisons that are over, comparisons that wait again, writes that came too late."""

    ended: Sequence[Outcome] = ()
    put_back: int = 0
    late: int = 0


async def write(
    parts: Parts, connection: AsyncConnection, done: Sequence[Outcome | NotAsked], now: datetime
) -> Settled:
    """Write outcomes in the present transaction: back into the queue, or over with a callback."""
    again: list[PutBack] = []
    over: list[Outcome] = []
    for entry in done:
        back = _back(parts, entry, now)
        if back is not None:
            again.append(back)
        elif isinstance(entry, Outcome):
            over.append(entry)
    returned = await returns.put_back(connection, again, now)
    settled = await end(connection, over, now)
    asked = [entry for entry in done if isinstance(entry, Outcome) and entry.asked_at is not None]
    await _pay(parts, connection, asked, now)
    ids = {entry.item.queue_id for entry in over} - {entry.item.queue_id for entry in settled}
    await _note_late(connection, [entry for entry in over if entry.item.queue_id in ids])
    return Settled(settled, len(returned), len(ids) + len(again) - len(returned))


async def end(connection: AsyncConnection, over: Sequence[Outcome], now: datetime) -> list[Outcome]:
    """Close comparisons with one callback each; return those that were still open."""
    sound = [callbacks.sound(entry, now) for entry in over]
    results = {entry.item.queue_id: result for entry, result in sound}
    rows = [_row(entry, now) | {"callback": result.model_dump(mode="json")} for entry, result in sound]
    closed = await returns.finish(connection, rows)
    mine = [entry for entry, _ in sound if entry.item.queue_id in closed]
    await outbox.add(connection, messages, [_event(entry, results[entry.item.queue_id], now) for entry in mine])
    return mine


def _event(entry: Outcome, result: ComparisonResult, now: datetime) -> outbox.Event:
    """Return the callback, in the trace of the call that it tells of."""
    return outbox.of_trace(
        to_event(result, entry.item.callback_topic, now), entry.trace or entry.item.trace_context
    )


def rules(parts: Parts) -> Rules:
    """Return the bounds on new tries."""
    settings = parts.settings
    return Rules(
        settings.queue_max_retries, settings.queue_max_throttled, settings.back_off_s, settings.longest_back_off_s
    )


def _back(parts: Parts, entry: Outcome | NotAsked, now: datetime) -> PutBack | None:
    if isinstance(entry, NotAsked):
        return PutBack(entry.item, entry.until, asked=False)
    item, failure = entry.item, entry.result
    if entry.ending is not None or not isinstance(failure, JudgeFailed) or entry.asked_at is None:
        return None
    tries = Tries(item.attempts, item.re_asks, item.throttled)
    again = next_try(tries, failure, rules(parts), now=now, expires_at=item.expires_at, draw=parts.draw())
    if again is None:
        return None
    return PutBack(
        item,
        again.at,
        re_asks=again.re_asks,
        throttled=again.throttled,
        spent=_spent(failure.spent),
        lane=_after_a_job(item),
    )


def _after_a_job(item: Queued) -> Lane | None:
    """Return where a comparison goes that a batch job could not answer: a job of its own would take hours."""
    if item.mode != Mode.BATCH_API:
        return None
    lane = Lane.parse(item.lane)
    return Lane(Mode.PER_REQUEST, lane.provider, lane.model)


async def _pay(parts: Parts, connection: AsyncConnection, asked: Sequence[Outcome], now: datetime) -> None:
    """Note what calls did cost; one that may have been charged unknown to us counts as what was held back."""
    maybe = [entry for entry in asked if isinstance(entry.result, JudgeFailed) and entry.result.maybe_paid]
    await money.presume_spent(connection, [(entry.item.queue_id, entry.item.generation) for entry in maybe])
    known = [(call_of(entry.item), _counted(parts, entry)) for entry in asked]
    await money.settle(connection, known, now)


def _counted(parts: Parts, entry: Outcome) -> float:
    """Return what a call counts for under the limits; without a known price, at the dearest of its provider."""
    usage = entry.usage
    price = None if usage.cost_known else parts.prices.assumed(entry.item.provider)
    if price is None or isinstance(entry.result, JudgeFailed):
        return usage.cost_usd
    return max(usage.cost_usd, usage.prompt_tokens * price[0] + usage.completion_tokens * price[1])


async def _note_late(connection: AsyncConnection, late: Sequence[Outcome]) -> None:
    for entry in late:
        if entry.usage != Usage():
            await returns.add_late(connection, entry.item.queue_id, _spent(entry.usage))


def _spent(usage: Usage) -> Spent:
    return Spent(usage.cost_usd, usage.cost_known, usage.prompt_tokens, usage.completion_tokens)


def _row(outcome: Outcome, now: datetime) -> dict[str, object]:
    item, result, usage = outcome.item, outcome.result, outcome.usage
    row: dict[str, object] = {
        "queue_id": str(item.queue_id),
        "generation": item.generation,
        "state": outcome.end,
        "finished_at": now.isoformat(),
        "cost_usd": usage.cost_usd,
        "cost_known": usage.cost_known,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
    }
    if isinstance(result, Answer):
        verdict = {"winner": "a" if result.first_wins else "b", "confidence": result.confidence}
        return row | verdict | {"justification": result.justification}
    return row | {"error_code": platform_code(result.code)}
