"""Which runs take in what comes after their end, until when, and when their artefact is written anew.

Fed by ``collect`` for runs that are final; feeds ``finish`` through the row of the run. The state of a run is
never changed here: what comes late changes what the next revision of its artefact contains, and nothing else.
"""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from app.runner.runs import recollection, store
from app.runner.runs.recollection import Failure
from app.runner.runs.states import RunState
from app.runner.runs.store import Run
from app.settings import RunnerSettings

REVISABLE = frozenset({RunState.TIMED_OUT, RunState.COMPLETED_PARTIAL, RunState.CANCELLED})
"""Ends after which something may still be missing."""
MOST_PAUSES = 30
"""A trickle of late callbacks puts a revision off for at most so many quiet periods."""


def too_late(run: Run, settings: RunnerSettings, now: datetime) -> bool:
    """Return whether a run ended so long ago that nothing more is taken in for it."""
    window = timedelta(seconds=settings.late_window_s)
    return run.is_final and run.finished_at is not None and now > run.finished_at + window


async def want(connection: AsyncConnection, run: Run, settings: RunnerSettings, now: datetime) -> None:
    """Have the artefact of a held run that ended written anew, once nothing came in for a while."""
    if run.status not in REVISABLE or run.published_at is None:
        return
    quiet = timedelta(seconds=settings.revision_quiet_s)
    since = run.revision_wanted_at or now
    due_at = min(now + quiet, since + MOST_PAUSES * quiet)
    await store.change(connection, run, revision_wanted_at=since, due_at=due_at)


async def rest(connection: AsyncConnection, run: Run) -> None:
    """Let a held run that ended be, until cj is to be asked again, if ever."""
    asking = recollection.of(run.recollect)
    due_at = (asking.next_at or asking.requested_at) if asking.pending else None
    await store.change(connection, run, due_at=due_at)


async def give_up(connection: AsyncConnection, run: Run, failure: Failure, now: datetime) -> None:
    """Leave the artefact of a held run that ended as it is, and say why; what came in stays where it is."""
    asking = recollection.of(run.recollect)
    kept = asking.over(failure, now).stored() if asking.pending else run.recollect
    values = {"due_at": None, "revision_wanted_at": None, "recollect": kept}
    await store.note(connection, run, "run.revision_failed", failure.model_dump(), now=now, **values)
