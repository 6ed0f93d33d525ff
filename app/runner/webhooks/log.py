"""The delivery log: deliveries and their attempts, read for the API, replayed, forgotten after a while.

Fed by ``enqueue`` and ``record``.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.listen import notify
from app.db.picking import picked
from app.db.rows import columns_of, shaped
from app.errors import Conflict, NotFound
from app.runner.webhooks import facts
from app.runner.webhooks.kinds import TEST
from app.runner.webhooks.subscriptions import Place, Subscription
from app.runner.webhooks.tables import CHANNEL, attempts, deliveries
from app.telemetry import tracing


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one subscription."""

    id: str
    subscription_id: str
    run_id: str | None
    type: str
    event_number: int | None
    status: str
    status_reason: str | None
    attempts: int
    due_at: datetime | None
    created_at: datetime
    finished_at: datetime | None
    leased_until: datetime | None
    payload: str


@dataclass(frozen=True)
class Attempt:
    """One attempt at a delivery."""

    number: int
    at: datetime
    ms: int
    status_code: int | None
    error: str | None
    body: str | None


FIELDS = columns_of(deliveries, Delivery)


@dataclass(frozen=True)
class Wanted:
    """Which deliveries of a subscription; the empty tuple means all."""

    subscription_id: str
    status: tuple[str, ...] = ()
    after: Place | None = None
    limit: int = 50


async def page(connection: AsyncConnection, wanted: Wanted) -> tuple[list[Delivery], bool]:
    """Return deliveries, newest first, and whether there are more."""
    columns = deliveries.c
    query = select(*FIELDS).where(columns.subscription_id == wanted.subscription_id)
    if wanted.status:
        query = query.where(columns.status.in_(wanted.status))
    if wanted.after is not None:
        place = tuple_(wanted.after.created_at, wanted.after.id)
        query = query.where(tuple_(columns.created_at, columns.id) < place)
    query = query.order_by(columns.created_at.desc(), columns.id.desc()).limit(wanted.limit + 1)
    found = [shaped(Delivery, row) for row in await connection.execute(query)]
    return found[: wanted.limit], len(found) > wanted.limit


async def get(
    connection: AsyncConnection, subscription_id: str, delivery_id: str, *, lock: bool = False
) -> Delivery:
    """Return one delivery; raises ``NotFound``."""
    columns = deliveries.c
    wanted = select(*FIELDS).where(columns.id == delivery_id, columns.subscription_id == subscription_id)
    found = (await connection.execute(wanted.with_for_update() if lock else wanted)).one_or_none()
    if found is None:
        raise NotFound(f"there is no delivery {delivery_id[:64]} of this subscription")
    return shaped(Delivery, found)


async def attempts_of(connection: AsyncConnection, delivery_id: str) -> list[Attempt]:
    """Return the attempts at a delivery, in order."""
    columns = columns_of(attempts, Attempt)
    wanted = select(*columns).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.number)
    return [shaped(Attempt, row) for row in await connection.execute(wanted)]


async def replay(
    connection: AsyncConnection, subscription: Subscription, delivery_id: str, now: datetime
) -> Delivery:
    """Make a delivery due again under its id, with the whole schedule before it.

    Raises ``Conflict`` for a disabled subscription, and while an attempt is being made.
    """
    check_enabled(subscription)
    known = await get(connection, subscription.id, delivery_id, lock=True)
    if known.leased_until is not None and known.leased_until > now:
        raise Conflict("an attempt is being made just now: ask again in a few seconds")
    again = update(deliveries).where(deliveries.c.id == known.id)
    values = {"status": "pending", "status_reason": None, "tries": 0, "due_at": now, "finished_at": None}
    row = (await connection.execute(again.values(**values, host=subscription.host).returning(*FIELDS))).one()
    await notify(connection, CHANNEL)
    return shaped(Delivery, row)


async def send_test(
    connection: AsyncConnection, subscription: Subscription, delivery_id: str, now: datetime
) -> Delivery:
    """Enqueue an event that says nothing but that it came; raises ``Conflict`` for a disabled subscription."""
    check_enabled(subscription)
    values = {
        "id": delivery_id,
        "subscription_id": subscription.id,
        "type": TEST,
        "host": subscription.host,
        "payload": facts.body(TEST, now, {"subscription_id": subscription.id}),
        "status": "pending",
        "due_at": now,
        "created_at": now,
        "trace_context": tracing.current() or None,
    }
    row = (await connection.execute(insert(deliveries).values(values).returning(*FIELDS))).one()
    await notify(connection, CHANNEL)
    return shaped(Delivery, row)


def check_enabled(subscription: Subscription) -> None:
    """Raise ``Conflict`` for a disabled subscription."""
    if not subscription.enabled:
        raise Conflict(f"the subscription is disabled ({subscription.disabled_reason}): enable it first")


async def forget_old(connection: AsyncConnection, before: datetime, limit: int) -> int:
    """Delete at most ``limit`` deliveries that ended before ``before``, with their attempts; return how many."""
    columns = deliveries.c
    old = select(columns.id).where(columns.finished_at < before).order_by(columns.finished_at)
    chosen = picked(old, limit)
    return (await connection.execute(delete(deliveries).where(columns.id == chosen.c.id))).rowcount
