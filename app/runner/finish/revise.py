"""What came after the end of a run goes into a new revision of its artefact, beside the former ones.

Fed by the worker once nothing came in for a while; feeds the API. The files are written first, then their rows,
the number and the event in one transaction: a process that dies in between leaves the former revision as the
latest, and the next one writes the same files again.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.faults.inject import fault_point
from app.faults.points import Point
from app.runner import metrics
from app.runner.assets import store as packages
from app.runner.finish.collected import announced, seen
from app.runner.finish.conclude import measure, note_files
from app.runner.finish.readiness import contents
from app.runner.finish.write import EVENT_PLACES, Material, Parts, Result, write_all
from app.runner.names import about
from app.runner.results.document import Revision
from app.runner.runs import essays, revisions, store
from app.runner.runs.recollection import Failure
from app.runner.runs.states import RunState
from app.runner.runs.store import Run
from app.runner.tables import comparisons, run_files

log = structlog.get_logger(__name__)
COMPARISONS = "comparisons"
PLURALS = {
    COMPARISONS: "comparisons",
    "completions": "completions",
    "assessment_results": "rich results",
    "failures": "failures",
}


@dataclass(frozen=True)
class Gathered:
    """What the next revision is made of, and how much of each kind the former one did not have."""

    material: Material
    held: Counter[str]
    gained: Counter[str]


async def revise(parts: Parts, run_id: str) -> None:
    """Write the next revision of a run's artefact, if anything came in after its end that the latest one lacks."""
    async with parts.database.transaction() as connection:
        run = await store.lock(connection, run_id)
        found = await _gathered(parts, connection, run) if run.revision_wanted_at is not None else None
        if found is None or not found.gained:
            await revisions.rest(connection, await _unwanted(connection, run))
            return
    with about(run):
        result = await write_all(parts, found.material)
        await fault_point(Point.REVISE_AFTER_FILES)
        try:
            await _publish(parts, run, found, result)
        finally:
            await asyncio.to_thread(result.folder.discard)


async def _gathered(parts: Parts, connection: AsyncConnection, run: Run) -> Gathered:
    told = await announced(connection, run.id)
    counted = select(func.count(), func.coalesce(func.max(comparisons.c.sequence), 0)).where(
        comparisons.c.run_id == run.id
    )
    received, last = (await connection.execute(counted)).one()
    held = Counter({COMPARISONS: int(received)})
    for kind, place in EVENT_PLACES.items():
        held[place.split("/")[1]] = len(told.raw.get(kind, []))
    gained = held - await _former(connection, run)
    now = parts.clock()
    everything = replace(run, comparisons_received=int(received))
    revision = Revision(
        number=run.revision + 1,
        supersedes=await _digest_of_latest(connection, run),
        why=_why(gained),
        until=int(last),
    )
    stock = await packages.load(connection, run.package_id)
    judged = await essays.of_run(connection, run.id)
    outcome = contents(seen(everything, told, now))
    return Gathered(Material(run, told, outcome, stock, judged, now, revision), held, gained)


async def _former(connection: AsyncConnection, run: Run) -> Counter[str]:
    """Return how many events of each kind the latest revision has."""
    kind = func.substring(run_files.c.path, "events/([a-z_]+)/")
    wanted = (
        select(kind, func.count())
        .where(run_files.c.run_id == run.id, run_files.c.revision == run.revision, run_files.c.kind == "event")
        .group_by(kind)
    )
    return Counter({row[0]: row[1] for row in await connection.execute(wanted)})


async def _digest_of_latest(connection: AsyncConnection, run: Run) -> str | None:
    wanted = select(run_files.c.sha256).where(
        run_files.c.run_id == run.id, run_files.c.revision == run.revision, run_files.c.kind == "artefact"
    )
    return (await connection.execute(wanted)).scalar_one_or_none()


def _why(gained: Counter[str]) -> str:
    parts = [f"{gained[name]} {words}" for name, words in PLURALS.items() if gained[name]]
    return f"came in after the end of the run: {', '.join(parts)}"


async def _publish(parts: Parts, run: Run, found: Gathered, result: Result) -> None:
    """Make the written files the latest revision, unless another worker was faster."""
    now, material = parts.clock(), found.material
    async with parts.database.transaction() as connection:
        held = await store.lock(connection, run.id)
        if held.revision != run.revision:
            return
        if result.problems:
            failure = Failure(code="artefact_invalid", detail="; ".join(result.problems[:5]))
            await revisions.give_up(connection, held, failure, now)
            return
        await note_files(connection, run.id, result.files, material.revision.number, now)
        [artefact] = [file for file in result.files if file.kind == "artefact"]
        complete = material.outcome.state is RunState.COMPLETED
        data = {
            "revision": material.revision.number,
            "why": material.revision.why,
            "gained": dict(found.gained),
            "comparisons": found.held[COMPARISONS],
            "partial_data": not complete,
            "reason": material.outcome.reason,
            "artefact_sha256": artefact.sha256,
            "supersedes_sha256": material.revision.supersedes,
        }
        held = await store.note(
            connection, held, "run.artefact_revised", data, now=now, revision=material.revision.number
        )
        if held.heard_at == run.heard_at and held.comparisons_late == run.comparisons_late:
            await revisions.rest(connection, await _unwanted(connection, held))
        else:  # more came in while the files were written
            await revisions.want(connection, held, parts.settings, now)
        await asyncio.to_thread(result.folder.put_in_place)
    await fault_point(Point.REVISE_AFTER_COMMIT)
    metrics.REVISIONS.labels(run.mode, run.status).inc()
    measure(run, [artefact])
    log.info("artefact_revised", **data)


async def _unwanted(connection: AsyncConnection, run: Run) -> Run:
    return await store.change(connection, run, revision_wanted_at=None)
