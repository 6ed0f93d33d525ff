"""What cj announces: completion, rich result, failure; each is kept, and sends its run on to finishing.

Fed by three topics, and by what cj answers when it is asked; feeds ``finish``. Told twice, under whatever event
id, it counts once. What comes after the end of a run is kept, and makes it want a revision of its artefact.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import structlog
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.cj_events import (
    AssessmentResult,
    AssessmentResultEnvelope,
    BaseEvent,
    CJCompletedEnvelope,
    CJFailedEnvelope,
)
from app.contracts.envelope import Envelope
from app.contracts.topics import Topic
from app.db.listen import notify
from app.messaging.consume import Incoming, Route
from app.runner.collect import batch_results
from app.runner.collect.notes import Notes
from app.runner.names import about
from app.runner.runs import revisions, store
from app.runner.runs.batch_states import Kind
from app.runner.runs.progress import asked_at_least
from app.runner.runs.states import WAITING, RunState
from app.runner.runs.store import Change, Run, budget_of
from app.runner.tables import CHANGES_CHANNEL, RUNS_CHANNEL, announcements, runs
from app.settings import RunnerSettings

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]
VOLATILE = frozenset({"timestamp", "system_metadata", "assessed_at"})


def routes(clock: Clock, settings: RunnerSettings) -> list[Route[Any]]:
    """Return the routes of the three announcements; what is said of batches that others started is kept too."""
    return [
        _route(Topic.CJ_COMPLETED, CJCompletedEnvelope, "completion", (clock, settings)),
        _route(Topic.RESULT_PUBLISHED, AssessmentResultEnvelope, "result", (clock, settings)),
        _route(Topic.CJ_FAILED, CJFailedEnvelope, "failure", (clock, settings)),
    ]


def _route(
    topic: Topic, shape: type[Envelope[Any]], kind: Kind, ruled: tuple[Clock, RunnerSettings]
) -> Route[Any]:
    clock, settings = ruled
    notes = Notes(kind)

    async def handle(connection: AsyncConnection, messages: Sequence[Incoming[Any]]) -> None:
        said = [(batch, message) for message in messages if (batch := _batch_of(message.data)) is not None]
        told, now = dict(said), clock()
        ours = await store.lock_by_batch(connection, list(told))
        heard = [batch_results.Heard(batch, kind, digest_of(item.data), item) for batch, item in said]
        await batch_results.keep(connection, heard, ours, settings.results.owner, now)
        for batch_uuid in told.keys() - ours.keys():
            notes.not_ours(batch_uuid, 1)
        for batch_uuid, run in ours.items():
            with about(run):
                await take(connection, run, kind, told[batch_uuid], settings, now=now)

    def key(envelope: Envelope[Any]) -> str | None:
        batch_uuid = _batch_of(envelope.data)
        return None if batch_uuid is None else f"{batch_uuid}/{digest_of(envelope.data)}"

    return Route(topic, shape, key, handle, notes)


def _batch_of(data: BaseEvent) -> UUID | None:
    text = getattr(data, "batch_id", None) or data.entity_id
    try:
        return None if text is None else UUID(str(text))
    except ValueError:
        return None


def counted_by(result: AssessmentResult) -> int | None:
    """Return how many comparisons a rich result says there were, None where it does not say."""
    facts = result.assessment_metadata
    counts = [facts.get("comparisons_succeeded"), facts.get("comparisons_failed")]
    numbers = [count for count in counts if isinstance(count, int) and not isinstance(count, bool) and count >= 0]
    return sum(numbers) if len(numbers) == len(counts) else None


def callbacks_of(result: AssessmentResult) -> int | None:
    """Return how many callbacks a rich result tells to expect, else how many comparisons there were.

    What the engine's gateway refused to take, or never answered, has no callback.
    """
    told = result.assessment_metadata.get("callbacks_expected")
    good = isinstance(told, int) and not isinstance(told, bool) and told >= 0
    return told if good and isinstance(told, int) else counted_by(result)


def digest_of(data: BaseEvent) -> str:
    """Return a hash of what is said, without when it was said."""
    said = data.model_dump(mode="json", exclude=set(VOLATILE))
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


async def take(
    connection: AsyncConnection,
    run: Run,
    kind: Kind,
    message: Incoming[Any],
    settings: RunnerSettings,
    *,
    now: datetime,
) -> bool:
    """Keep what was said of a held run, and send the run on; return whether it was new."""
    if revisions.too_late(run, settings, now):
        return False
    values = {
        "run_id": run.id,
        "kind": kind,
        "digest": digest_of(message.data),
        "raw": message.record.value,
        "received_at": now,
    }
    kept = insert(announcements).values(values).on_conflict_do_nothing().returning(announcements.c.digest)
    fresh = (await connection.execute(kept)).first() is not None
    if fresh:
        await connection.execute(update(runs).where(runs.c.id == run.id).values(heard_at=now))
        _say(kind, message.data)
    await _note_asked(connection, run, message.data, now)
    if run.is_final and fresh:
        await revisions.want(connection, run, settings, now)
    await _send_on(connection, run, kind, now)
    return fresh


def _say(kind: Kind, said: BaseEvent) -> None:
    told = {"event_count": 1, "event_data_type": type(said).__name__}
    if kind == "completion":
        log.info("collector_completion_applied", **told)
    elif kind == "result":
        log.info("collector_assessment_result_applied", **told)
    else:
        log.info("collector_failure_applied", **told)


async def _send_on(connection: AsyncConnection, run: Run, kind: Kind, now: datetime) -> None:
    """Let the run go where it goes when something was announced, told again or not."""
    if run.status in WAITING:
        change = Change(due_at=now, data={"announced": kind})
        await store.move(connection, run, RunState.FINISHING, change, now=now)
    elif run.status is RunState.FINISHING:
        await connection.execute(update(runs).where(runs.c.id == run.id).values(due_at=now))
        await notify(connection, RUNS_CHANNEL)
    elif run.status is RunState.CANCELLING:
        ended = {"due_at": now, "cj_told_at": run.cj_told_at or now}  # what has ended need not be told to stop
        await connection.execute(update(runs).where(runs.c.id == run.id).values(**ended))
        await notify(connection, RUNS_CHANNEL)


async def _note_asked(connection: AsyncConnection, run: Run, said: BaseEvent, now: datetime) -> None:
    """A rich result may say how many comparisons there were: some of them may never come in."""
    counted = counted_by(said) if isinstance(said, AssessmentResult) else None
    answered = run.comparisons_received + run.comparisons_late
    asked = asked_at_least(run.comparisons_asked, answered, counted or 0, budget_of(run))
    if asked > run.comparisons_asked:
        values = {"comparisons_asked": asked, "updated_at": now}
        await connection.execute(update(runs).where(runs.c.id == run.id).values(**values))
        await notify(connection, CHANGES_CHANNEL, run.id)
