"""Operations under load: many runs at once, one very large run, and a backlog of callbacks after an outage.

``make load`` does all three; ``python -m tests.chaos.load --help`` tells how to make one smaller.
Judges are mocks. Each ends with what the checker finds, and with the memory of every role.
"""

import argparse
import asyncio
import shutil
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from app.cli.demo_data import archive_of
from app.db.unit import Database
from app.settings import DatabaseSettings
from tests.chaos import memory
from tests.chaos.fault_acts import Acts
from tests.chaos.fault_plan import plan
from tests.chaos.invariants import Evidence, Report, check
from tests.chaos.memory import Sample
from tests.chaos.rig import Rig, rig
from tests.chaos.soak import at_rest, happen

Json = dict[str, Any]
GRADES = ("F+", "E-", "E+", "D-", "D+", "C-", "C+", "B", "A")
LEVELS = (
    "i dont know becaus he have it. it is good. i like it",
    "My brother have a dog and it is nice. We walk with him every day",
    "I think that my grandmother is kind because she helps everybody, even when she is tired",
    "Although nobody noticed it, the referee quietly apologised; consequently the crowd forgave her decision",
)
ENDED = {"completed", "completed_partial", "failed", "timed_out", "cancelled"}
SMALL = {"essays": 6, "comparisons": 12}
WIDE = {
    "CJ_ASSESSMENT_SERVICE_MAX_PAIRWISE_COMPARISONS": "20000",
    "LLM_PROVIDER_SERVICE_QUEUE_MAX_SIZE": "200000",
    "LLM_PROVIDER_SERVICE_MOCK_ERROR_RATE": "0",
    "LLM_PROVIDER_SERVICE_MOCK_LATENCY_MS": "5",
    "LLM_PROVIDER_SERVICE_MOCK_JITTER_MS": "0",
    "RUNNER_RECONCILE_SILENT_S": "3600",
    "CJ_ASSESSMENT_SERVICE_OVERDUE_AFTER_S": "3600",
}
"""Room for large runs; and nobody asks again while an outage lasts, so that the backlog is a backlog."""


@dataclass(frozen=True)
class Wishes:
    """How much."""

    folder: Path
    what: str
    runs: int
    essays: int
    comparisons: int
    every_s: float
    seed: int = 1
    longest_s: float = 3600.0


@dataclass
class Loaded:
    """What was measured, and what was found."""

    figures: dict[str, object] = field(default_factory=dict)
    report: Report = field(default_factory=Report)
    samples: list[Sample] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)


def package_of(essays: int) -> bytes:
    """Return a package of so many anchors, of all grades and levels, no two alike."""
    files = {"essay_instruction.md": b"Write about somebody whom you admire. " * 4}
    for number in range(essays):
        level = LEVELS[number * len(LEVELS) // essays]
        words = ". ".join(f"{level}, as number {number} of {essays} says" for _ in range(6))
        grade = GRADES[number * len(GRADES) // essays]
        files[f"anchor_essays/essay_{number:04d}_{grade}.txt"] = words.encode()
    return archive_of(files)


class Client:
    """Starts runs and waits for their ends, by HTTP."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def package(self, essays: int) -> str:
        """Upload a package of so many essays; return its id."""
        file = {"file": (f"load-{essays}.zip", package_of(essays))}
        answer = await self._http.post("/v1/asset-packages", files=file, data={"min_text_characters": "100"})
        answer.raise_for_status()
        return str(answer.json()["id"])

    async def start(self, package_id: str, comparisons: int, *, at_once: bool = False) -> str:
        """Start a run, again and again until it is answered; return its id."""
        design: Json = {"seed": 3, "stop": {"rule": "cap"}}
        body = {
            "mode": "anchor-align-test",
            "batch_label": f"load {comparisons}",
            "assets": {"package_id": package_id},
            "llm": {"provider": "mock", "model": "latent"},
            "budget": {"max_comparisons": comparisons, "completion_timeout_s": 7200},
            "design": design | ({"batching_mode": "provider_batch_api"} if at_once else {}),
        }
        key = {"Idempotency-Key": f"load/{package_id}/{time.monotonic_ns()}"}
        while True:
            try:
                answer = await self._http.post("/v1/runs", json=body, headers=key)
            except httpx.HTTPError:
                await asyncio.sleep(0.3)
                continue
            if answer.status_code == 202:
                return str(answer.json()["id"])
            if answer.status_code < 500 and answer.status_code not in {409, 429}:
                raise AssertionError(answer.text)
            await asyncio.sleep(0.3)

    async def end(self, run_id: str) -> float:
        """Wait for the end of a run; return its time from accepted to finished."""
        while True:
            try:
                run = (await self._http.get(f"/v1/runs/{run_id}", params={"wait": 5})).json()
            except (httpx.HTTPError, ValueError):
                run = {}
            if run.get("status") in ENDED:
                return _seconds(run["created_at"], run["finished_at"])
            await asyncio.sleep(0.05)


def _seconds(begin: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds()


@dataclass(frozen=True)
class At:
    """Where a scenario happens, what is wished for, and where its figures go."""

    running: Rig
    client: Client
    wishes: Wishes
    loaded: Loaded


async def runs(at: At) -> None:
    """Many runs at once, with faults."""
    package_id = await at.client.package(at.wishes.essays)
    began = time.monotonic()

    async def one() -> float:
        run_id = await at.client.start(package_id, at.wishes.comparisons)
        at.loaded.ids.append(run_id)
        return await at.client.end(run_id)

    took = sorted(await asyncio.gather(*(one() for _ in range(at.wishes.runs))))
    seconds = time.monotonic() - began
    at.loaded.figures |= {
        "runs": at.wishes.runs,
        "essays each": at.wishes.essays,
        "comparisons": at.wishes.runs * at.wishes.comparisons,
        "all ended after s": round(seconds, 1),
        "median run s": round(took[len(took) // 2], 1),
        "longest run s": round(took[-1], 1),
        "comparisons a second": round(at.wishes.runs * at.wishes.comparisons / seconds, 1),
    }


async def large(at: At) -> None:
    """One run of very many essays and comparisons, with faults."""
    package_id = await at.client.package(at.wishes.essays)
    at.loaded.ids.append(await at.client.start(package_id, at.wishes.comparisons))
    seconds = await at.client.end(at.loaded.ids[0])
    artefact = at.running.files_dir / at.loaded.ids[0] / "assessment_run.anchor-align-test.json"
    at.loaded.figures |= {
        "essays": at.wishes.essays,
        "comparisons": at.wishes.comparisons,
        "ended after s": round(seconds, 1),
        "comparisons a second": round(at.wishes.comparisons / seconds, 1),
        "artefact MB": round(artefact.stat().st_size / 1e6, 1) if artefact.exists() else None,
    }


async def backlog(at: At) -> None:
    """Verdicts pile up while worker and cj are away; then they come back, and so does a new, small run."""
    little, big = await at.client.package(SMALL["essays"]), await at.client.package(at.wishes.essays)
    quiet = await _small(at, little)
    for _ in range(at.wishes.runs):
        at.loaded.ids.append(await at.client.start(big, at.wishes.comparisons, at_once=True))
    await _until(at, "SELECT count(*) FROM gateway.requests", at.wishes.runs * at.wishes.comparisons)
    for role in ("worker", "cj"):
        await asyncio.to_thread(at.running.stack.kill, role)
    received = await _count(at, "SELECT count(*) FROM runner.comparisons")
    published = "SELECT count(*) FROM gateway.outbox WHERE published_at IS NOT NULL"
    await _until(at, published, at.wishes.runs * at.wishes.comparisons + SMALL["comparisons"])
    backlog_of = at.wishes.runs * at.wishes.comparisons + SMALL["comparisons"] - received
    began = time.monotonic()
    for role in ("cj", "worker"):
        await at.running.start(role)
    during = [await _small(at, little)]
    waiting = asyncio.gather(*(at.client.end(run_id) for run_id in at.loaded.ids[1 : 1 + at.wishes.runs]))
    while not waiting.done():
        during.append(await _small(at, little))
    await waiting
    seconds = time.monotonic() - began
    at.loaded.figures |= {
        "callbacks that waited": backlog_of,
        "all runs ended after s": round(seconds, 1),
        "callbacks a second": round(backlog_of / seconds, 1),
        "new small run, quiet, s": round(quiet, 2),
        "new small runs during the drain, s": [round(one, 2) for one in during],
        "worst multiple": round(max(during) / quiet, 1),
    }


async def _small(at: At, package_id: str) -> float:
    run_id = await at.client.start(package_id, SMALL["comparisons"])
    at.loaded.ids.append(run_id)
    return await at.client.end(run_id)


async def _count(at: At, query: str) -> int:
    database = Database.connect(DatabaseSettings(url=at.running.database_url), application_name="load")
    try:
        async with database.transaction() as connection:
            return int((await connection.execute(text(query))).scalar_one())
    finally:
        await database.close()


async def _until(at: At, query: str, at_least: int) -> None:
    for _ in range(int(at.wishes.longest_s * 2)):
        if await _count(at, query) >= at_least:
            return
        await asyncio.sleep(0.5)
    raise AssertionError(f"never so many: {query}")


Scenario = Callable[[At], Awaitable[None]]
SCENARIOS: dict[str, Scenario] = {"runs": runs, "large": large, "backlog": backlog}


async def load(running: Rig, wishes: Wishes) -> Loaded:
    """Let one scenario happen, with faults where they are wished for, and wait until nothing is open."""
    loaded = Loaded()
    clock = asyncio.get_running_loop().time
    acts = Acts(running, wishes.seed)
    beside = [asyncio.create_task(memory.sample(running.pids, 2.0, loaded.samples))]
    if wishes.every_s:
        faults = plan(wishes.seed, wishes.longest_s, wishes.every_s)
        beside += [asyncio.create_task(running.watch()), asyncio.create_task(happen(acts, faults, clock()))]
    try:
        async with httpx.AsyncClient(base_url=running.api_url, timeout=60) as http:
            await SCENARIOS[wishes.what](At(running, Client(http), wishes, loaded))
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await running.behave()
    loaded.figures["faults"] = acts.done.total()
    loaded.figures["at rest after s"] = await at_rest(running.database_url, 600.0)
    return loaded


async def examine(running: Rig, loaded: Loaded) -> None:
    """Let the checker look at what is left."""
    database = Database.connect(DatabaseSettings(url=running.database_url), application_name="load")
    try:
        loaded.report = await check(Evidence(database, running.files_dir), accepted=loaded.ids)
    finally:
        await database.close()


def run(wishes: Wishes) -> Loaded:
    """Do everything: start, load, stop, examine, keep."""
    shutil.rmtree(wishes.folder, ignore_errors=True)
    with rig(wishes.folder / "stack", seed=wishes.seed, extra=WIDE) as running:
        loaded = asyncio.run(load(running, wishes))
        running.stack.stop()
        asyncio.run(examine(running, loaded))
    memory.write_csv(loaded.samples, wishes.folder / "memory.csv")
    (wishes.folder / "memory.svg").write_text(memory.plot(loaded.samples, f"Memory of every role: {wishes.what}"))
    return loaded


def told(wishes: Wishes, loaded: Loaded) -> str:
    """Return what was measured, for people."""
    most = ", ".join(f"{role} {mib:.0f}" for role, mib in sorted(memory.highest(loaded.samples).items()))
    figures = [f"{name}: {value}" for name, value in loaded.figures.items()]
    return "\n".join([f"== {wishes.what}", *figures, f"highest memory, MiB: {most}", str(loaded.report)])


SIZES = {"runs": (50, 24, 120, 8.0), "large": (1, 1000, 20_000, 15.0), "backlog": (5, 1000, 20_000, 0.0)}
"""Runs, essays, comparisons of each, and seconds between faults (0: none), of each scenario."""


def main(arguments: Sequence[str]) -> int:
    """Read the command line and load."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.load", description=__doc__)
    parser.add_argument("what", choices=[*SCENARIOS, "all"])
    parser.add_argument("--runs", type=int, help="runs at once")
    parser.add_argument("--essays", type=int, help="essays of each")
    parser.add_argument("--comparisons", type=int, help="comparisons of each")
    parser.add_argument("--every", type=float, help="mean seconds between two faults, 0 for none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path("var/load"), help="emptied first")
    given = parser.parse_args(arguments)
    good = True
    for what in SCENARIOS if given.what == "all" else [given.what]:
        sizes = zip((given.runs, given.essays, given.comparisons, given.every), SIZES[what], strict=True)
        many, essays, comparisons, every = (usual if wished is None else wished for wished, usual in sizes)
        folder = given.folder.resolve() / what
        wishes = Wishes(folder, what, int(many), int(essays), int(comparisons), float(every), given.seed)
        loaded = run(wishes)
        (folder / "load.txt").write_text(told(wishes, loaded) + "\n")
        sys.stdout.write(told(wishes, loaded) + "\n")
        good = good and not loaded.report.findings and loaded.figures["at rest after s"] is not None
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
