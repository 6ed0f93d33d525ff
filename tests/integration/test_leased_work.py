"""Leases of rows at work: each row with one stage at a time, kept up without waiting for rows that others hold."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, DateTime, Integer, MetaData, Table, Text, insert, select

from app.db.leased import LeasedWork, Pace, Stage
from app.db.listen import Wakeup
from app.db.unit import Database
from app.errors import Conflict, Unavailable
from app.runner.finish.conclude import finish
from app.runner.prepare import stages
from app.runner.runs.states import RunState
from app.runner.tables import runs
from tests.integration.house import House
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
STEPS = 200
"""Far more steps than any of these tests needs."""


class Bench:
    """One thing that is due, and workers on it; stages wait for ``release`` after what they do."""

    def __init__(self, database: Database, wakeup: Wakeup) -> None:
        self.database, self.wakeup, self.clock = database, wakeup, Clock()
        self.release, self.begun, self.failure = asyncio.Event(), list[str](), list[Exception]()

    def worker(self, **stages: Stage) -> LeasedWork:
        return LeasedWork(self.database, THINGS, stages, self.broken, self.clock, Pace(idle_s=0.02))

    async def broken(self, _: Any, error: Exception) -> None:
        self.failure.append(error)

    async def change(self, **values: object) -> None:
        async with self.database.transaction() as connection:
            await connection.execute(THINGS.update().values(**values))

    async def row(self) -> Any:
        async with self.database.transaction() as connection:
            return (await connection.execute(select(THINGS))).one()

    async def waiting(self, _: Any) -> None:
        self.begun.append("waiting")
        await self.release.wait()

    async def moving_on(self, _: Any) -> None:
        self.begun.append("due")
        await self.change(status="next", due_at=self.clock())
        await self.release.wait()

    async def next(self, _: Any) -> None:
        self.begun.append("next")
        await self.change(due_at=None)


@asynccontextmanager
async def bench(database: Database, database_url: str) -> AsyncIterator[Bench]:
    async with Wakeup(database_url, "leased_things") as wakeup:
        found = Bench(database, wakeup)
        async with database.transaction() as connection:
            await connection.run_sync(THINGS.metadata.create_all)
            await connection.execute(insert(THINGS).values(id=1, status="due", due_at=found.clock()))
        yield found


async def test_a_row_that_another_transaction_holds_does_not_hold_up_the_worker(
    database: Database, database_url: str
) -> None:
    async with bench(database, database_url) as on:
        worker = on.worker(due=on.waiting)
        await worker.step(on.wakeup)
        on.clock.pass_by(10)
        async with database.transaction() as other:
            await other.execute(select(THINGS.c.id).with_for_update())
            async with asyncio.timeout(10):
                await worker.step(on.wakeup)
        await worker.step(on.wakeup)
        until = (await on.row()).leased_until
        on.release.set()
        await worker.step(on.wakeup)
    assert (until - on.clock()).total_seconds() == Pace().lease_s


async def test_a_row_moved_on_by_its_stage_is_not_picked_before_that_stage_has_ended(
    database: Database, database_url: str
) -> None:
    async with bench(database, database_url) as on:
        first, second = (on.worker(due=on.moving_on, next=on.next) for _ in range(2))
        for _ in range(STEPS):
            await first.step(on.wakeup)
            if (await on.row()).status == "next":
                break
        for worker in (first, second, first, second):
            await worker.step(on.wakeup)
        assert on.begun == ["due"]
        on.release.set()
        for _ in range(STEPS):
            await first.step(on.wakeup)
            if (await on.row()).due_at is None:
                break
        await first.step(on.wakeup)
        assert on.begun == ["due", "next"]


async def test_a_row_whose_lease_ran_out_while_it_is_at_work_is_not_picked_again_by_the_same_worker(
    database: Database, database_url: str
) -> None:
    async with bench(database, database_url) as on:
        worker = on.worker(due=on.waiting)
        await worker.step(on.wakeup)
        await on.change(lease_owner=None, leased_until=on.clock() - timedelta(seconds=1))
        for _ in range(3):
            await worker.step(on.wakeup)
        assert on.begun == ["waiting"]
        on.release.set()
        await worker.step(on.wakeup)


@pytest.mark.parametrize("moved", [False, True])
async def test_a_failed_stage_is_put_off_but_a_row_that_was_moved_on_meanwhile_stays_due(
    database: Database, database_url: str, moved: bool
) -> None:
    async with bench(database, database_url) as on:

        async def stage(_: Any) -> None:
            if moved:
                await on.change(status="next")
            raise Unavailable("away")

        worker = on.worker(due=stage)
        for _ in range(STEPS):
            await worker.step(on.wakeup)
            if (found := await on.row()).lease_owner is None:
                break
        assert found.due_at == on.clock() + timedelta(seconds=0 if moved else Pace().back_off_s)


async def test_a_worker_outlives_a_row_that_can_neither_be_worked_on_nor_given_up(
    database: Database, database_url: str
) -> None:
    async with bench(database, database_url) as on:

        async def stage(_: Any) -> None:
            on.begun.append("due")
            raise Conflict("refused")

        async def broken(_: Any, error: Exception) -> None:
            raise error

        worker = LeasedWork(database, THINGS, {"due": stage}, broken, on.clock, Pace(idle_s=0.02))
        for _ in range(STEPS):
            await worker.step(on.wakeup)
            if len(on.begun) == 2:
                break
            on.clock.pass_by(Pace().back_off_s)
        assert on.begun == ["due", "due"]


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


async def test_a_run_is_finished_only_when_whoever_prepared_it_has_let_it_go(
    house: House, database_url: str
) -> None:
    release, at_work, most = asyncio.Event(), list[str](), list[int]()

    async def prepare(run_id: str) -> None:
        at_work.append(run_id)
        await stages.prepare(house.parts, run_id)
        await release.wait()
        at_work.remove(run_id)

    async def end(run_id: str) -> None:
        at_work.append(run_id)
        most.append(at_work.count(run_id))
        await finish(house.finishing, run_id)
        at_work.remove(run_id)

    by_state: dict[str, Stage] = {
        RunState.ACCEPTED: prepare,
        RunState.PREPARING: prepare,
        RunState.FINISHING: end,
    }
    broken = partial(stages.broken, house.parts)
    run = await house.start(publish=False)
    async with Wakeup(database_url, "runs") as wakeup:
        workers = [
            LeasedWork(house.database, runs, by_state, broken, house.clock, Pace(idle_s=0.02)) for _ in range(2)
        ]
        await _step_until(house, workers, wakeup, run["id"], "finishing")
        for worker in workers:
            await worker.step(wakeup)
        assert (at_work, most) == ([run["id"]], [])
        release.set()
        await _step_until(house, workers, wakeup, run["id"], "completed")
    assert most == [1]
    answer = await house.api.get(f"/v1/runs/{run['id']}/verify")
    assert answer.json()["ok"], answer.text


async def _step_until(house: House, workers: list[LeasedWork], wakeup: Wakeup, run_id: str, status: str) -> None:
    for _ in range(STEPS):
        for worker in workers:
            await worker.step(wakeup)
        if (await house.show(run_id))["status"] == status:
            return
    raise AssertionError(f"the run is not {status}")
