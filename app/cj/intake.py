"""Requests in: one batch row for each request; everything that needs the network comes later.

Fed by ``huleedu.els.cj_assessment.requested.v1``; feeds ``prepare``. A request that breaks a rule ends here, with
a failure event that names the field; one that is not even a request is put aside as well.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj import finish, names, store, wishes
from app.cj.finish import Failure, Subject
from app.cj.states import BatchState
from app.cj.tables import BATCHES_CHANNEL, batches, messages
from app.cj.wishes import InvalidRequest, Wishes, check_request, plan_of, read_wishes
from app.contracts.cj_events import CJRequest, RawCJRequest, RawCJRequestEnvelope
from app.contracts.topics import Topic
from app.db.listen import notify
from app.errors import InvalidInput
from app.messaging import outbox
from app.messaging.consume import Incoming, Route
from app.messaging.dead_letters import DeadLetter, put_aside
from app.settings import CJSettings
from app.telemetry import tracing
from app.telemetry.context import bound
from app.telemetry.run_names import sent_names

log = structlog.get_logger(__name__)
LONGEST_ID = 36


def route(settings: CJSettings, clock: Callable[[], datetime]) -> Route[RawCJRequest]:
    """Return the route of requests."""

    async def handle(connection: AsyncConnection, messages_in: Sequence[Incoming[RawCJRequest]]) -> None:
        for message in messages_in:
            with bound(
                correlation_id=str(message.envelope.correlation_id), **sent_names(message.envelope.metadata)
            ):
                await _take(connection, message, settings, clock())
        await notify(connection, BATCHES_CHANNEL)

    return Route(Topic.CJ_REQUESTED, RawCJRequestEnvelope, _key, handle)


def _key(envelope: Any) -> str:
    """Name a request by its batch; a broken one by its content, so that a mended one is not taken for its twin."""
    raw = envelope.data
    try:
        return _parsed(raw).entity_id or ""
    except InvalidInput:
        return f"broken/{hashlib.sha256(raw.model_dump_json().encode()).hexdigest()}"


async def _take(
    connection: AsyncConnection, message: Incoming[RawCJRequest], settings: CJSettings, now: datetime
) -> None:
    try:
        request = _parsed(message.data)
    except InvalidInput as error:
        await _refuse_broken(connection, message, error, now)
        return
    problem, plan = None, plan_of(Wishes(), request, settings)
    try:
        wanted = read_wishes(message.envelope.metadata)
        check_request(request, wanted, settings)
        plan = plan_of(wanted, request, settings)
    except InvalidInput as error:
        problem = error
    row = {
        "bos_batch_id": request.entity_id,
        "correlation_id": message.envelope.correlation_id,
        "status": BatchState.RECEIVED,
        "request": request.model_dump(mode="json"),
        "plan": wishes.stored(plan),
        "trace_context": tracing.carried(message.record.headers) or None,
        "created_at": now,
        "updated_at": now,
        "due_at": now,
    } | names.told_by(message.envelope.metadata)
    added = insert(batches).values(row).on_conflict_do_nothing().returning(batches.c.id)
    batch_id = (await connection.execute(added)).scalar_one_or_none()
    if problem is not None and batch_id is not None:
        batch = await store.get(connection, batch_id, locked=True)
        await finish.fail(connection, batch, Failure.of(problem), now)


def _parsed(raw: RawCJRequest) -> CJRequest:
    """Return the request; raises ``InvalidRequest`` naming what is wrong with its shape."""
    values = raw.model_dump()
    entity_id = values.get("entity_id")
    if not isinstance(entity_id, str) or not 1 <= len(entity_id) <= LONGEST_ID:
        raise InvalidRequest.at("data.entity_id", f"must be the batch id, at most {LONGEST_ID} characters")
    if "\\u0000" in raw.model_dump_json():
        raise InvalidRequest.at("data", "must not contain the character U+0000")
    try:
        return CJRequest.model_validate(values)
    except ValidationError as error:
        raise wishes.refused(error, "data") from error


async def _refuse_broken(
    connection: AsyncConnection, message: Incoming[RawCJRequest], error: InvalidInput, now: datetime
) -> None:
    """Keep a request that cannot be read, and tell its sender where it says which batch it is."""
    letter = DeadLetter(message.record, "invalid_request", error.detail[:400])
    await put_aside(connection, messages, finish.SERVICE, [letter])
    entity_id = message.data.entity_id
    if not isinstance(entity_id, str) or not entity_id or "\x00" in entity_id:
        return
    subject = Subject(entity_id[:255], message.envelope.correlation_id)
    failed = finish.failed_event(subject, Failure.of(error), now)
    await outbox.add(connection, messages, [outbox.of_trace(failed, message.record.headers)])
    log.warning("request_refused", batch_uuid=entity_id[:LONGEST_ID], detail=error.said[:200])
