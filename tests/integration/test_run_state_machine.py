"""Several runs at once under everything that callers, cj and time can do, against a model of what must hold.

Hypothesis chooses the deeds and shrinks what goes wrong. The machine runs in a thread of its own and lets the
service work in the event loop of the test. It tries ``STATE_MACHINE_EXAMPLES`` stories (3 if that is not set) of
at most ``STATE_MACHINE_STEPS`` deeds (12), which costs a quiet machine seconds; for more of both:

    STATE_MACHINE_EXAMPLES=200 STATE_MACHINE_STEPS=50 pytest -n 0 tests/integration/test_run_state_machine.py
"""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from app.db.unit import Database
from app.runner.runs.states import FINAL, MOVES, RunState
from app.runner.tables import run_files, runs
from tests.integration.house import House
from tests.integration.parts import Json, deliver

Result = TypeVar("Result")
EXAMPLES = int(os.environ.get("STATE_MACHINE_EXAMPLES", "3"))
STEPS = int(os.environ.get("STATE_MACHINE_STEPS", "12"))
THROUGH_THE_END = {"finishing", "cancelling"}
"""Who passes one of these ends with an artefact; others were refused or cancelled before anything was asked."""


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path)
    await found.open()
    found.cj_answers(503, 404, 202)
    async with found.stack:
        yield found


@dataclass
class Model:
    """What is known of one run: what came in for it, how it ended, what it was seen to have asked."""

    run: Json
    told: list[Json] = field(default_factory=list)
    ended: str | None = None
    asked: int = 0
    deleted: bool = False


class Machine(RuleBasedStateMachine):
    """Deeds; after each of them everything that must hold of every run is checked."""

    house: ClassVar[House]
    loop: ClassVar[asyncio.AbstractEventLoop]

    def __init__(self) -> None:
        super().__init__()
        self.models: list[Model] = []
        self.keys: dict[str, tuple[Json, bytes]] = {}
        self.others = self.wait(self.count())

    def wait(self, deed: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(deed, self.loop).result(60)

    async def count(self) -> int:
        async with self.house.database.transaction() as connection:
            return int((await connection.execute(select(func.count()).select_from(runs))).scalar_one())

    def one(self, number: int) -> Model:
        return self.models[number % len(self.models)]

    @initialize()
    def begin(self) -> None:
        self.create("anchor-align-test", None)

    @rule(mode=st.sampled_from(["anchor-align-test", "plan"]), key=st.none() | st.sampled_from(["a", "b"]))
    def create(self, mode: str, key: str | None) -> None:
        body: Json = {
            "mode": mode,
            "batch_label": "label",
            "assets": {"package_id": self.house.package},
            "budget": {"max_comparisons": 6, "completion_timeout_s": 1000},
        }
        name = None if key is None else f"{key}-{id(self)}"
        headers = {} if name is None else {"Idempotency-Key": name}
        answer = self.wait(self.house.api.post("/v1/runs", json=body, headers=headers))
        if name in self.keys:
            before, content = self.keys[name]
            assert answer.status_code == (202 if before == body else 422)
            assert before != body or answer.content == content
            return
        assert answer.status_code == 202
        self.models.append(Model(answer.json()))
        if name is not None:
            self.keys[name] = (body, answer.content)

    @rule(number=st.integers(0, 9))
    def work(self, number: int) -> None:
        model = self.one(number)
        if not model.deleted:
            self.wait(self.house.work(model.run["id"]))

    @rule(number=st.integers(0, 9), winner=st.sampled_from(["Essay A", "Essay B", None]))
    def verdict(self, number: int, winner: str | None) -> None:
        model = self.one(number)
        place = len(model.told)
        made = self.house.verdict(model.run, f"essay-{place % 4}", f"essay-{(place + 1) % 4}", winner)
        made["data"]["request_metadata"] |= {"comparison_number": 2 * place + 1, "comparison_iteration": place}
        model.told.append(made)
        self.wait(deliver(self.house.database, self.house.verdicts, made))

    @rule(number=st.integers(0, 9))
    def all_verdicts_again(self, number: int) -> None:
        told = self.one(number).told
        if told:
            self.wait(deliver(self.house.database, self.house.verdicts, *told))

    @rule(number=st.integers(0, 9))
    def completion(self, number: int) -> None:
        made = self.house.completion(self.one(number).run)
        self.wait(deliver(self.house.database, self.house.completed, made))

    @rule(number=st.integers(0, 9))
    def result(self, number: int) -> None:
        model = self.one(number)
        facts = {"comparisons_succeeded": len(model.told), "comparisons_failed": 1}
        ids = [f"essay-{place}" for place in range(4)]
        made = self.house.result(model.run, ids, **facts)
        self.wait(deliver(self.house.database, self.house.resulted, made))

    @rule(number=st.integers(0, 9), reason=st.sampled_from(["low_success_rate", "cancelled"]))
    def failure(self, number: int, reason: str) -> None:
        meta = {"timestamp": self.house.clock().isoformat(), "error_info": {"reason": reason}}
        made = self.house.envelope(self.house.base(self.one(number).run) | {"system_metadata": meta})
        self.wait(deliver(self.house.database, self.house.failed, made))

    @rule(seconds=st.sampled_from([11, 700]))
    def time(self, seconds: int) -> None:
        self.house.clock.pass_by(seconds)

    @rule(number=st.integers(0, 9))
    def cancel(self, number: int) -> None:
        model = self.one(number)
        answer = self.wait(self.house.api.post(model.run["links"]["cancel"]))
        if model.deleted:
            assert answer.status_code == 410
        elif model.ended not in {None, "cancelled"}:
            assert answer.status_code == 409
        else:
            assert answer.json()["status"] in {"cancelling", "cancelled"}

    @rule(number=st.integers(0, 9))
    def retry(self, number: int) -> None:
        model = self.one(number)
        answer = self.wait(self.house.api.post(model.run["links"]["retry"]))
        expected = 410 if model.deleted else 409 if model.ended is None else 202
        assert answer.status_code == expected
        if expected == 202:
            again = answer.json()
            assert (again["retry_of"], again["request"]) == (model.run["id"], model.run["request"])
            self.models.append(Model(again))

    @precondition(lambda self: len(self.models) > 1)
    @rule(number=st.integers(0, 9))
    def delete(self, number: int) -> None:
        model = self.one(number)
        answer = self.wait(self.house.api.delete(model.run["links"]["self"]))
        assert answer.status_code == (204 if model.deleted or model.ended is not None else 409)
        model.deleted = model.deleted or answer.status_code == 204

    @invariant()
    def everything_holds(self) -> None:
        for model in self.models:
            self.wait(self.check(model))
        there = sum(not model.deleted for model in self.models)
        assert self.wait(self.count()) == self.others + there

    async def check(self, model: Model) -> None:
        answer = await self.house.api.get(model.run["links"]["self"])
        if model.deleted:
            assert answer.status_code == 410
            return
        run = answer.json()
        self.counts(model, run["progress"])
        events = (await self.house.api.get(model.run["links"]["events"])).json()["items"]
        assert [event["number"] for event in events] == list(range(1, len(events) + 1))
        path = [event["data"]["to"] for event in events if "to" in event["data"]]
        for present, onward in zip(["accepted", *path], path, strict=False):
            assert RunState(onward) in MOVES[RunState(present)]
        assert run["status"] == (path[-1] if path else "accepted")
        assert model.ended in {None, run["status"]}
        model.ended = run["status"] if RunState(run["status"]) in FINAL else None
        has_one = run["mode"] != "plan" and model.ended is not None and bool(THROUGH_THE_END & set(path))
        await self.artefacts(model, expected=has_one)

    def counts(self, model: Model, progress: Json) -> None:
        found = progress["comparisons"]
        assert found["received"] == found["succeeded"] + found["failed"]
        assert found["received"] + found["late"] == len(model.told)
        assert found["asked"] >= max(model.asked, len(model.told))
        model.asked = found["asked"]
        assert progress["tokens"] == {"prompt": 10 * found["received"], "completion": 2 * found["received"]}

    async def artefacts(self, model: Model, *, expected: bool) -> None:
        """A run that ended has one artefact of each revision; one that goes on, or only plans, has none."""
        mine = (run_files.c.run_id == model.run["id"], run_files.c.kind == "artefact")
        async with self.house.database.transaction() as connection:
            found = (await connection.execute(select(run_files.c.revision).where(*mine))).scalars().all()
        assert sorted(found) == list(range(1, len(found) + 1))
        assert bool(found) == expected

    def teardown(self) -> None:
        """Left alone with its worker, every run ends."""
        for model in self.models:
            for _ in range(6):
                self.house.clock.pass_by(700)
                if not model.deleted:
                    self.wait(self.house.work(model.run["id"]))
            self.wait(self.check(model))
            assert model.deleted or model.ended is not None


@pytest.mark.timeout(max(300, 5 * EXAMPLES * STEPS))
async def test_runs_keep_to_the_model_whatever_is_done_to_them(house: House) -> None:
    loop = asyncio.get_running_loop()
    machine = type("MachineOfThisHouse", (Machine,), {"house": house, "loop": loop})
    few = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=few)
