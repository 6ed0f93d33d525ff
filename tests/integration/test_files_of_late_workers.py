"""A worker that was taken for dead goes on: the files of the one that went on without it stay as they are."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from anyio import CapacityLimiter

from app.db.unit import Database
from app.faults.inject import Injector, arm
from app.faults.plan import read
from app.runner.archive.verify import verify
from app.runner.runs import store
from app.runner.runs.sweep import DRAFTS
from tests.integration.house import House
from tests.integration.parts import Json, deliver

HELD_MS = 2_000
LOOKS = 20_000


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    arm(None)


async def finishing(house: House) -> Json:
    run, ids = await house.running()
    await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
    await deliver(house.database, house.completed, house.completion(run))
    await deliver(
        house.database,
        house.resulted,
        house.result(run, ids, comparisons_succeeded=1, comparisons_failed=0),
    )
    return run


async def damaged(house: House, run_id: str) -> list[str]:
    async with house.database.transaction() as connection:
        run = await store.get(connection, run_id)
    checks = await verify(house.database, house.files, run, run.revision, CapacityLimiter(1))
    return [f"{check.path}: {check.check}" for check in checks if not check.ok]


@pytest.mark.parametrize("point", ["finish.before_files", "finish.after_files"])
async def test_a_worker_that_was_taken_for_dead_replaces_no_file_of_an_ended_run(
    house: House, tmp_path: Path, point: str
) -> None:
    record = tmp_path / "record"
    run = await finishing(house)
    arm(Injector(read(f"{point}:delay={HELD_MS}@1"), 0, record))
    late = asyncio.create_task(house.finish(run["id"]))
    for _ in range(LOOKS):
        if record.exists():
            break
        await asyncio.sleep(0.001)
    house.clock.pass_by(60)
    done = await house.finish(run["id"])
    assert done["status"] == "completed"
    assert (await late)["finished_at"] == done["finished_at"]
    assert await damaged(house, run["id"]) == []
    assert not (house.files / DRAFTS / run["id"]).exists()


async def test_a_try_that_broke_off_leaves_no_draft_behind(house: House) -> None:
    run = await finishing(house)
    arm(Injector(read("finish.after_files:error@1"), 0, None))
    with pytest.raises(ConnectionError):
        await house.finish(run["id"])
    assert (await house.finish(run["id"]))["status"] == "completed"
    assert await damaged(house, run["id"]) == []
    assert not (house.files / DRAFTS / run["id"]).exists()
