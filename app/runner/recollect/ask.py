"""cj is wanted to be asked what it has for a run: by a caller, by silence, or because the run is about to end.

Fed by the API and by the worker's clock; feeds ``collect_missing`` through the row of the run. Wanted twice, it is
asked once.
"""

from datetime import datetime, timedelta

from sqlalchemy import DateTime, Integer, case, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.unit import Database
from app.errors import Conflict
from app.runner.runs import recollection, revisions, store
from app.runner.runs.recollection import MOST_DOUBLINGS, AskedBy
from app.runner.runs.states import PUBLISHING_MODES, WAITING, RunState
from app.runner.runs.store import Run
from app.runner.tables import runs
from app.settings import RunnerSettings

ASKABLE = frozenset({*WAITING, RunState.FINISHING, *revisions.REVISABLE})
AT_ONCE = 100


async def request(connection: AsyncConnection, run_id: str, settings: RunnerSettings, now: datetime) -> Run:
    """Have cj asked about a run; while that is under way, and for a completed run, nothing changes.

    Raises ``Conflict`` for a run of which cj has nothing, or that takes nothing in any more, and ``NotFound``.
    """
    run = await store.lock(connection, run_id)
    if run.status is RunState.COMPLETED and run.published_at is not None:
        return run
    _check(run, settings, now)
    if recollection.of(run.recollect).pending:
        return run
    return await _mark(connection, run, "request", now)


def _check(run: Run, settings: RunnerSettings, now: datetime) -> None:
    if run.mode not in PUBLISHING_MODES:
        raise Conflict(f"a run of mode {run.mode} asks cj for nothing: there is nothing to collect")
    if run.published_at is None and run.is_final:
        raise Conflict("nothing of this run was ever sent to cj: start it again with POST …/retry")
    if run.published_at is None:
        raise Conflict(f"the run is {run.status}: nothing of it was sent to cj yet; wait until it is published")
    if run.status is RunState.CANCELLING:
        raise Conflict("the run is being cancelled: what was paid for is taken in; ask again after its end")
    if run.status not in ASKABLE:
        raise Conflict(f"the run ended as {run.status}: start it again with POST …/retry")
    if revisions.too_late(run, settings, now):
        raise Conflict("the run ended too long ago: nothing more is taken in for it (RUNNER_LATE_WINDOW_S)")


async def at_deadline(database: Database, run_id: str, settings: RunnerSettings, now: datetime) -> None:
    """Have cj asked about a run whose deadline is here, unless it was asked just now."""
    async with database.transaction() as connection:
        run = await store.lock(connection, run_id)
        if run.status not in WAITING or run.deadline_at is None or now < run.deadline_at:
            return
        if not recollection.of(run.recollect).pending and not _asked_just_now(run, settings, now):
            await _mark(connection, run, "deadline", now)


async def before_a_lesser_end(database: Database, run_id: str, settings: RunnerSettings, now: datetime) -> None:
    """Have cj asked, once, about a finishing run that lacks something cj may have."""
    async with database.transaction() as connection:
        run = await store.lock(connection, run_id)
        asking = recollection.of(run.recollect)
        if run.status is not RunState.FINISHING or asking.pending or asking.by == "finish":
            return
        if asking.by == "deadline" and _asked_just_now(run, settings, now):
            return
        await _mark(connection, run, "finish", now)


def _asked_just_now(run: Run, settings: RunnerSettings, now: datetime) -> bool:
    finished_at = recollection.of(run.recollect).finished_at
    return finished_at is not None and now < finished_at + timedelta(seconds=settings.reconcile_silent_s)


async def where_silent(database: Database, settings: RunnerSettings, now: datetime) -> int:
    """Have cj asked about runs of which nothing came for a while; return how many there were.

    Each time after twice the silence of the time before, up to ``MOST_DOUBLINGS`` doublings; from the beginning
    when anything has come by itself. The deadline of the run ends it.
    """
    asked_at = cast(runs.c.recollect["finished_at"].astext, DateTime(timezone=True))
    so_far = func.coalesce(cast(runs.c.recollect["automatic"].astext, Integer), 0)
    times = case((runs.c.heard_at > asked_at, 0), else_=func.least(so_far, MOST_DOUBLINGS))
    silence = func.make_interval(0, 0, 0, 0, 0, 0, settings.reconcile_silent_s * func.power(2, times))
    last_sign = func.greatest(runs.c.heard_at, runs.c.published_at)
    wanted = (
        select(runs.c.id)
        .where(runs.c.status.in_(WAITING))
        .where(or_(runs.c.recollect.is_(None), runs.c.recollect["finished_at"].astext.is_not(None)))
        .where(last_sign + silence <= now, or_(asked_at.is_(None), asked_at + silence / 2 <= now))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    async with database.transaction() as connection:
        silent = (await connection.execute(wanted)).scalars().all()
        for run_id in silent:
            await _mark(connection, await store.lock(connection, run_id), "silence", now)
    return len(silent)


async def _mark(connection: AsyncConnection, run: Run, by: AskedBy, now: datetime) -> Run:
    """Mark a held run; a revision of one that ended, given up before, is tried again as well."""
    values: dict[str, object] = {
        "recollect": recollection.of(run.recollect).wanted(by, now, run.heard_at).stored(),
        "due_at": now,
    }
    if run.status in revisions.REVISABLE:
        values["revision_wanted_at"] = run.revision_wanted_at or now
    return await store.note(connection, run, "run.recollect_requested", {"by": by}, now=now, **values)
