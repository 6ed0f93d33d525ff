"""What is to be sent is written in the transaction of its cause: none is lost, none comes to be without it.

Fed by every numbered event of a run and by the clock of progress; feeds ``deliver``. Where nobody subscribed, one
look at an index is all that it costs. A subscription that is being deleted is passed over, not waited for.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    String,
    and_,
    any_,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.listen import notify
from app.runner.webhooks import facts
from app.runner.webhooks.facts import RunFacts
from app.runner.webhooks.kinds import NUMBERED, PROGRESS
from app.runner.webhooks.tables import CHANNEL, deliveries, subscriptions
from app.telemetry import tracing

ID_LENGTH = 32
SUPERSEDED = "superseded"
_MOMENT = DateTime(timezone=True)
_COLUMNS = (
    "id",
    "subscription_id",
    "run_id",
    "type",
    "event_number",
    "host",
    "payload",
    "status",
    "due_at",
    "created_at",
    "trace_context",
)


@dataclass(frozen=True)
class Told:
    """One event; ``key`` names it among those of its run, so that writing it twice leaves one delivery."""

    kind: str
    key: str
    number: int | None
    payload: str
    at: datetime


async def event(connection: AsyncConnection, run: RunFacts, kind: str, total: int | None, now: datetime) -> None:
    """Enqueue the event of a run that was numbered just now; types of which nobody is told are passed over."""
    if kind not in NUMBERED:
        return
    payload = facts.body(kind, now, facts.of_run(run, total))
    told = Told(kind, str(run.last_event), run.last_event, payload, now)
    if await _enqueue(connection, run, told):
        await _supersede_progress(connection, run, now)


async def progress(connection: AsyncConnection, run: RunFacts, total: int | None, now: datetime) -> None:
    """Enqueue how far a run is, in place of what was enqueued of it before and is not sent yet."""
    await _supersede_progress(connection, run, now)
    payload = facts.body(PROGRESS, now, facts.of_run(run, total))
    await _enqueue(connection, run, Told(PROGRESS, f"progress/{now.isoformat()}", run.last_event, payload, now))


async def _enqueue(connection: AsyncConnection, run: RunFacts, told: Told) -> int:
    fresh = insert(deliveries).from_select(_COLUMNS, _rows(run, told)).on_conflict_do_nothing()
    added = (await connection.execute(fresh)).rowcount
    if added:
        await notify(connection, CHANNEL)
    return added


def _rows(run: RunFacts, told: Told) -> Select[tuple[object, ...]]:
    columns = subscriptions.c
    name = func.convert_to(columns.id + literal(f"/{run.id}/{told.key}"), "UTF8")
    digest = func.left(func.encode(func.sha256(name), "hex"), ID_LENGTH)
    return (
        select(
            literal("msg_").op("||")(digest),
            columns.id,
            literal(run.id),
            literal(told.kind),
            literal(told.number, Integer),
            columns.host,
            literal(told.payload),
            literal("pending"),
            literal(told.at, _MOMENT),
            literal(told.at, _MOMENT),
            literal(tracing.carried(run.trace_context) or None, JSONB(none_as_null=True)),
        )
        .where(columns.enabled, *listening(run, told.kind))
        .with_for_update(read=True, key_share=True, skip_locked=True)
    )


def listening(run: RunFacts, kind: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on subscriptions that are told of ``kind`` about ``run``."""
    columns = subscriptions.c
    label_fits = literal(dict(run.labels), JSONB).contains(columns.labels)
    mode_fits = or_(func.cardinality(columns.modes) == 0, literal(str(run.mode), String) == any_(columns.modes))
    whose = or_(and_(columns.run_id.is_(None), columns.owner == run.owner), columns.run_id == run.id)
    return whose, literal(kind, String) == any_(columns.events), mode_fits, label_fits


async def _supersede_progress(connection: AsyncConnection, run: RunFacts, now: datetime) -> None:
    """Drop what was to be said of a run's progress: something newer is to be said now."""
    columns = deliveries.c
    old = update(deliveries).where(columns.run_id == run.id, columns.type == PROGRESS, columns.status == "pending")
    await connection.execute(old.values(status="dropped", status_reason=SUPERSEDED, due_at=None, finished_at=now))
