"""Runs under way while what surrounds the services misbehaves; each has to end as if nothing had been.

Fed by tests with an act (what misbehaves, and how often it really did); feeds the tally, and asserts the promises.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import text

from app.cli.demo_data import folder_archive
from app.contracts.artefact import problems_of
from app.db.unit import Database
from app.roles.stack import ROOT
from app.runner.runs.states import FINAL
from app.settings import DatabaseSettings
from tests.chaos.invariants import Evidence, check
from tests.chaos.rig import Rig, until_ready
from tests.chaos.tally import Row, note

Json = dict[str, Any]
Act = Callable[["Around"], Coroutine[Any, Any, int]]
COMPARISONS = 24
ENDS_S = 240.0
READY_S = 240.0
LOOK_S = 0.1
UNREST = """
SELECT 'runs', count(*) FROM runner.runs WHERE status <> ALL(:final) OR revision_wanted_at IS NOT NULL
UNION ALL SELECT 'runner outbox', count(*) FROM runner.outbox WHERE published_at IS NULL
UNION ALL SELECT 'batches', count(*) FROM cj.batches
    WHERE status NOT IN ('completed', 'failed', 'cancelled') OR due_at IS NOT NULL
UNION ALL SELECT 'cj outbox', count(*) FROM cj.outbox WHERE published_at IS NULL
UNION ALL SELECT 'requests', count(*) FROM gateway.requests
    WHERE state NOT IN ('succeeded', 'failed', 'expired', 'cancelled')
UNION ALL SELECT 'gateway outbox', count(*) FROM gateway.outbox WHERE published_at IS NULL
"""


@dataclass
class Around:
    """A rig, a way to its database that nothing misbehaves on, and a caller who does not give up."""

    rig: Rig
    database: Database
    http: httpx.AsyncClient
    package_id: str = ""
    calm: list[Any] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)

    async def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Ask the API until it answers below 500, as a client does whose request may safely come twice."""
        end = time.monotonic() + ENDS_S
        while time.monotonic() < end:
            try:
                answer = await self.http.request(method, path, **given)
            except httpx.TransportError:
                await asyncio.sleep(LOOK_S)
                continue
            if answer.status_code < 500 and answer.status_code != 409:
                return answer
            await asyncio.sleep(LOOK_S)
        raise AssertionError(f"the API does not answer {method} {path}")

    async def start(self, **changes: Any) -> str:
        """Start one run; return its id."""
        body = {
            "mode": "anchor-align-test",
            "batch_label": "around",
            "assets": {"package_id": self.package_id},
            "llm": {"provider": "mock", "model": "latent"},
            "budget": {"max_comparisons": COMPARISONS, "completion_timeout_s": 600},
            "design": {"seed": 7, "stop": {"rule": "cap"}},
        } | changes
        answer = await self.ask("POST", "/v1/runs", json=body, headers={"Idempotency-Key": str(uuid4())})
        assert answer.status_code == 202, answer.text
        self.runs.append(answer.json()["id"])
        return self.runs[-1]

    async def until(self, run_id: str, *, received: int | None = None) -> Json:
        """Return the run once it has ended, or once so many verdicts came in."""
        end = time.monotonic() + ENDS_S
        run: Json = {}
        while time.monotonic() < end:
            run = (await self.ask("GET", f"/v1/runs/{run_id}")).json()
            if run["status"] in FINAL:
                return run
            if received is not None and run["progress"]["comparisons"]["received"] >= received:
                return run
            await asyncio.sleep(LOOK_S)
        raise AssertionError(f"the run is still {run.get('status')}: {run.get('progress')}")

    async def rows(self, query: str, **values: Any) -> list[Any]:
        """Return what the database has, past everything that misbehaves."""
        async with self.database.transaction() as connection:
            found = await connection.execute(text(query), values)
            return list(found.all()) if found.returns_rows else []

    async def at_rest(self) -> None:
        """Return when nothing is under way any more, in any service."""
        end, left = time.monotonic() + ENDS_S, dict[str, int]()
        while time.monotonic() < end:
            counts = await self.rows(UNREST, final=[str(state) for state in FINAL])
            left = {name: count for name, count in counts if count}
            if not left:
                return
            await asyncio.sleep(LOOK_S)
        raise AssertionError(f"not at rest: {left}")

    async def scores(self, run_id: str) -> list[Any]:
        """Return what must be equal however a run was disturbed; its artefact must be sound."""
        artefact = (await self.ask("GET", f"/v1/runs/{run_id}/artefact")).json()
        assert problems_of(artefact) == []
        assert len(artefact["llm_comparisons"]) == COMPARISONS
        return sorted(
            (row["essay_id"].rsplit("_", 1)[0], row["theta"], row["standard_error"], row["comparison_count"])
            for row in artefact["bt_summary"]
        )

    async def survives(
        self, fault: str, act: Act, *, runs: int = 2, from_the_start: bool = False, judge: Json | None = None
    ) -> list[Json]:
        """Let ``act`` happen while ``runs`` are under way, and hold everything that is promised against them.

        With another ``judge``, who may refuse for good, runs may end with less, and with other scores.
        """
        doing = asyncio.create_task(act(self)) if from_the_start else None
        changes = {} if judge is None else {"llm": judge}
        started = [await self.start(**changes) for _ in range(runs)]
        if doing is None:
            await self.until(started[0], received=2)
            doing = asyncio.create_task(act(self))
        try:
            injected = await doing
        finally:
            await self.rig.behave()
        ended = [await self.until(run_id) for run_id in started]
        await self.at_rest()
        report = await check(Evidence(self.database, self.rig.files_dir), accepted=self.runs)
        note(Row(fault, injected, runs, report.lost, report.doubled))
        assert report.findings == [], str(report)
        assert injected > 0, "it did not happen"
        if judge is None:
            assert Counter(run["status"] for run in ended) == {"completed": runs}
            for run_id in started:
                found = await self.scores(run_id)
                assert found == self.calm, f"{found} instead of {self.calm}"
        return ended


@asynccontextmanager
async def around(rig: Rig) -> AsyncIterator[Around]:
    """Yield the rig with a package on it, and with the scores of a run that nothing disturbed."""
    database = Database.connect(DatabaseSettings(url=rig.database_url), application_name="tests")
    async with httpx.AsyncClient(base_url=rig.api_url, timeout=10) as http:
        here = Around(rig, database, http)
        archive = folder_archive(ROOT / "data" / "eng5-demo")
        form = {"name": "eng5-demo", "min_text_characters": "100"}
        answer = await here.ask("POST", "/v1/asset-packages", files={"file": ("set.zip", archive)}, data=form)
        here.package_id = answer.json()["id"]
        run_id = await here.start()
        assert (await here.until(run_id))["status"] == "completed"
        here.calm = await here.scores(run_id)
        watching = asyncio.create_task(rig.watch())
        try:
            yield here
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await database.close()


async def restarted(here: Around, role: str, more: Mapping[str, str]) -> None:
    """Start one role anew with other settings."""
    async with here.rig.lock:
        await asyncio.to_thread(here.rig.stack.kill, role)
        here.rig.stack._extra.update(more)
        await here.rig.start(role)
    await until_ready(here.rig, READY_S)
