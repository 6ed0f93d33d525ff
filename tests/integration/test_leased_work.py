"""Leases of rows at work: kept up without ever waiting for a row that somebody else holds."""

import asyncio
from typing import Any

from sqlalchemy import Column, DateTime, Integer, MetaData, Table, Text, insert, select

from app.db.leased import LeasedWork, Pace
from app.db.listen import Wakeup
from app.db.unit import Database
from tests.integration.parts import Clock

THINGS = Table(
    "leased_things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("status", Text),
    Column("due_at", DateTime(timezone=True)),
    Column("lease_owner", Text),
    Column("leased_until", DateTime(timezone=True)),
)


async def test_a_row_that_another_transaction_holds_does_not_hold_up_the_worker(
    database: Database, database_url: str
) -> None:
    clock, release = Clock(), asyncio.Event()

    async def stage(_: Any) -> None:
        await release.wait()

    async def broken(_: Any, error: Exception) -> None:
        raise error

    async with database.transaction() as connection:
        await connection.run_sync(THINGS.metadata.create_all)
        await connection.execute(insert(THINGS).values(id=1, status="due", due_at=clock()))
    worker = LeasedWork(database, THINGS, {"due": stage}, broken, clock, Pace(idle_s=0.05))
    async with Wakeup(database_url, "leased_things") as wakeup:
        await worker.step(wakeup)
        clock.pass_by(10)
        async with database.transaction() as other:
            await other.execute(select(THINGS.c.id).with_for_update())
            async with asyncio.timeout(10):
                await worker.step(wakeup)
        await worker.step(wakeup)
        async with database.transaction() as connection:
            until = (await connection.execute(select(THINGS.c.leased_until))).scalar_one()
        release.set()
        await worker.step(wakeup)
    assert (until - clock()).total_seconds() == Pace().lease_s
