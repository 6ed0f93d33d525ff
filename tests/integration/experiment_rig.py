"""Experiments over the runner's API in process: the worker's steps done one by one, runs that end at will."""

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import uuid6
from sqlalchemy import func, select

from app.db.unit import Database
from app.runner.experiment_tables import attempts
from app.runner.experiments import advance
from app.runner.runs import essays
from app.runner.runs.accept import NewIds
from app.runner.tables import runs
from tests.integration.house import House
from tests.integration.parts import Json, deliver

RUBRICS = [{"name": "first", "text": "weigh content"}, {"name": "second", "text": "weigh language"}]
MODELS = [{"provider": "mock", "model": "latent"}, {"provider": "mock", "model": "coin"}]
GRADED = ("A", "B", "C")


class Lab(House):
    """A house in which experiments are run; ``steps`` are the worker's."""

    def __init__(self, database: Database, files: Path) -> None:
        super().__init__(database, files)
        self.steps = advance.Parts(database, self.clock, self.new_ids)

    def new_ids(self) -> NewIds:
        return NewIds(f"run_{uuid6.uuid7().hex}", uuid4(), uuid4())

    def body(self, **changes: Any) -> Json:
        return {
            "name": "which rubric",
            "assets": {"package_id": self.package},
            "factors": {"rubrics": RUBRICS, "models": MODELS, "repeats": 2},
            "max_cost_usd": 8,
            "max_concurrency": 3,
            "budget": {"max_comparisons": 4},
            "design": {"seed": 3, "stop": {"rule": "cap"}},
        } | changes

    async def begin(self, **changes: Any) -> Json:
        answer = await self.api.post("/v1/experiments", json=self.body(**changes))
        assert answer.status_code == 202, answer.text
        made: Json = answer.json()
        return made

    async def look(self, experiment: Json) -> Json:
        found: Json = (await self.api.get(experiment["links"]["self"])).json()
        return found

    async def step(self, experiment: Json) -> Json:
        """Do what the worker does with an experiment that is due, once."""
        async with self.database.transaction() as connection:
            await advance.mark_due(connection, self.clock())
        found = await self.look(experiment)
        stage = advance.STAGES.get(found["status"])
        if stage is not None:
            await stage(self.steps, experiment["id"])
        return await self.look(experiment)

    async def going(self, experiment: Json) -> list[Json]:
        """Return the runs that go on, in the order of their cells."""
        found = await self.look(experiment)
        return [await self.show(cell["run_id"]) for cell in found["table"] if cell["state"] == "running"]

    async def end_run(self, run: Json, *, good: bool = True, cost: float = 0.001) -> Json:
        """Let a run have verdicts and the end that cj gives it."""
        await self.prepare(run["id"])
        ids = await self.essays_of(run["id"])
        for first, second in pairwise(ids):
            await deliver(self.database, self.verdicts, self.verdict(run, first, second, cost_estimate=cost))
        if good:
            pairs = len(ids) - 1
            result = self.result(run, ids, total_comparisons=pairs, successful_comparisons=pairs)
            await deliver(self.database, self.completed, self.completion(run))
            await deliver(self.database, self.resulted, result)
        else:
            await deliver(self.database, self.failed, self.failure(run))
        self.clock.pass_by(30)
        return await self.work(run["id"])

    def failure(self, run: Json) -> Json:
        data = self.base(run) | {"status": "failed", "cj_assessment_job_id": "7"}
        data["system_metadata"] = data["system_metadata"] | {"error_info": {"reason": "the judge is away"}}
        return self.envelope(data)

    async def essays_of(self, run_id: str) -> list[str]:
        """Return the travelling ids of a run's anchors, by position."""
        async with self.database.transaction() as connection:
            found = await essays.of_run(connection, run_id, "anchor")
        return [essay.essay_id for essay in found]

    async def run_all(self, experiment: Json, most: int = 40) -> Json:
        """Work until the experiment is over, every run ending well."""
        for _ in range(most):
            found = await self.step(experiment)
            if found["status"] not in {"accepted", "running", "cancelling"}:
                return found
            for run in await self.going(experiment):
                await self.end_run(run)
        raise AssertionError("the experiment does not end")

    async def runs_started(self, experiment: Json) -> tuple[int, int]:
        """Return how many runs there are of an experiment: by its own rows, and by labels of runs."""
        mine = select(func.count()).select_from(attempts).where(attempts.c.experiment_id == experiment["id"])
        labelled = (
            select(func.count()).select_from(runs).where(runs.c.labels["experiment"].astext == experiment["id"])
        )
        async with self.database.transaction() as connection:
            return (
                int((await connection.execute(mine)).scalar_one()),
                int((await connection.execute(labelled)).scalar_one()),
            )

    async def kinds(self, experiment: Json) -> list[str]:
        found = (await self.api.get(experiment["links"]["events"])).json()["items"]
        assert [event["number"] for event in found] == list(range(1, len(found) + 1))
        return [event["type"] for event in found]

    async def all_at_once(self, experiment: Json, times: int) -> None:
        """Let several workers do the same step at the same time."""
        await asyncio.gather(*(advance.advance(self.steps, experiment["id"]) for _ in range(times)))
