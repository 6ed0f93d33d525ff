"""A published request taken back: unsent it stays, and cj is told to stop, so that no more money is spent.

Fed by the worker for a run that is ``cancelling``; feeds ``finish``, which ends it. Telling may happen twice;
a run is cancelled all the same where cj cannot be told.
"""

from datetime import datetime

import structlog
from sqlalchemy import update

from app.errors import AppError, Unavailable
from app.faults.inject import fault_point
from app.faults.points import Point
from app.messaging import outbox
from app.runner.prepare.assignments_http import Heard
from app.runner.prepare.stages import Parts, event_id_of
from app.runner.runs import store
from app.runner.runs.states import RunState
from app.runner.runs.store import Run
from app.runner.tables import messages, runs

log = structlog.get_logger(__name__)


class NotYetKnown(AppError):
    """cj does not know the batch, and no verdict of it came: its request may still be on the way."""

    code = "batch_not_yet_known"
    status = 503
    title = "cj does not know the batch yet"
    way_out = "Nothing to do: the worker asks again by itself."
    retryable = True


async def recall(parts: Parts, run_id: str) -> None:
    """Tell cj that a cancelled run is not wanted any more, and note that it was told.

    Raises ``Unavailable`` and ``NotYetKnown`` to be tried again, for as long as ``cancel_patience_s`` allows.
    """
    async with parts.database.transaction() as connection:
        run = await store.get(connection, run_id)
        if run.status is not RunState.CANCELLING or run.cj_told_at is not None:
            return
        settled = await outbox.take_back(connection, messages, event_id_of(run_id))
    heard = await _tell(parts, run, settled=settled)
    await fault_point(Point.RECALL_AFTER_TOLD)
    now = parts.clock()
    async with parts.database.transaction() as connection:
        held = await store.lock(connection, run_id)
        if held.status is RunState.CANCELLING and held.cj_told_at is None:
            mine = update(runs).where(runs.c.id == run_id)
            await connection.execute(mine.values(cj_told_at=now, due_at=now))
    told = log.info if heard == "stopped" else log.warning
    told("run_cancellation_told", run_id=run.id, batch_uuid=str(run.batch_uuid), heard=heard or "nothing")


async def _tell(parts: Parts, run: Run, *, settled: bool) -> Heard | None:
    """Return what cj answered, None where it was given up to ask; ``settled`` is whether its request went out."""
    now = parts.clock()
    try:
        heard = await parts.assignments.cancel(str(run.batch_uuid))
    except Unavailable:
        if _waited_s(run, now) < parts.settings.cancel_patience_s:
            raise
        return None
    except AppError as error:
        log.warning("run_cancellation_not_possible", code=error.code)
        return "refused"
    patience = parts.settings.cancel_unknown_s if settled else parts.settings.cancel_patience_s
    on_the_way = run.comparisons_received == 0 and _waited_s(run, now) < patience
    if heard == "unknown" and on_the_way:
        raise NotYetKnown("cj does not know the batch yet")
    return heard


def _waited_s(run: Run, now: datetime) -> float:
    return 0.0 if run.cancel_requested_at is None else (now - run.cancel_requested_at).total_seconds()
