"""A burst of due rows: however the planner reads a statement, no more rows are taken than were asked for."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Column, DateTime, MetaData, Table, Text, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.leased import LeasedWork, Pace
from app.db.listen import Wakeup
from app.db.unit import Database
from app.messaging.relay import Relay, RelayTimes
from app.runner.runs import batches, idempotency
from app.runner.tables import batch_results, idempotency_keys, messages
from app.runner.webhooks import log as delivery_log
from app.runner.webhooks.tables import deliveries, subscriptions
from tests.integration.parts import Clock
from tests.integration.test_messaging import ListProducer

DUE, MOST = 60, 8
LONG_AGO = datetime(2025, 1, 2, tzinfo=UTC)
NOW = datetime(2026, 1, 2, tzinfo=UTC)
NESTED_LOOPS = ("enable_hashjoin", "enable_mergejoin", "enable_hashagg", "enable_sort", "enable_material")
TASKS = Table(
    "burst",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("status", Text),
    Column("due_at", DateTime(timezone=True)),
    Column("lease_owner", Text),
    Column("leased_until", DateTime(timezone=True)),
)
Rows = list[dict[str, Any]]


@dataclass
class Crowd:
    """A stage that nobody leaves before ``gate`` opens; counts who is in it and who was."""

    gate: asyncio.Event
    inside: int = 0
    most: int = 0
    seen: int = 0

    async def enter(self, _: Any) -> None:
        self.inside += 1
        self.seen += 1
        self.most = max(self.most, self.inside)
        await self.gate.wait()

    def leave(self) -> None:
        self.inside -= 1


async def plan_as(database: Database, plan: str) -> None:
    """Have the planner of all later connections know the tables, or choose nested loops where it can."""
    async with database.transaction() as connection:
        if plan == "analyzed":
            await connection.execute(text("ANALYZE"))
        if plan == "nested loops":
            name = (await connection.execute(text("SELECT current_database()"))).scalar_one()
            for setting in NESTED_LOOPS:
                await connection.execute(text(f'ALTER DATABASE "{name}" SET {setting} = off'))
    await database.engine.dispose()


async def take_keys(connection: AsyncConnection) -> int:
    return await idempotency.forget_old(connection, NOW, MOST)


async def take_batches(connection: AsyncConnection) -> int:
    return await batches.forget_old(connection, 1.0, NOW, MOST)


async def take_deliveries(connection: AsyncConnection) -> int:
    return await delivery_log.forget_old(connection, NOW, MOST)


def old_keys() -> Rows:
    same = {"owner": "o", "fingerprint": "f", "status": 201, "body": b"{}", "expires_at": LONG_AGO}
    return [same | {"key": str(number)} for number in range(DUE)]


def old_batches() -> Rows:
    same = {"state": "completed", "completed_at": LONG_AGO, "updated_at": LONG_AGO}
    return [same | {"batch_uuid": uuid4()} for _ in range(DUE)]


def old_deliveries() -> Rows:
    same = {
        "subscription_id": "whs_1",
        "type": "run.completed",
        "host": "h",
        "payload": "{}",
        "status": "delivered",
    }
    return [same | {"id": f"msg_{number}", "finished_at": LONG_AGO} for number in range(DUE)]


SWEPT: dict[str, tuple[Table, Callable[[], Rows], Callable[[AsyncConnection], Awaitable[int]]]] = {
    "keys of requests": (idempotency_keys, old_keys, take_keys),
    "results of batches": (batch_results, old_batches, take_batches),
    "deliveries": (deliveries, old_deliveries, take_deliveries),
}
PLANS = pytest.mark.parametrize("plan", ["without statistics", "analyzed", "nested loops"])


@PLANS
async def test_a_burst_of_due_rows_is_worked_on_to_its_end_and_never_more_at_once_than_there_is_room_for(
    database: Database, database_url: str, plan: str
) -> None:
    clock, crowd = Clock(), Crowd(asyncio.Event())
    rows = [{"id": f"{number:03}", "status": "due", "due_at": clock()} for number in range(DUE)]
    async with database.transaction() as connection:
        await connection.run_sync(TASKS.metadata.create_all)
        await connection.execute(insert(TASKS), rows)
    await plan_as(database, plan)

    async def stage(row_id: Any) -> None:
        await crowd.enter(row_id)
        async with database.transaction() as connection:
            await connection.execute(TASKS.update().where(TASKS.c.id == row_id).values(due_at=None))
        crowd.leave()

    worker = LeasedWork(database, TASKS, {"due": stage}, _broken, clock, Pace(concurrency=MOST, idle_s=0.05))
    async with Wakeup(database_url, "burst") as wakeup:
        await worker.step(wakeup)
        await worker.step(wakeup)
        assert (crowd.inside, crowd.most) == (MOST, MOST)
        crowd.gate.set()
        for _ in range(2 * DUE):
            await worker.step(wakeup)
            if crowd.seen == DUE and not crowd.inside:
                break
    async with database.transaction() as connection:
        left = (await connection.execute(select(TASKS.c.id).where(TASKS.c.due_at.is_not(None)))).all()
    assert (left, crowd.seen, crowd.most) == ([], DUE, MOST)


async def _broken(_: Any, error: Exception) -> None:
    raise error


@PLANS
async def test_a_relay_sends_no_more_events_at_once_than_it_was_told(database: Database, plan: str) -> None:
    row = {"aggregatetype": "run", "aggregateid": "1", "type": "topic", "payload": b"{}", "headers": {}}
    async with database.transaction() as connection:
        await connection.execute(insert(messages.outbox), [row | {"id": uuid4()} for _ in range(DUE)])
    await plan_as(database, plan)
    producer = ListProducer()
    relay = Relay("test", database, messages, producer, RelayTimes())
    assert await relay.send_once(MOST) == MOST
    assert len(producer.sent) == MOST


@PLANS
@pytest.mark.parametrize("what", SWEPT)
async def test_a_sweep_removes_no_more_at_once_than_it_was_told(database: Database, plan: str, what: str) -> None:
    table, rows, take = SWEPT[what]
    async with database.transaction() as connection:
        await connection.execute(insert(subscriptions).values(_subscription()))
        await connection.execute(insert(table), rows())
    await plan_as(database, plan)
    taken = []
    for _ in range(DUE // MOST + 1):
        async with database.transaction() as connection:
            taken.append(await take(connection))
    assert taken == [MOST] * (DUE // MOST) + [DUE % MOST]


def _subscription() -> dict[str, Any]:
    return {
        "id": "whs_1",
        "owner": "o",
        "url": "https://h/",
        "host": "h",
        "events": [],
        "signing": "hmac",
        "secret": "s",
    }
