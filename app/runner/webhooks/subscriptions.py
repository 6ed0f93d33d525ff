"""Rows of subscriptions: made, read, changed, given a new secret, ended.

Fed by the API; feeds ``enqueue``, which asks who is told, and ``deliver``, which asks where and signed how.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.rows import columns_of, shaped
from app.errors import Conflict, NotFound
from app.runner.webhooks import signing
from app.runner.webhooks.facts import RunFacts
from app.runner.webhooks.signing import Signing
from app.runner.webhooks.tables import deliveries, subscriptions
from app.runner.webhooks.vault import Vault

log = structlog.get_logger(__name__)
BY_REQUEST = "by_request"


@dataclass(frozen=True)
class Subscription:
    """One subscription as it stands; secrets are sealed."""

    id: str
    owner: str
    run_id: str | None
    url: str
    host: str
    events: Sequence[str]
    modes: Sequence[str]
    labels: Mapping[str, str]
    description: str | None
    enabled: bool
    disabled_reason: str | None
    disabled_at: datetime | None
    signing: Signing
    secret: str
    public_key: str | None
    generated: bool
    previous_secret: str | None
    previous_until: datetime | None
    exhausted_in_a_row: int
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime

    def secrets_at(self, now: datetime) -> list[str]:
        """Return the sealed secrets to sign with: the present one, and the one before while they overlap."""
        overlaps = self.previous_until is not None and now < self.previous_until
        return [self.secret, *([self.previous_secret] if self.previous_secret and overlaps else [])]


@dataclass(frozen=True)
class Wish:
    """A subscription to be made; ``secret`` None lets one be generated."""

    url: str
    host: str
    events: Sequence[str]
    modes: Sequence[str] = ()
    labels: Mapping[str, str] | None = None
    description: str | None = None
    enabled: bool = True
    signing: Signing = "hmac"
    secret: str | None = None


@dataclass(frozen=True)
class Identity:
    """Whose a new subscription is; ``run_id`` for the one-off webhook of a run."""

    id: str
    owner: str
    run_id: str | None = None


@dataclass(frozen=True)
class Place:
    """The last row of a page."""

    created_at: datetime
    id: str


FIELDS = columns_of(subscriptions, Subscription)


async def create(
    connection: AsyncConnection, wish: Wish, identity: Identity, vault: Vault, now: datetime
) -> Subscription:
    """Write a subscription; the secret is in what is returned, sealed."""
    secret = wish.secret or signing.new_secret(wish.signing)
    values = {
        "id": identity.id,
        "owner": identity.owner,
        "run_id": identity.run_id,
        "url": wish.url,
        "host": wish.host,
        "events": list(wish.events),
        "modes": list(wish.modes),
        "labels": dict(wish.labels or {}),
        "description": wish.description,
        "enabled": wish.enabled,
        "disabled_reason": None if wish.enabled else BY_REQUEST,
        "disabled_at": None if wish.enabled else now,
        "signing": wish.signing,
        "secret": vault.seal(secret),
        "public_key": signing.public_key(secret),
        "generated": wish.secret is None,
        "created_at": now,
        "updated_at": now,
    }
    row = (await connection.execute(insert(subscriptions).values(values).returning(*FIELDS))).one()
    log.info("webhook_subscription_made", subscription=identity.id, run_id=identity.run_id, host=wish.host)
    return shaped(Subscription, row)


async def check_room(connection: AsyncConnection, owner: str, most: int) -> None:
    """Raise ``Conflict`` where ``owner`` has ``most`` subscriptions already."""
    mine = select(func.count()).where(subscriptions.c.owner == owner, subscriptions.c.run_id.is_(None))
    if int((await connection.execute(mine)).scalar_one()) >= most:
        raise Conflict(f"there are {most} subscriptions already (WEBHOOKS_MOST_SUBSCRIPTIONS): delete one first")


async def get(
    connection: AsyncConnection, subscription_id: str, owner: str, *, lock: bool = False
) -> Subscription:
    """Return one subscription of ``owner``, held against others if asked for; raises ``NotFound``."""
    wanted = select(*FIELDS).where(subscriptions.c.id == subscription_id, subscriptions.c.owner == owner)
    found = (await connection.execute(wanted.with_for_update(key_share=True) if lock else wanted)).one_or_none()
    if found is None:
        raise NotFound(f"there is no webhook subscription {subscription_id[:64]}")
    return shaped(Subscription, found)


async def of_run(connection: AsyncConnection, run_id: str) -> Subscription | None:
    """Return the one-off webhook of a run, None for a run without one."""
    found = await connection.execute(select(*FIELDS).where(subscriptions.c.run_id == run_id))
    row = found.one_or_none()
    return None if row is None else shaped(Subscription, row)


async def page(
    connection: AsyncConnection, owner: str, after: Place | None, limit: int
) -> tuple[list[Subscription], bool]:
    """Return the subscriptions of ``owner``, newest first, and whether there are more."""
    columns = subscriptions.c
    wanted = select(*FIELDS).where(columns.owner == owner, columns.run_id.is_(None))
    if after is not None:
        wanted = wanted.where(tuple_(columns.created_at, columns.id) < tuple_(after.created_at, after.id))
    rows = await connection.execute(wanted.order_by(columns.created_at.desc(), columns.id.desc()).limit(limit + 1))
    found = [shaped(Subscription, row) for row in rows]
    return found[:limit], len(found) > limit


async def change(
    connection: AsyncConnection, known: Subscription, values: Mapping[str, object], now: datetime
) -> Subscription:
    """Write new values into a held subscription; enabling it forgets what went wrong before."""
    values = dict(values)
    if values.get("enabled") is True:
        values |= {"disabled_reason": None, "disabled_at": None, "exhausted_in_a_row": 0, "failing_since": None}
    elif values.get("enabled") is False and known.enabled:
        values |= {"disabled_reason": BY_REQUEST, "disabled_at": now}
    if values.get("host", known.host) != known.host:
        waiting = update(deliveries).where(
            deliveries.c.subscription_id == known.id, deliveries.c.status == "pending"
        )
        await connection.execute(waiting.values(host=values["host"]))
    return await _write(connection, known.id, values | {"updated_at": now})


async def rotate(
    connection: AsyncConnection, known: Subscription, secret: str | None, overlap_s: float, sealed: "Sealing"
) -> Subscription:
    """Give a held subscription a new secret; the present one signs as well for ``overlap_s`` seconds more."""
    fresh = secret or signing.new_secret(known.signing)
    values: dict[str, object] = {
        "secret": sealed.vault.seal(fresh),
        "public_key": signing.public_key(fresh),
        "generated": False,
        "previous_secret": known.secret if overlap_s > 0 else None,
        "previous_until": sealed.now + timedelta(seconds=overlap_s) if overlap_s > 0 else None,
        "updated_at": sealed.now,
    }
    log.info("webhook_secret_rotated", subscription=known.id, overlap_s=overlap_s)
    return await _write(connection, known.id, values)


@dataclass(frozen=True)
class Sealing:
    """What a new secret is sealed with, and when."""

    vault: Vault
    now: datetime


async def remove(connection: AsyncConnection, known: Subscription) -> None:
    """Delete a subscription with its deliveries."""
    await connection.execute(delete(subscriptions).where(subscriptions.c.id == known.id))
    log.info("webhook_subscription_deleted", subscription=known.id)


def of_run_id(run_id: str) -> str:
    """Return the id of the one-off webhook of a run: there is one at most."""
    return f"whs_{run_id.removeprefix('run_')}"


async def copy(connection: AsyncConnection, ended: str, again: RunFacts, now: datetime) -> None:
    """Give the run ``again`` the one-off webhook of the run ``ended`` that it repeats, if there is one."""
    kept = ("url", "host", "events", "modes", "labels", "enabled", "signing", "secret", "public_key")
    names = (*kept, "disabled_reason", "disabled_at")
    row = (
        await connection.execute(
            select(*(subscriptions.c[name] for name in names)).where(subscriptions.c.run_id == ended)
        )
    ).one_or_none()
    if row is not None:
        mine = {"id": of_run_id(again.id), "owner": again.owner, "run_id": again.id}
        fresh = {"generated": False, "created_at": now, "updated_at": now}
        await connection.execute(insert(subscriptions).values(dict(zip(names, row, strict=True)) | mine | fresh))


async def forget_previous_secrets(connection: AsyncConnection, now: datetime) -> int:
    """Remove secrets whose overlap is over; return how many."""
    over = update(subscriptions).where(subscriptions.c.previous_until <= now)
    return (await connection.execute(over.values(previous_secret=None, previous_until=None))).rowcount


async def count_disabled(connection: AsyncConnection) -> dict[str, int]:
    """Return how many subscriptions are disabled, by reason."""
    columns = subscriptions.c
    wanted = select(columns.disabled_reason, func.count()).where(columns.enabled.is_(False))
    rows = await connection.execute(wanted.group_by(columns.disabled_reason))
    return {str(reason): int(count) for reason, count in rows}


async def _write(connection: AsyncConnection, subscription_id: str, values: Mapping[str, object]) -> Subscription:
    mine = update(subscriptions).where(subscriptions.c.id == subscription_id).values(**values)
    return shaped(Subscription, (await connection.execute(mine.returning(*FIELDS))).one())
