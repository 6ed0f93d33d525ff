"""A run is accepted: everything that can be wrong is said before anything is written.

Fed by ``POST /v1/runs`` and by the retry of a run that ended; feeds the worker through the row of the run.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.listen import notify
from app.errors import Conflict, InvalidInput, NotFound
from app.runner import metrics
from app.runner.assets import store as packages
from app.runner.assets.inventory import Inventory
from app.runner.runs import essays, labels, store
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import RunState
from app.runner.runs.store import Run
from app.runner.tables import RUNS_CHANNEL, label_numbers, run_events, runs
from app.runner.webhooks import subscriptions

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NewIds:
    """The identities of a new run."""

    run_id: str
    batch_uuid: UUID
    correlation_id: UUID


async def accept(connection: AsyncConnection, request: RunRequest, ids: NewIds, now: datetime) -> Run:
    """Write the run with its essays and its first event; raises ``InvalidInput`` before any write."""
    try:
        label = labels.dated(request.batch_label, now)
    except ValueError as error:
        raise InvalidInput.at("batch_label", str(error)) from error
    stock = await _stock(connection, request)
    if labels.NUMBER in label:
        label = labels.numbered(label, await _next_number(connection, label))
    return await _write(connection, (request, stock), _row(request, label, ids, now), ids, now)


async def retry(connection: AsyncConnection, run_id: str, ids: NewIds, now: datetime) -> Run:
    """Write a new run with the inputs, label and seed of one that ended; raises ``Conflict`` before its end."""
    ended = await store.lock(connection, run_id)
    if not ended.is_final:
        raise Conflict(f"the run is {ended.status}: wait for its end, or cancel it, before it is tried again")
    request = RunRequest.model_validate(ended.spec)
    stock = await _stock(connection, request)
    row = _row(request, ended.batch_label, ids, now) | {"retry_of": ended.id, "attempt": ended.attempt + 1}
    again = await _write(connection, (request, stock), row, ids, now)
    await subscriptions.copy(connection, ended.id, again, now)
    return again


async def _stock(connection: AsyncConnection, request: RunRequest) -> Inventory:
    try:
        await packages.get(connection, request.assets.package_id)
    except NotFound as error:
        raise InvalidInput.at("assets.package_id", error.detail) from error
    stock = await packages.load(connection, request.assets.package_id)
    essays.check(request, stock)
    return stock


async def _next_number(connection: AsyncConnection, label: str) -> int:
    """Return the next number of a label; who asks at the same time waits until this transaction ends."""
    first = upsert(label_numbers).values(label=label, last=1)
    following = first.on_conflict_do_update(
        index_elements=[label_numbers.c.label], set_={"last": label_numbers.c.last + 1}
    )
    return int((await connection.execute(following.returning(label_numbers.c.last))).scalar_one())


async def _write(
    connection: AsyncConnection,
    wanted: tuple[RunRequest, Inventory],
    row: dict[str, object],
    ids: NewIds,
    now: datetime,
) -> Run:
    request, stock = wanted
    await connection.execute(insert(runs).values(row))
    told = {"mode": request.mode} | ({"retry_of": row["retry_of"]} if "retry_of" in row else {})
    await connection.execute(
        insert(run_events).values(run_id=ids.run_id, number=1, type="run.accepted", at=now, data=told)
    )
    await essays.keep(connection, ids.run_id, essays.choose(stock, ids.batch_uuid))
    await notify(connection, RUNS_CHANNEL)
    metrics.ACCEPTED.labels(request.mode).inc()
    log.info(
        "run_accepted",
        run_id=ids.run_id,
        batch_uuid=str(ids.batch_uuid),
        batch_id=row["batch_label"],
        runner_mode=request.mode,
    )
    return await store.get(connection, ids.run_id)


def _row(request: RunRequest, label: str, ids: NewIds, now: datetime) -> dict[str, object]:
    return {
        "id": ids.run_id,
        "mode": request.mode,
        "status": RunState.ACCEPTED,
        "batch_uuid": ids.batch_uuid,
        "batch_label": label,
        "correlation_id": ids.correlation_id,
        "package_id": request.assets.package_id,
        "spec": request.model_dump(mode="json"),
        "labels": dict(request.labels),
        "last_event": 1,
        "created_at": now,
        "updated_at": now,
        "deadline_at": now + timedelta(seconds=request.budget.completion_timeout_s),
        "due_at": now,
    }
