"""A soak: runs of all modes kept in flight while faults happen by a seeded plan; then everything must converge.

``make soak SECONDS=600 SEED=7`` runs it; ``python -m tests.chaos.soak --help`` tells the rest. It ends with 0 only
if every run that was promised has ended, and the checker found nothing lost, doubled or wrong.
"""

import argparse
import asyncio
import difflib
import json
import logging
import shutil
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.unit import Database
from app.errors import Unavailable
from app.settings import DatabaseSettings
from tests.chaos import callers, memory, tally
from tests.chaos.callers import Promises
from tests.chaos.fault_acts import Acts
from tests.chaos.fault_plan import Planned, plan
from tests.chaos.invariants import Evidence, Report, check
from tests.chaos.log_checks import read_log
from tests.chaos.memory import Sample
from tests.chaos.rig import Rig, rig, until_ready
from tests.chaos.sameness import canonical

OPEN = """SELECT
    (SELECT count(*) FROM runner.runs
        WHERE finished_at IS NULL OR revision_wanted_at IS NOT NULL OR due_at < now())
    + (SELECT count(*) FROM cj.batches WHERE finished_at IS NULL OR due_at IS NOT NULL)
    + (SELECT count(*) FROM gateway.requests WHERE finished_at IS NULL)
    + (SELECT count(*) FROM runner.outbox WHERE published_at IS NULL)
    + (SELECT count(*) FROM cj.outbox WHERE published_at IS NULL)
    + (SELECT count(*) FROM gateway.outbox WHERE published_at IS NULL)"""
STILL_S = 6.0
"""So long nothing must be open before the system counts as at rest: late messages come in and are taken in."""


@dataclass(frozen=True)
class Wishes:
    """How long, how hard, and where to."""

    folder: Path
    seconds: float = 600.0
    seed: int = 1
    runs: int = 50
    every_s: float = 5.0
    converge_s: float = 300.0
    forked: bool = False


@dataclass
class Soaked:
    """What happened, and what was found."""

    wishes: Wishes
    planned: Sequence[Planned] = ()
    injected: Counter[str] = field(default_factory=Counter)
    without_effect: Counter[str] = field(default_factory=Counter)
    restarted: Counter[str] = field(default_factory=Counter)
    promises: Promises = field(default_factory=Promises)
    report: Report = field(default_factory=Report)
    samples: list[Sample] = field(default_factory=list)
    converged_s: float | None = None
    alike: int = 0
    different: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether every promise held."""
        return self.converged_s is not None and not self.report.findings and not self.different


async def soak(running: Rig, wishes: Wishes) -> Soaked:
    """Let runs and faults happen for the wished time, then wait until nothing is open; the roles go on."""
    soaked = Soaked(wishes, plan(wishes.seed, wishes.seconds, wishes.every_s))
    inputs = callers.prepare(running.api_url, running.doors["http:cj"].url, running.folder)
    clock = asyncio.get_running_loop().time
    began = clock()
    acts = Acts(running, wishes.seed)
    watching = [
        asyncio.create_task(running.watch()),
        asyncio.create_task(memory.sample(running.pids, 2.0, soaked.samples)),
    ]
    calling = asyncio.create_task(
        callers.call_all(running.api_url, inputs, wishes.runs, wishes.seed, began + wishes.seconds)
    )
    try:
        await happen(acts, soaked.planned, began)
        soaked.promises = await calling
        await running.behave()
        soaked.injected, soaked.without_effect = acts.done, acts.not_done
        with suppress(Unavailable):
            await until_ready(running, 60.0)
        soaked.converged_s = await at_rest(running.database_url, wishes.converge_s)
    finally:
        for task in (*watching, calling):
            task.cancel()
        await asyncio.gather(*watching, calling, return_exceptions=True)
        soaked.restarted = running.ended_by_themselves
    return soaked


async def happen(acts: Acts, planned: Sequence[Planned], began: float) -> None:
    """Let faults happen at their times; ``began`` is the time of the loop from which they count."""
    clock = asyncio.get_running_loop().time
    async with asyncio.TaskGroup() as group:
        for fault in planned:
            await asyncio.sleep(max(0.0, began + fault.at_s - clock()))
            group.create_task(acts.do(fault))


async def at_rest(database_url: str, most_s: float) -> float | None:
    """Return after how many seconds nothing was open any more, None if that took too long."""
    clock = asyncio.get_running_loop().time
    database = Database.connect(DatabaseSettings(url=database_url), application_name="soak")
    began, since = clock(), None
    try:
        while clock() - began < most_s:
            async with database.transaction() as connection:
                waiting = (await connection.execute(text(OPEN))).scalar_one()
            since = None if waiting else since or clock()
            if since is not None and clock() - since > STILL_S:
                return since - began
            await asyncio.sleep(1.0)
        return None
    finally:
        await database.close()


async def examine(running: Rig, soaked: Soaked) -> None:
    """Hold everything that is left behind against the promises; call it when the roles are stopped."""
    database = Database.connect(DatabaseSettings(url=running.database_url), application_name="soak")
    try:
        log = await read_log(running.broker.address)
        evidence = Evidence(database, running.files_dir, log)
        soaked.report = await check(evidence, accepted=soaked.promises.accepted)
        async with database.transaction() as connection:
            await _ends(connection, soaked)
            await _same(connection, running.files_dir, soaked)
    finally:
        await database.close()


async def _ends(connection: AsyncConnection, soaked: Soaked) -> None:
    """Add runs whose end, once seen by a caller, is another one now."""
    found = await connection.execute(text("SELECT id, status FROM runner.runs"))
    now: Mapping[str, str] = {row[0]: row[1] for row in found}
    known = {run_id: status for run_id, status in soaked.promises.ended.items() if run_id in now}
    soaked.different += [f"end changed: {what}" for what in callers.changed_ends(known, now)]


async def _same(connection: AsyncConnection, files_dir: Path, soaked: Soaked) -> None:
    """Compare the artefacts of completed runs of the same inputs and seed, none of whose verdicts failed."""
    wanted = text("SELECT id FROM runner.runs WHERE status = 'completed' AND comparisons_failed = 0 AND wave > 0")
    groups: dict[str, dict[bytes, list[str]]] = defaultdict(lambda: defaultdict(list))
    for (run_id,) in await connection.execute(wanted):
        kind = soaked.promises.kinds.get(run_id)
        if kind is not None:
            [path] = (files_dir / run_id).glob("assessment_run.*.json")
            artefact = json.loads(path.read_text())
            groups[kind][canonical(artefact)].append(run_id)
    for kind, ways in groups.items():
        soaked.alike += max(map(len, ways.values())) - 1
        if len(ways) > 1:
            named = [runs[:2] for runs in ways.values()]
            first, second, *_ = (way.decode().splitlines() for way in ways)
            lines = [line for line in difflib.unified_diff(first, second, n=0, lineterm="") if line[0] in "+-"]
            soaked.different.append(f"{kind}: {len(ways)} artefacts of the same inputs: {named}: {lines[2:8]}")


def told(soaked: Soaked) -> str:
    """Return what happened, for people."""
    wishes, report, promises = soaked.wishes, soaked.report, soaked.promises
    by_kind = Counter[str]()
    for what, count in soaked.injected.items():
        by_kind[what.partition(" ")[0]] += count
    most = ", ".join(f"{role} {mib:.0f}" for role, mib in sorted(memory.highest(soaked.samples).items()))
    seen = report.seen
    lines = [
        f"seed {wishes.seed}, {wishes.seconds:.0f} s, {wishes.runs} runs at once",
        f"faults injected: {by_kind.total()}: {_counts(by_kind)}",
        f"without effect: {_counts(soaked.without_effect)}",
        f"roles that ended by themselves and were started again: {_counts(soaked.restarted)}",
        f"runs promised: {len(promises.accepted)}; refused {promises.refused}",
        f"cancelled {promises.cancels}, tried again {promises.retries}",
        f"runs by end: {seen.runs if seen else None}",
        f"at rest after: {soaked.converged_s if soaked.converged_s is None else round(soaked.converged_s, 1)} s",
        f"artefacts of same inputs and seed that are the same: {soaked.alike}",
        f"highest memory, MiB: {most}",
        str(report),
        *soaked.different,
        f"lost {report.lost}, doubled {report.doubled}, wrong {report.wrong + len(soaked.different)}",
    ]
    return "\n".join(lines)


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items())) or "none"


def keep(soaked: Soaked, folder: Path) -> None:
    """Write what happened, with the memory of every role, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    memory.write_csv(soaked.samples, folder / "memory.csv")
    if soaked.samples:
        title = f"Memory of every role, soak of {soaked.wishes.seconds:.0f} s, seed {soaked.wishes.seed}"
        (folder / "memory.svg").write_text(memory.plot(soaked.samples, title))
    facts: dict[str, Any] = {
        "plan": [asdict(fault) for fault in soaked.planned],
        "injected": soaked.injected,
        "findings": [asdict(finding) for finding in soaked.report.findings],
        "different": soaked.different,
    }
    (folder / "soak.json").write_text(json.dumps(facts, indent=1))
    (folder / "soak.txt").write_text(told(soaked) + "\n")


def note(soaked: Soaked) -> None:
    """Add the soak to the table of faults."""
    runs = len(soaked.promises.accepted)
    lost = soaked.report.lost + (soaked.converged_s is None)
    row = tally.Row("soak of all faults", soaked.injected.total(), runs, lost, soaked.report.doubled)
    tally.note(row)


def run(wishes: Wishes) -> Soaked:
    """Do everything: start, soak, stop, examine, keep."""
    with rig(wishes.folder / "stack", seed=wishes.seed, forked=wishes.forked) as running:
        soaked = asyncio.run(soak(running, wishes))
        running.stack.stop()
        asyncio.run(examine(running, soaked))
    keep(soaked, wishes.folder)
    note(soaked)
    return soaked


def main(arguments: Sequence[str]) -> int:
    """Read the command line and soak."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long faults and new runs go on")
    parser.add_argument("--seed", type=int, default=1, help="seed of the faults and of the runs")
    parser.add_argument("--runs", type=int, default=50, help="runs in flight at once")
    parser.add_argument("--every", type=float, default=5.0, help="mean seconds between two faults")
    parser.add_argument("--converge", type=float, default=300.0, help="seconds within which all must be at rest")
    parser.add_argument("--folder", type=Path, default=Path("var/soak"), help="emptied first; logs and results")
    given = parser.parse_args(arguments)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    folder = given.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    began = time.monotonic()
    soaked = run(Wishes(folder, given.seconds, given.seed, given.runs, given.every, given.converge))
    sys.stdout.write(f"{told(soaked)}\nafter {time.monotonic() - began:.0f} s; see {folder}\n")
    return 0 if soaked.good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
