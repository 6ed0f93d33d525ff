"""A request that cj seems never to have got is sent once more: the same bytes, under the same event id.

Fed by ``collect_missing``, when cj was asked and has no such batch; feeds the outbox. A cj that has it after all
knows the event, or the batch, and passes it over.
"""

from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.cj_events import CJRequestEnvelope
from app.contracts.envelope import read
from app.contracts.topics import Topic
from app.messaging import outbox
from app.runner import metrics
from app.runner.names import about
from app.runner.runs import recollection, store
from app.runner.runs.states import RunState
from app.runner.runs.store import Run
from app.runner.tables import announcements, messages
from app.settings import RunnerSettings

log = structlog.get_logger(__name__)


async def publish_again(
    connection: AsyncConnection, run: Run, settings: RunnerSettings, why: str, now: datetime
) -> None:
    """Have the request of a held run sent again, unless anything of it was heard or it was sent often enough.

    One that still waits in our own outbox is not counted: there the broker is away, not the message lost.
    """
    asking = recollection.of(run.recollect)
    if not _may_be_lost(run, now) or asking.published_again >= settings.republish_most:
        return
    kept = select(announcements.c.raw).where(announcements.c.run_id == run.id, announcements.c.kind == "request")
    raw: bytes = (await connection.execute(kept)).scalar_one()
    envelope, key = read(CJRequestEnvelope, raw), str(run.batch_uuid)
    event = outbox.event(envelope, Topic.CJ_REQUESTED, aggregate_type="run", aggregate_id=key, now=run.created_at)
    if not await outbox.send_again(connection, messages, replace(event, payload=raw)):
        return
    again = asking.model_copy(update={"published_again": asking.published_again + 1})
    told = {"times": again.published_again, "at_most": settings.republish_most, "why": why}
    await store.note(connection, run, "run.request_published_again", told, now=now, recollect=again.stored())
    metrics.PUBLISHED_AGAIN.labels(why).inc()
    with about(run):
        log.warning("request_published_again", times=again.published_again, why=why)


def _may_be_lost(run: Run, now: datetime) -> bool:
    """Return whether a run waits, in time, and nothing of it ever came."""
    in_time = run.deadline_at is None or now < run.deadline_at
    return run.status is RunState.PUBLISHED and run.heard_at is None and in_time
