"""A run is accepted: everything that can be wrong is said before anything is written.

Fed by ``POST /v1/runs``, by the retry of a run that ended and by experiments; feeds the worker through the row of
the run. The run, its first event and the worker's wake-up are one statement; its essays are written when it is
prepared.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import Select, bindparam, func, insert, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.rows import shaped
from app.errors import Conflict, InvalidInput, NotFound
from app.runner import metrics
from app.runner.assets.outline import Outlines
from app.runner.names import NAMES, about
from app.runner.runs import essays, labels, store
from app.runner.runs.boundary import with_budget
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import PUBLISHING_MODES, RunState
from app.runner.runs.store import FIELDS, Run
from app.runner.tables import RUNS_CHANNEL, label_numbers, packages, run_events, runs
from app.runner.webhooks import subscriptions
from app.telemetry import tracing

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NewIds:
    """The identities of a new run."""

    run_id: str
    batch_uuid: UUID
    correlation_id: UUID


@dataclass(frozen=True)
class Desk:
    """Whose run it is to be, what is known of packages, and when it is."""

    owner: str
    outlines: Outlines
    now: datetime


@dataclass(frozen=True)
class Again:
    """Which run a new one repeats, and the number of the attempt that it is."""

    retry_of: str
    attempt: int


async def accept(
    connection: AsyncConnection, request: RunRequest, ids: NewIds, desk: Desk, again: Again | None = None
) -> Run:
    """Write the run with its first event; raises ``InvalidInput`` before any write."""
    label, request = await checked(connection, request, desk)
    if labels.NUMBER in label:
        label = labels.numbered(label, await _next_number(connection, desk.owner, label))
    row = _row(request, label, ids, desk)
    return await _write(connection, row if again is None else row | asdict(again))


async def checked(connection: AsyncConnection, request: RunRequest, desk: Desk) -> tuple[str, RunRequest]:
    """Return the label of a run that could be accepted, ``{n}`` left in it, and its request as it would be kept.

    Raises ``InvalidInput``.
    """
    try:
        label = labels.dated(request.batch_label, desk.now)
    except ValueError as error:
        raise InvalidInput.at("batch_label", str(error)) from error
    return label, await _checked(connection, request, desk)


async def retry(connection: AsyncConnection, run_id: str, ids: NewIds, desk: Desk) -> Run:
    """Write a new run with the inputs, label and seed of one that ended; raises ``Conflict`` before its end."""
    ended = await store.lock(connection, run_id)
    if not ended.is_final:
        raise Conflict(f"the run is {ended.status}: wait for its end, or cancel it, before it is tried again")
    request = await _checked(connection, RunRequest.model_validate(ended.spec), desk)
    row = _row(request, ended.batch_label, ids, desk) | {"retry_of": ended.id, "attempt": ended.attempt + 1}
    again = await _write(connection, row)
    with about(again):
        await subscriptions.copy(connection, ended.id, again, desk.now)
    return again


async def _checked(connection: AsyncConnection, request: RunRequest, desk: Desk) -> RunRequest:
    """Return the request, a boundary test's with its budget; raises ``InvalidInput``."""
    try:
        stock = await desk.outlines.of(connection, desk.owner, request.assets.package_id)
    except NotFound as error:
        raise InvalidInput.at("assets.package_id", error.detail) from error
    essays.check(request, stock)
    return with_budget(request, len(essays.tested(request, stock).pairs))


async def _next_number(connection: AsyncConnection, owner: str, label: str) -> int:
    """Return the next number of an owner's label; who asks at the same time waits until this transaction ends."""
    first = upsert(label_numbers).values(owner=owner, label=label, last=1)
    following = first.on_conflict_do_update(
        index_elements=[label_numbers.c.owner, label_numbers.c.label], set_={"last": label_numbers.c.last + 1}
    )
    return int((await connection.execute(following.returning(label_numbers.c.last))).scalar_one())


def _row(request: RunRequest, label: str, ids: NewIds, desk: Desk) -> dict[str, object]:
    return {
        "id": ids.run_id,
        "owner": desk.owner,
        "mode": request.mode,
        "status": RunState.ACCEPTED,
        "batch_uuid": ids.batch_uuid,
        "batch_label": label,
        "correlation_id": ids.correlation_id,
        "package_id": request.assets.package_id,
        "spec": request.model_dump(mode="json"),
        "labels": dict(request.labels),
        "retry_of": None,
        "attempt": 1,
        "last_event": 1,
        "created_at": desk.now,
        "updated_at": desk.now,
        "deadline_at": desk.now + timedelta(seconds=request.budget.completion_timeout_s),
        "due_at": desk.now,
        "trace_context": tracing.current() or None,
    }


_WRITTEN = (
    *(
        "id",
        "owner",
        "mode",
        "status",
        "batch_uuid",
        "batch_label",
        "correlation_id",
        "package_id",
        "spec",
        "labels",
    ),
    *("retry_of", "attempt", "last_event", "created_at", "updated_at", "deadline_at", "due_at", "trace_context"),
)
_EMPTY: dict[str, object] = {
    column.name: None if column.nullable else 0 for column in FIELDS if column.name not in _WRITTEN
}
"""What a new run shows in the columns that only later steps write."""


def _birth() -> Select[tuple[str]]:
    """One statement: the run, where its package is its owner's, its first event, and the worker's wake-up."""
    new = {name: bindparam(f"new_{name}", type_=runs.c[name].type) for name in _WRITTEN}
    mine = (packages.c.id == new["package_id"], packages.c.owner == new["owner"])
    born = insert(runs).from_select(list(new), select(*new.values()).select_from(packages).where(*mine))
    run = born.returning(runs.c.id).cte("born")
    first = select(
        run.c.id, literal(1), literal("run.accepted"), new["created_at"], bindparam("told", type_=JSONB)
    )
    event = insert(run_events).from_select(["run_id", "number", "type", "at", "data"], first).cte("event")
    return select(run.c.id, func.pg_notify(RUNS_CHANNEL, "")).add_cte(event)


_BIRTH = _birth()


async def _write(connection: AsyncConnection, row: dict[str, object]) -> Run:
    told = {"mode": row["mode"]} | ({} if row["retry_of"] is None else {"retry_of": row["retry_of"]})
    values = {f"new_{name}": row[name] for name in _WRITTEN} | {"told": told}
    if (await connection.execute(_BIRTH, values)).first() is None:
        raise InvalidInput.at("assets.package_id", "the asset package was deleted just now")
    run = shaped(Run, [(_EMPTY | row)[column.name] for column in FIELDS])
    metrics.ACCEPTED.labels(run.mode).inc()
    tracing.note(tracing.about({name: getattr(run, column) for name, column in NAMES.items()}))
    with about(run):
        _say_accepted(run)
    return run


def _say_accepted(run: Run) -> None:
    sends = bool(run.spec.get("publish", True)) and run.mode in PUBLISHING_MODES
    log.info(
        "runner_invocation",
        assignment_id=run.spec.get("assignment_id"),
        course_id=run.spec.get("course_id"),
        use_kafka=sends,
        await_completion=sends,
        attempt=run.attempt,
    )
    budget = run.spec.get("budget")
    if isinstance(budget, dict) and budget.get("max_comparisons") is not None:
        log.info("runner_max_comparisons_requested", max_comparisons=budget["max_comparisons"])
