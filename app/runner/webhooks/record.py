"""What an attempt brought is written down: in the log, on the delivery and on its subscription.

Fed by ``deliver``; feeds ``claim`` with the next try. Locks the subscription before the delivery, always.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.rows import columns_of, shaped
from app.runner.webhooks import outcome
from app.runner.webhooks.claim import Job
from app.runner.webhooks.outcome import Health, Limits, Outcome, Result, Tried
from app.runner.webhooks.send_http import Answer
from app.runner.webhooks.tables import attempts, deliveries, subscriptions

log = structlog.get_logger(__name__)
STATUS = {Result.DELIVERED: "delivered", Result.EXHAUSTED: "exhausted", Result.GONE: "exhausted"}


@dataclass(frozen=True)
class Attempted:
    """An attempt as it is recorded: whose, when it began, and a random number in [0, 1) for the jitter."""

    owner: str
    began: datetime
    answer: Answer
    chance: float


@dataclass(frozen=True)
class _Held:
    """A delivery of which the lease is ours."""

    attempts: int
    tries: int
    status: str


async def settle(
    connection: AsyncConnection, job: Job, attempted: Attempted, limits: Limits, now: datetime
) -> Result | None:
    """Write what an attempt brought; return it, None where the delivery is no longer ours to write."""
    health = await _health(connection, job.subscription.id)
    row = await _held(connection, job.id, attempted.owner)
    if health is None or row is None:
        return None
    answer = attempted.answer
    tried = Tried(
        answer.is_good, answer.status_code, answer.retry_after, row.tries + 1, now, chance=attempted.chance
    )
    decided = outcome.decide(tried, health, limits)
    await _log_attempt(connection, job.id, row.attempts + 1, attempted)
    await _move(connection, job.id, row, decided, now)
    await _mark(connection, job, health, decided, now)
    return decided.result


async def drop(connection: AsyncConnection, job: Job, owner: str, why: str, now: datetime) -> None:
    """End a delivery that is not to be sent."""
    mine = update(deliveries).where(deliveries.c.id == job.id, deliveries.c.lease_owner == owner)
    await connection.execute(mine.values(status="dropped", status_reason=why, **_ended(now)))


async def _health(connection: AsyncConnection, subscription_id: str) -> Health | None:
    columns = subscriptions.c
    wanted = select(columns.exhausted_in_a_row, columns.failing_since).where(columns.id == subscription_id)
    row = (await connection.execute(wanted.with_for_update(key_share=True))).one_or_none()
    return None if row is None else Health(row.exhausted_in_a_row, row.failing_since)


async def _held(connection: AsyncConnection, delivery_id: str, owner: str) -> _Held | None:
    columns = deliveries.c
    wanted = select(*columns_of(deliveries, _Held)).where(columns.id == delivery_id, columns.lease_owner == owner)
    row = (await connection.execute(wanted.with_for_update())).one_or_none()
    return None if row is None else shaped(_Held, row)


async def _log_attempt(connection: AsyncConnection, delivery_id: str, number: int, attempted: Attempted) -> None:
    answer = attempted.answer
    values = {
        "delivery_id": delivery_id,
        "number": number,
        "at": attempted.began,
        "ms": answer.ms,
        "status_code": answer.status_code,
        "error": answer.error,
        "body": answer.body,
    }
    await connection.execute(insert(attempts).values(values))


async def _move(
    connection: AsyncConnection, delivery_id: str, row: _Held, decided: Outcome, now: datetime
) -> None:
    """Move a delivery on; one that was dropped meanwhile is not tried again, but may have been delivered."""
    values: dict[str, object] = {"attempts": row.attempts + 1, "tries": row.tries + 1}
    if decided.result in STATUS and (row.status == "pending" or decided.result is Result.DELIVERED):
        reason = "gone" if decided.result is Result.GONE else None
        values |= {"status": STATUS[decided.result], "status_reason": reason} | _ended(now)
    else:
        due_at = decided.due_at if row.status == "pending" else None
        values |= {"due_at": due_at, "lease_owner": None, "leased_until": None}
    await connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))


def _ended(now: datetime) -> dict[str, object]:
    return {"due_at": None, "finished_at": now, "lease_owner": None, "leased_until": None}


async def _mark(connection: AsyncConnection, job: Job, before: Health, decided: Outcome, now: datetime) -> None:
    columns = subscriptions.c
    mine = update(subscriptions).where(columns.id == job.subscription.id)
    if decided.health != before:
        health = {
            "exhausted_in_a_row": decided.health.exhausted_in_a_row,
            "failing_since": decided.health.failing_since,
        }
        await connection.execute(mine.values(**health))
    if decided.disabled is None:
        return
    values = {"enabled": False, "disabled_reason": decided.disabled, "disabled_at": now, "updated_at": now}
    done = await connection.execute(mine.where(columns.enabled).values(**values))
    if done.rowcount:
        log.warning(
            "webhook_subscription_disabled",
            subscription=job.subscription.id,
            host=job.subscription.host,
            reason=decided.disabled,
        )
