"""The whole system as processes that die and come again, and a client that does not give up.

Fed by tests with plans of faults; feeds them with what became of runs. The judges are paid ones on loopback.
"""

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from app.cli.demo_data import archive_of
from app.db.unit import Database
from app.roles.everything import servers
from app.roles.free_ports import free_ports
from app.roles.probe_http import answers
from app.roles.stack import ROLES
from app.runner.runs.states import FINAL
from app.settings import DatabaseSettings
from tests.chaos.invariants import Evidence, Report, check
from tests.chaos.judges import PaidJudges
from tests.chaos.nursery import ForkedStack, Nursery, nursery
from tests.fakes.webhook_receiver import Receiver, receiving

Json = dict[str, Any]
DEADLINE_S = 240.0
LOOK_S = 0.05
CONCURRENCY = 4
LEASE_S = 2.0
JUDGING_LEASE_S = 5.0
"""Longer than others: a gateway that gets no turn on a busy machine for so long asks again what it holds."""
SETTINGS = {
    "LLM_PROVIDER_SERVICE_OPEN_WRITES": "true",
    "LLM_PROVIDER_SERVICE_CONCURRENCY": str(CONCURRENCY),
    "LLM_PROVIDER_SERVICE_LEASE_S": str(JUDGING_LEASE_S),
    "LLM_PROVIDER_SERVICE_SWEEP_S": "0.3",
    "LLM_PROVIDER_SERVICE_BACK_OFF_S": "0.1",
    "LLM_PROVIDER_SERVICE_BATCH_API_MODE": "opportunistic",
    "LLM_PROVIDER_SERVICE_BATCH_API_GATHER_S": "0",
    "LLM_PROVIDER_SERVICE_BATCH_API_POLL_S": "0.2",
    "LLM_PROVIDER_SERVICE_COST_LIMIT_USD_PER_DAY": "1000",
    "CJ_ASSESSMENT_SERVICE_DEFAULT_LLM_PROVIDER": "openai",
    "CJ_ASSESSMENT_SERVICE_LLM_BATCHING_MODE": "per_request",
    "CJ_ASSESSMENT_SERVICE_LEASE_S": str(LEASE_S),
    "KAFKA_OUTBOX_LEASE_S": str(LEASE_S),
    "KAFKA_SESSION_TIMEOUT_MS": "6000",
    "DATABASE_IDLE_TRANSACTION_S": str(LEASE_S),
    "RUNNER_LEASE_S": str(LEASE_S),
    "RUNNER_REVISION_QUIET_S": "0.5",
    "RUNNER_SWEEP_EVERY_S": "1",
    "WEBHOOKS_TIMEOUT_S": "1",
    "WEBHOOKS_LEASE_S": str(LEASE_S),
    "NEIGHBOUR_TIMEOUT_S": "5",
}
"""Leases are short, so that what a dead process held is taken over soon; nothing else hurries: verdicts that are
missing are asked for again after minutes, so that a run which needs that does not end in time."""
UNREST = """
SELECT 'runs', count(*) FROM runner.runs WHERE status <> ALL(:final) OR revision_wanted_at IS NOT NULL
UNION ALL SELECT 'runner outbox', count(*) FROM runner.outbox WHERE published_at IS NULL
UNION ALL SELECT 'webhooks', count(*) FROM runner.webhook_deliveries WHERE status = 'pending'
UNION ALL SELECT 'batches', count(*) FROM cj.batches
    WHERE status NOT IN ('completed', 'failed', 'cancelled') OR due_at IS NOT NULL
UNION ALL SELECT 'cj outbox', count(*) FROM cj.outbox WHERE published_at IS NULL
UNION ALL SELECT 'requests', count(*) FROM gateway.requests
    WHERE state NOT IN ('succeeded', 'failed', 'expired', 'cancelled')
UNION ALL SELECT 'jobs', count(*) FROM gateway.jobs WHERE status <> 'done'
UNION ALL SELECT 'gateway outbox', count(*) FROM gateway.outbox WHERE published_at IS NULL
"""


class Stuck(AssertionError):
    """Something did not come to its end in time."""


@dataclass
class Stage:
    """A running system; ``plans`` are what the next processes of each role are started with, one after another."""

    stack: ForkedStack
    forks: Nursery
    database: Database
    judges: PaidJudges
    receiver: Receiver
    http: httpx.AsyncClient
    plans: dict[str, list[str]] = field(default_factory=dict)
    wanted: dict[str, int] = field(default_factory=dict)
    packages: int = 0
    heard: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))

    async def arm(self, plans: Mapping[str, Sequence[str]]) -> None:
        """Kill each role that is named, and start it with the first of its plans; return when all are ready."""
        self.plans = {role: list(wanted) for role, wanted in plans.items()}
        self.wanted = {role: len(self.injected(role)) + len(wanted) for role, wanted in plans.items()}
        for role in plans:
            await asyncio.to_thread(self.stack.kill, role)
            self._start(role)
        await self.ready()

    async def ready(self) -> None:
        """Return when every process answers; one that dies before is started again."""
        for role in ROLES:
            end = time.monotonic() + DEADLINE_S
            while not await asyncio.to_thread(answers, f"{self.stack.plan.url(role)}/readyz"):
                self.mend()
                if time.monotonic() > end:
                    raise Stuck(f"{role} does not get ready")
                await asyncio.sleep(LOOK_S)

    def _start(self, role: str) -> None:
        waiting = self.plans.get(role)
        plan = waiting.pop(0) if waiting else ""
        faults = {"FAULTS_ALLOWED": "true", "FAULTS_PLAN": plan, "FAULTS_RECORD": str(self._record(role))}
        self.stack.start([role], faults if plan else None)

    def mend(self) -> None:
        """Start again what has died, as whoever watches over the processes does."""
        for role in self.stack.ended():
            self._start(role)

    def armed(self) -> bool:
        """Return whether some process still waits for its fault, or for the next one."""
        return any(len(self.injected(role)) < count for role, count in self.wanted.items())

    async def report(self, accepted: Sequence[str]) -> Report:
        """Return what the checker finds in all that was left behind so far."""
        return await check(Evidence(self.database, self.files_dir), accepted=accepted)

    @property
    def files_dir(self) -> Path:
        """The folder of the files of runs."""
        return Path(self.stack.plan.data_dir) / "runs"

    def _record(self, role: str) -> Path:
        return Path(self.stack.plan.data_dir) / f"faults-{role}.jsonl"

    @asynccontextmanager
    async def another(self, role: str) -> AsyncIterator[None]:
        """Let a second process of ``role`` stand in for the first until the end, on a port of its own.

        It has the first one's name in its consumer group, as whatever replaces a process that hangs has.
        """
        [port] = free_ports([0])
        plan = replace(self.stack.plan, ports={**self.stack.plan.ports, role: port})
        spare = ForkedStack(plan, self.stack.settings, self.forks)
        spare.start([role])
        try:
            await asyncio.to_thread(spare.wait_until_ready)
            yield
        finally:
            await asyncio.to_thread(spare.stop)

    def injected(self, role: str) -> list[str]:
        """Return the points at which a fault really happened in a role, in order, since the stage was set up."""
        record = self._record(role)
        lines = record.read_text().splitlines() if record.is_file() else []
        return [str(json.loads(line)["point"]) for line in lines]

    async def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Ask the API until it answers, as a client does whose request may safely come twice."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            self.mend()
            try:
                answer = await self.http.request(method, path, **given)
            except httpx.TransportError:
                await asyncio.sleep(LOOK_S)
                continue
            if answer.status_code < 500:
                return answer
            await asyncio.sleep(LOOK_S)
        raise Stuck(f"the API does not answer {method} {path}")

    async def until(self, run_id: str, *, received: int = 0) -> Json:
        """Return the run once it has ended, or once so many verdicts came in."""
        end = time.monotonic() + DEADLINE_S
        run: Json = {}
        while time.monotonic() < end:
            run = (await self.ask("GET", f"/v1/runs/{run_id}")).json()
            if run["status"] in FINAL or 0 < received <= run["progress"]["comparisons"]["received"]:
                return run
            await asyncio.sleep(LOOK_S)
        raise Stuck(f"the run is still {run['status']}: {run['progress']}")

    async def at_rest(self) -> None:
        """Return when nothing is under way any more, in any service."""
        end = time.monotonic() + DEADLINE_S
        left: Mapping[str, int] = {}
        while time.monotonic() < end:
            self.mend()
            async with self.database.transaction() as connection:
                rows = await connection.execute(text(UNREST), {"final": [str(state) for state in FINAL]})
                left = {name: count for name, count in rows if count}
            if not left:
                return
            await asyncio.sleep(LOOK_S)
        raise Stuck(f"not at rest: {left}")

    async def asked(self, mark: str) -> Counter[str]:
        """Return how many comparisons the gateway was asked for with each prompt that has ``mark`` in it."""
        prompts = text("SELECT user_prompt FROM gateway.requests WHERE position(:mark in user_prompt) > 0")
        async with self.database.transaction() as connection:
            return Counter((await connection.execute(prompts, {"mark": mark})).scalars())

    async def until_gone(self, folder: Path) -> None:
        """Return when a folder is no more."""
        end = time.monotonic() + DEADLINE_S
        while await asyncio.to_thread(folder.exists):
            self.mend()
            if time.monotonic() > end:
                raise Stuck(f"{folder.name} is still there")
            await asyncio.sleep(LOOK_S)

    async def package(self) -> tuple[str, str]:
        """Upload essays that nobody uploaded before; return the package's id and the mark in their texts."""
        self.packages += 1
        mark = f"mark {self.packages} of {self.stack.plan.ports['api']}."
        answer = await self.ask(
            "POST",
            "/v1/asset-packages",
            data={"name": "essays", "min_text_characters": "50"},
            files={"file": ("essays.zip", essays(mark), "application/zip")},
        )
        assert answer.status_code == 201, answer.text
        return answer.json()["id"], mark


def essays(mark: str) -> bytes:
    """Return eight anchors and four students' essays, with the task and a rubric."""
    grades = ("A", "A", "B", "B", "C+", "D+", "E+", "F+")
    table = "ANCHOR-ID,FILE-NAME,GRADE\n" + "".join(f"a{n},a{n}.txt,{grade}\n" for n, grade in enumerate(grades))
    files = {
        "task_instruction.md": f"Write about the sea, as you know it. {mark}",
        "llm_prompt.md": "Weigh content and language.",
        "ANCHOR_ESSAYS.csv": table,
    }
    files |= {f"anchor_essays/a{n}.txt": _essay(90 - 10 * n, mark) for n in range(len(grades))}
    files |= {f"student_essays/s{n}.txt": _essay(85 - 20 * n, mark) for n in range(4)}
    return archive_of({name: body.encode() for name, body in files.items()})


def _essay(strength: int, mark: str) -> str:
    return f"This is an essay of strength {strength} about the sea, which is wide, deep and seldom at rest. {mark}"


@asynccontextmanager
async def set_up(data_dir: Path, extra: Mapping[str, str] | None = None) -> AsyncIterator[Stage]:
    """Yield a running system of five processes with its own database, broker, judges and receiver of webhooks."""
    with nursery() as forks, servers(data_dir, prefer_usual=False) as plan, receiving() as receiver:
        receiver.may_answer.set()
        database = Database.connect(DatabaseSettings(url=plan.database_url), application_name="tests")
        async with PaidJudges() as judges, httpx.AsyncClient(base_url=plan.url("api"), timeout=10) as http:
            stack = ForkedStack(plan, SETTINGS | judges.environment() | dict(extra or {}), forks)
            try:
                await asyncio.to_thread(stack.migrate)
                stack.start()
                await asyncio.to_thread(stack.wait_until_ready)
                yield Stage(stack, forks, database, judges, receiver, http)
            finally:
                await asyncio.to_thread(stack.stop)
                await database.close()
