"""cj is asked what it has for a run, and what had not come by itself is taken in, by the same code as callbacks.

Fed by the worker for runs that want it; feeds ``collect``. Each page is taken in within one transaction together
with the count of what it brought, so that a process that dies leaves an asking that goes on where it was.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from pydantic import BaseModel
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.cj_batches import BatchView, Pair
from app.contracts.envelope import Envelope
from app.contracts.topics import Topic
from app.db.unit import Database
from app.errors import AppError, Unavailable
from app.faults.inject import fault_point
from app.faults.points import Point
from app.messaging.bus import Record
from app.messaging.consume import Incoming
from app.runner import metrics
from app.runner.collect import announced, verdicts
from app.runner.recollect import told
from app.runner.recollect.batches_http import Batches, NotOffered, UnknownBatch
from app.runner.recollect.publish_again import publish_again
from app.runner.recollect.told import Source, Tally, has_callback
from app.runner.runs import recollection, store
from app.runner.runs.batch_states import Kind
from app.runner.runs.recollection import Failure, Found, Recollection
from app.runner.runs.states import WAITING, RunState
from app.runner.runs.store import Run
from app.runner.tables import announcements, runs
from app.settings import RunnerSettings

log = structlog.get_logger(__name__)
TOPICS: dict[Kind, Topic] = {
    "completion": Topic.CJ_COMPLETED,
    "result": Topic.RESULT_PUBLISHED,
    "failure": Topic.CJ_FAILED,
}
NOTHING_LEFT = frozenset({RunState.COMPLETED, RunState.FAILED})
Said = list[tuple[Kind, Envelope[Any]]]


@dataclass(frozen=True)
class Parts:
    """What asking needs; chosen in ``app/roles/worker.py``."""

    database: Database
    batches: Batches
    settings: RunnerSettings
    clock: Callable[[], datetime]


async def collect_missing(parts: Parts, run_id: str) -> None:
    """Ask cj about a run if that is wanted and due, and note what came of it.

    A cj that is away is asked again later, a few times; any other refusal ends the asking with its reason.
    Where cj has no such batch, or does not tell, the request is sent once more.
    """
    async with parts.database.transaction() as connection:
        run = await store.get(connection, run_id)
    if not recollection.of(run.recollect).due(parts.clock()):
        return
    try:
        if run.status not in NOTHING_LEFT:
            await _collect(parts, run)
    except Unavailable as error:
        await _not_answered(parts, run_id, Failure(code=error.code, detail=error.detail))
    except AppError as error:
        lost = isinstance(error, UnknownBatch | NotOffered)
        await _over(parts, run_id, Failure(code=error.code, detail=error.detail), maybe_lost=lost)
    else:
        await _over(parts, run_id, None)


async def _collect(parts: Parts, run: Run) -> None:
    source = Source(str(run.batch_uuid), run.correlation_id, parts.clock())
    view = await parts.batches.view(source.batch_uuid)
    tally, after = Tally(), 0
    while True:
        page = await parts.batches.pairs(source.batch_uuid, after)
        await fault_point(Point.RECOLLECT_AFTER_PAGE)
        answered = [pair for pair in page.items if has_callback(pair)]
        for pair in answered:
            tally.add(pair)
        await _take_verdicts(parts, run.id, source, answered)
        await fault_point(Point.RECOLLECT_AFTER_VERDICTS)
        if page.next is None:
            break
        after = page.next
    await _take_announcements(parts, run.id, await _said(parts, run, source, view, tally))


async def _take_verdicts(parts: Parts, run_id: str, source: Source, answered: Sequence[Pair]) -> None:
    messages = [_incoming(Topic.COMPARISON_RESULT, told.verdict(source, pair)) for pair in answered]
    if not messages:
        return
    async with parts.database.transaction() as connection:
        run = await store.lock(connection, run_id)
        fresh = await verdicts.take(connection, run, messages, parts.settings, parts.clock())
        await _count(connection, run_id, Found(comparisons=fresh))


async def _said(parts: Parts, run: Run, source: Source, view: BatchView, tally: Tally) -> Said:
    """Return those announcements of a batch that ended which had not come, as cj's answers tell them."""
    async with parts.database.transaction() as connection:
        kinds = select(announcements.c.kind).where(announcements.c.run_id == run.id)
        known = set((await connection.execute(kinds)).scalars())
    if view.status in {"failed", "cancelled"}:
        return [] if "failure" in known else [("failure", told.failure(source, view))]
    if view.status != "completed" or {"completion", "result"} <= known:
        return []
    scored = await parts.batches.scores(source.batch_uuid)
    said: Said = []
    if "completion" not in known:
        said.append(("completion", told.completion(source, view, scored)))
    if "result" not in known and scored is not None:
        graded = await parts.batches.projections(source.batch_uuid)
        said.append(("result", told.result(source, view, scored, graded, tally)))
    return said


async def _take_announcements(parts: Parts, run_id: str, said: Said) -> None:
    if not said:
        return
    async with parts.database.transaction() as connection:
        for kind, envelope in said:
            run = await store.lock(connection, run_id)
            message = _incoming(TOPICS[kind], envelope)
            if await announced.take(connection, run, kind, message, parts.settings, now=parts.clock()):
                await _count(connection, run_id, Found(**{f"{kind}s": 1}))


def _incoming(topic: Topic, envelope: Envelope[Any]) -> Incoming[Any]:
    return Incoming(envelope, Record(topic, -1, -1, None, envelope.to_json()))


async def _count(connection: AsyncConnection, run_id: str, found: Found) -> None:
    if not found.anything:
        return
    run = await store.lock(connection, run_id)
    asking = recollection.of(run.recollect).with_found(found)
    await store.change(connection, run, recollect=asking.stored())
    for kind, count in found.model_dump().items():
        metrics.RECOLLECTED.labels(kind).inc(count)


async def _not_answered(parts: Parts, run_id: str, failure: Failure) -> None:
    now = parts.clock()
    async with parts.database.transaction() as connection:
        run = await store.lock(connection, run_id)
        asking = recollection.of(run.recollect)
        tried = asking.unanswered(failure, now, parts.settings.recollect_tries)
        if not tried.pending:
            await _end(connection, run, tried, now)
            return
        metrics.RECOLLECTS.labels(tried.by, "unanswered").inc()
        values = {"recollect": tried.stored(), "due_at": _next_look(run, tried, now)}
        if tried.tries == 1:
            await store.note(connection, run, "run.recollect_waiting", _told(tried), now=now, **values)
        else:
            await store.change(connection, run, **values)


async def rests(parts: Parts, run_id: str) -> bool:
    """Return whether a run that is about to end with less waits until cj has answered, or was given up.

    It is looked at again when cj is asked again, or at its deadline, though news may have made it due before.
    """
    now = parts.clock()
    async with parts.database.transaction() as connection:
        run = await store.lock(connection, run_id)
        asking = recollection.of(run.recollect)
        if run.status is not RunState.FINISHING or not asking.holds_the_end(now, run.deadline_at):
            return False
        values = {"due_at": _next_look(run, asking, now)}
        await connection.execute(update(runs).where(runs.c.id == run_id).values(**values))
    return True


async def _over(parts: Parts, run_id: str, failure: Failure | None, *, maybe_lost: bool = False) -> None:
    now = parts.clock()
    async with parts.database.transaction() as connection:
        run = await store.lock(connection, run_id)
        asking = recollection.of(run.recollect)
        if asking.pending:
            ended = await _end(connection, run, asking.over(failure, now), now)
            if maybe_lost and failure is not None:
                await publish_again(connection, ended, parts.settings, failure.code, now)


async def _end(connection: AsyncConnection, run: Run, done: Recollection, now: datetime) -> Run:
    kind = "run.recollected" if done.error is None else "run.recollect_failed"
    values = {"recollect": done.stored(), "due_at": _next_look(run, done, now)}
    metrics.RECOLLECTS.labels(done.by, "answered" if done.error is None else done.error.code).inc()
    return await store.note(connection, run, kind, _told(done), now=now, **values)


def _told(asking: Recollection) -> dict[str, object]:
    error: BaseModel | None = asking.error
    facts: dict[str, object] = {"by": asking.by, "found": asking.found.model_dump()}
    return facts if error is None else facts | {"error": error.model_dump()}


def _next_look(run: Run, asking: Recollection, now: datetime) -> datetime | None:
    """Return when the worker should look at the run again."""
    if run.status in WAITING:
        times = [time for time in (run.deadline_at, asking.next_at) if time is not None]
        return min(times, default=now)
    if run.status is RunState.FINISHING and asking.holds_the_end(now, run.deadline_at):
        return min(time for time in (run.deadline_at, asking.next_at or now) if time is not None)
    if run.status is RunState.FINISHING or run.revision_wanted_at is not None:
        return now
    return asking.next_at if run.is_final else run.due_at
