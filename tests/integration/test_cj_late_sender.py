"""A process that sends a wave is taken for dead and goes on later: it does not put the next wave to sleep."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cj import send, waves
from app.db.unit import Database
from app.faults.inject import Injector, arm
from app.faults.plan import read
from tests.integration.cj_house import house

HELD_MS = 2_000
LOOKS = 20_000


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    arm(None)


async def test_a_sender_that_was_taken_for_dead_leaves_the_next_wave_to_be_asked(
    database: Database, tmp_path: Path
) -> None:
    record = tmp_path / "record"
    async with house(database) as found:
        await found.ask(found.request(6, max_comparisons=12, stop_rule="cap"))
        await found.step()
        assert (await found.batch()).status == "sending"
        arm(Injector(read(f"wave.after_note:delay={HELD_MS}@1"), 0, record))
        late = asyncio.create_task(send.send(found.parts, 1))
        for _ in range(LOOKS):
            if record.exists():
                break
            await asyncio.sleep(0.001)
        await found.verdicts(*found.gateway.taken())
        await send.send(found.parts, 1)
        await waves.score(found.parts, 1)
        second = await found.batch()
        assert (second.status, second.wave) == ("sending", 2)
        await late
        after = await found.batch()
        assert (after.status, after.due_at) == ("sending", second.due_at)
        await found.run()
        assert (await found.batch()).status == "completed"
