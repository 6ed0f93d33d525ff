"""Whatever happens to a run, in whatever order and however often: its counts add up, and it ends once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db.unit import Database
from app.messaging.consume import Route
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
            "recollect": lambda: self.house.api.post(self.run["links"]["recollect"]),
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
        path = [event["data"]["to"] for event in events[1:] if "to" in event["data"]]
        for present, onward in zip(["accepted", *path], path, strict=False):
            assert RunState(onward) in MOVES[RunState(present)]
        assert run["status"] == (path[-1] if path else "accepted")
        assert self.ended in {None, run["status"]}
        self.ended = run["status"] if RunState(run["status"]) in FINAL else None


DEEDS = [
    *("work", "work", "verdict", "verdict", "failed verdict", "verdict again", "completion", "result"),
    *("failure", "cancelled failure", "cancel", "cancel", "retry", "recollect", "time"),
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


NUMBER_OF_VERDICTS = 5


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(order=st.permutations(range(NUMBER_OF_VERDICTS + 2)), split=st.integers(0, NUMBER_OF_VERDICTS + 2))
async def test_whatever_came_late_the_last_revision_holds_the_same(
    house: House, order: list[int], split: int
) -> None:
    run = await house.start(budget={"max_comparisons": 6, "completion_timeout_s": 60})
    await house.work(run["id"])
    ids = [f"essay-{number}" for number in range(4)]
    said: list[tuple[Route[Any], Json]] = [
        (house.verdicts, house.verdict(run, ids[number % 4], ids[(number + 1) % 4]))
        for number in range(NUMBER_OF_VERDICTS)
    ]
    facts = {"comparisons_succeeded": NUMBER_OF_VERDICTS, "comparisons_failed": 0}
    wanted = {message["data"]["request_id"] for _, message in said}
    said += [(house.completed, house.completion(run)), (house.resulted, house.result(run, ids, **facts))]
    for number in order[:split]:
        await deliver(house.database, *said[number])
    house.clock.pass_by(61)
    for _ in range(2):  # out of time, then its end
        await house.work(run["id"])
    ended = await house.show(run["id"])
    assert RunState(ended["status"]) in FINAL
    for number in [*order[split:], *order]:  # late, and everything once more
        await deliver(house.database, *said[number])
    house.clock.pass_by(10)
    for _ in range(2):
        await house.work(run["id"])
    artefact = await house.artefact(run["id"])
    assert {record["request_id"] for record in artefact["llm_comparisons"]} == wanted
    assert [row["essay_id"] for row in artefact["bt_summary"]] == ids
    assert artefact["validation"]["runner_status"]["partial_data"] is False
    shown = await house.show(run["id"])
    assert shown["status"] == ended["status"]
    assert shown["artefact_revision"] == (1 if ended["status"] == "completed" else 2)
