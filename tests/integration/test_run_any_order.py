"""Whatever happens to a run, in whatever order and however often: its counts add up, and it ends once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db.unit import Database
from app.runner.runs.states import FINAL, MOVES, RunState
from tests.integration.house import House
from tests.integration.parts import Json, deliver

Act = Callable[[], Awaitable[Any]]


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path)
    await found.open()
    found.cj_answers(503, 404, 202)
    async with found.stack:
        yield found


class Story:
    """One run, what is done to it, and what must hold after each deed."""

    def __init__(self, house: House, run: Json) -> None:
        self.house, self.run = house, run
        self.ids = [f"essay-{number}" for number in range(4)]
        self.told: list[Json] = []
        self.ended: str | None = None
        self.asked = 0
        self.tag = ""

    async def do(self, deed: str) -> None:
        acts: dict[str, Act] = {
            "work": lambda: self.house.work(self.run["id"]),
            "verdict": lambda: self.verdict("Essay A"),
            "failed verdict": lambda: self.verdict(None),
            "verdict again": self.again,
            "completion": lambda: deliver(
                self.house.database, self.house.completed, self.house.completion(self.run)
            ),
            "result": self.result,
            "failure": lambda: self.failure("low_success_rate"),
            "cancelled failure": lambda: self.failure("cancelled"),
            "cancel": lambda: self.house.api.post(self.run["links"]["cancel"]),
            "retry": lambda: self.house.api.post(self.run["links"]["retry"]),
            "time": self.time,
        }
        await acts[deed]()

    async def time(self) -> None:
        self.house.clock.pass_by(700)

    async def verdict(self, winner: str | None) -> None:
        number = len(self.told)
        made = self.house.verdict(self.run, self.ids[number % 4], self.ids[(number + 1) % 4], winner)
        made["data"]["request_metadata"] |= {"comparison_number": 2 * number + 1, "comparison_iteration": number}
        self.told.append(made)
        await deliver(self.house.database, self.house.verdicts, made)

    async def again(self) -> None:
        if self.told:
            await deliver(self.house.database, self.house.verdicts, *self.told)

    async def result(self) -> None:
        facts = {"comparisons_succeeded": len(self.told), "comparisons_failed": 1}
        result = self.house.result(self.run, self.ids, **facts)
        await deliver(self.house.database, self.house.resulted, result)

    async def failure(self, reason: str) -> None:
        now = self.house.clock().isoformat()
        meta = {"system_metadata": {"timestamp": now, "error_info": {"reason": reason}}}
        failure = self.house.envelope(self.house.base(self.run) | meta)
        await deliver(self.house.database, self.house.failed, failure)

    async def check(self) -> None:
        answer = await self.house.api.get(self.run["links"]["self"])
        run = answer.json()
        counts = run["progress"]["comparisons"]
        assert counts["received"] == counts["succeeded"] + counts["failed"]
        assert counts["received"] + counts["late"] == len(self.told)
        assert counts["asked"] >= max(self.asked, len(self.told))
        self.asked = counts["asked"]
        assert run["progress"]["tokens"] == {
            "prompt": 10 * counts["received"],
            "completion": 2 * counts["received"],
        }
        events = (await self.house.api.get(self.run["links"]["events"])).json()["items"]
        assert [event["number"] for event in events] == list(range(1, len(events) + 1))
        path = [event["data"]["to"] for event in events[1:]]
        for present, onward in zip(["accepted", *path], path, strict=False):
            assert RunState(onward) in MOVES[RunState(present)]
        assert run["status"] == (path[-1] if path else "accepted")
        assert self.ended in {None, run["status"]}
        self.ended = run["status"] if RunState(run["status"]) in FINAL else None


DEEDS = [
    *("work", "work", "verdict", "verdict", "failed verdict", "verdict again", "completion", "result"),
    *("failure", "cancelled failure", "cancel", "cancel", "retry", "time"),
]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(deeds=st.lists(st.sampled_from(DEEDS), min_size=3, max_size=14))
async def test_counts_add_up_and_a_run_ends_once(house: House, deeds: list[str]) -> None:
    story = Story(house, await house.start(budget={"max_comparisons": 6, "completion_timeout_s": 1000}))
    for deed in ("work", *deeds):
        await story.do(deed)
        await story.check()
    for _ in range(6):  # left alone with its worker, every run ends
        house.clock.pass_by(700)
        await story.do("work")
        await story.check()
    assert story.ended is not None
