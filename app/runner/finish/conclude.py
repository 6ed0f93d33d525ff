"""The end of a run: its files are written, then its last move and their rows in one transaction.

Fed by the worker when something was announced or the deadline passed; feeds the API. Run twice it writes the
same files again and moves once; a process that dies in between leaves nothing half done.
"""

import asyncio
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.faults.inject import fault_point
from app.faults.points import Point
from app.runner import metrics
from app.runner.assets import store as packages
from app.runner.finish.collected import Announced, announced, seen
from app.runner.finish.files import Written
from app.runner.finish.readiness import Outcome, Wait, outcome, withdrawn
from app.runner.finish.tell import say_ended
from app.runner.finish.write import Material, Parts, Result, write_all
from app.runner.names import about
from app.runner.results.document import FIRST
from app.runner.runs import essays, revisions, store
from app.runner.runs.states import PUBLISHING_MODES, RunState
from app.runner.runs.store import Change, Run
from app.runner.tables import comparisons, run_files, runs

FILES_AT_ONCE = 500
ENDING = frozenset({RunState.FINISHING, RunState.CANCELLING})
CJ_MAY_HAVE_IT = frozenset({"no_rich_result", "comparisons_missing", "no_completion"})
"""Reasons of a lesser end for which cj is asked first."""


async def finish(parts: Parts, run_id: str) -> None:
    """End a finishing or cancelling run, or put off its end until more has come in or the grace is over."""
    async with parts.database.transaction() as connection:
        run = await store.get(connection, run_id)
        if run.status not in ENDING:
            return
        told = await announced(connection, run_id)
    with about(run):
        now = parts.clock()
        decided = _decide(parts, run, told, now)
        if isinstance(decided, Wait):
            await _look_again(parts, run_id, decided.until)
            return
        if decided is not None:
            await _conclude(parts, run, told, decided)


async def is_lacking(parts: Parts, run_id: str) -> bool:
    """Return whether a finishing run would end now without something that cj may still have."""
    async with parts.database.transaction() as connection:
        run = await store.get(connection, run_id)
        if run.status is not RunState.FINISHING:
            return False
        decided = _decide(parts, run, await announced(connection, run_id), parts.clock())
    return isinstance(decided, Outcome) and decided.reason in CJ_MAY_HAVE_IT


def _decide(parts: Parts, run: Run, told: Announced, now: datetime) -> Outcome | Wait | None:
    published, grace = run.published_at is not None, timedelta(seconds=parts.settings.finish_grace_s)
    if run.status is RunState.CANCELLING:
        return withdrawn(seen(run, told, now), run.cj_told_at, now, grace)
    if run.mode not in PUBLISHING_MODES or not published:
        return Outcome(RunState.COMPLETED)
    return outcome(seen(run, told, now), now, grace)


async def _look_again(parts: Parts, run_id: str, until: datetime) -> None:
    """Set when to look again, unless something new came in since this look began."""
    async with parts.database.transaction() as connection:
        run = await store.lock(connection, run_id)
        if run.status in ENDING and run.due_at is not None and run.due_at <= parts.clock():
            fresh = await announced(connection, run_id)
            if isinstance(_decide(parts, run, fresh, parts.clock()), Wait):
                await connection.execute(update(runs).where(runs.c.id == run_id).values(due_at=until))


async def _conclude(parts: Parts, run: Run, told: Announced, decided: Outcome) -> None:
    """Write the files and move the run; one that is out of time ends though verdicts go on coming in."""
    first = FIRST
    async with parts.database.transaction() as connection:
        if decided.state is RunState.TIMED_OUT:
            run = await store.lock(connection, run.id)
            first = replace(FIRST, until=await _last_sequence(connection, run.id))
        stock = await packages.load(connection, run.package_id)
        judged = await essays.of_run(connection, run.id)
    material = Material(run, told, decided, stock, judged, parts.clock(), first)
    await fault_point(Point.FINISH_BEFORE_FILES)
    result = await write_all(parts, material)
    await fault_point(Point.FINISH_AFTER_FILES)
    if result.problems:
        state = RunState.CANCELLED if run.status is RunState.CANCELLING else RunState.FAILED
        decided = Outcome(state, "artefact_invalid", "; ".join(result.problems[:5]))
    try:
        ended = await _end(parts, material, result, decided)
    finally:
        await asyncio.to_thread(result.folder.discard)
    if ended is None:
        return
    await fault_point(Point.FINISH_AFTER_COMMIT)
    metrics.FINISHED.labels(run.mode, decided.state).inc()
    metrics.RUN_DURATION.labels(run.mode).observe((ended - run.created_at).total_seconds())
    measure(run, result.files)
    say_ended(material, result, decided)


async def _end(parts: Parts, material: Material, result: Result, decided: Outcome) -> datetime | None:
    """Move the run with its files put in their places; return when, or None where it is not to end so.

    The places are under the run's lock: files of a worker that was taken for dead never replace those of another.
    """
    run, now = material.run, parts.clock()
    async with parts.database.transaction() as connection:
        held = await store.lock(connection, run.id)
        if held.status is not run.status:
            return None  # ended by another worker, or cancelled, while the files were written
        more_came = held.comparisons_received != run.comparisons_received
        if more_came and material.revision.until is None:
            return None  # a verdict came in while the files were written: the run is due again
        await note_files(connection, run.id, result.files, 1, now)
        await connection.execute(update(runs).where(runs.c.id == run.id).values(revision=1))
        change = Change(reason=decided.reason, detail=decided.detail)
        ended = await store.move(connection, held, decided.state, change, now=now)
        if more_came:
            await revisions.want(connection, ended, parts.settings, now)
        await asyncio.to_thread(result.folder.put_in_place)
        await fault_point(Point.FINISH_BEFORE_COMMIT)
    return now


def measure(run: Run, files: list[Written]) -> None:
    """Note how large the artefact is, where there is one."""
    for file in files:
        if file.kind == "artefact":
            metrics.ARTEFACT_BYTES.labels(run.mode).observe(file.bytes)


async def _last_sequence(connection: AsyncConnection, run_id: str) -> int:
    last = select(func.coalesce(func.max(comparisons.c.sequence), 0)).where(comparisons.c.run_id == run_id)
    return int((await connection.execute(last)).scalar_one())


async def note_files(
    connection: AsyncConnection, run_id: str, files: list[Written], revision: int, now: datetime
) -> None:
    """Write the rows of the files of a revision."""
    for start in range(0, len(files), FILES_AT_ONCE):
        some = files[start : start + FILES_AT_ONCE]
        rows = [{"run_id": run_id, "revision": revision, "created_at": now} | asdict(file) for file in some]
        statement = insert(run_files).values(rows)
        kept = statement.on_conflict_do_update(
            index_elements=[run_files.c.run_id, run_files.c.path],
            set_={"sha256": statement.excluded.sha256, "bytes": statement.excluded.bytes},
        )
        await connection.execute(kept)
