"""Comparisons in: checked one by one, kept in the queue, answered with their queue ids.

Fed by the HTTP routes; feeds the queue. A request that comes twice gets its first queue id; one that is
finished already has its callback published again.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.llm_events import ComparisonResult
from app.contracts.llm_http import ComparisonRequest
from app.contracts.topics import Topic
from app.db.listen import notify
from app.errors import AppError, Conflict, InvalidInput, Unavailable
from app.gateway import queue
from app.gateway.callbacks import to_event
from app.gateway.providers.base import Judge
from app.gateway.tables import QUEUE_CHANNEL, messages, requests
from app.messaging import outbox
from app.settings import GatewaySettings


class QueueFull(Unavailable):
    """No room; ask again later."""

    code = "llm_queue_full"


@dataclass(frozen=True)
class Accepted:
    """The queue id of one comparison, or why it was refused."""

    correlation_id: UUID | None
    queue_id: UUID | None = None
    refusal: AppError | None = None


def check(request: ComparisonRequest, judges: Mapping[str, Judge]) -> None:
    """Raise ``InvalidInput`` naming the field that makes this comparison impossible."""
    overrides = request.llm_config_overrides
    provider = None if overrides is None else overrides.provider_override
    if provider is None:
        raise InvalidInput.at("llm_config_overrides.provider_override", "is required: name the provider")
    if provider not in judges:
        known = ", ".join(sorted(judges))
        raise InvalidInput.at(
            "llm_config_overrides.provider_override", f"{provider} is not set up here; available: {known}"
        )
    model = None if overrides is None else overrides.model_override
    if model is not None and model not in judges[provider].models():
        known = ", ".join(judges[provider].models())
        raise InvalidInput.at(
            "llm_config_overrides.model_override", f"{provider} has no model {model}; available: {known}"
        )
    if request.callback_topic != Topic.COMPARISON_RESULT:
        raise InvalidInput.at("callback_topic", f"must be {Topic.COMPARISON_RESULT}")


async def accept(
    connection: AsyncConnection, wanted: Sequence[ComparisonRequest], settings: GatewaySettings, now: datetime
) -> list[Accepted]:
    """Keep checked comparisons in the queue, in the present transaction; one answer each, in order."""
    room = settings.queue_max_size - await queue.depth(connection)
    rows = [_row(request, settings, now) for request in wanted]
    ids: Sequence[UUID] = [row["correlation_id"] for row in rows if isinstance(row["correlation_id"], UUID)]
    known = {row.correlation_id: row for row in await connection.execute(_known(ids))}
    fresh = {row["correlation_id"]: row for row in rows if row["correlation_id"] not in known}
    if fresh and len(fresh) > room:
        full = QueueFull(f"the queue is full ({settings.queue_max_size} comparisons wait); ask again later")
        return [Accepted(item, refusal=full) for item in ids]
    if fresh:
        await connection.execute(insert(requests).on_conflict_do_nothing(), list(fresh.values()))
        await notify(connection, QUEUE_CHANNEL)
        known |= {row.correlation_id: row for row in await connection.execute(_known(list(ids)))}
    answers = []
    for row in rows:
        kept = known[row["correlation_id"]]
        if kept.digest != row["digest"]:
            refusal = Conflict(f"correlation_id {kept.correlation_id} was used for another comparison")
            answers.append(Accepted(kept.correlation_id, refusal=refusal))
            continue
        if kept.callback is not None:
            again = to_event(ComparisonResult.model_validate(kept.callback), kept.callback_topic, now)
            await outbox.add(connection, messages, [again])
        answers.append(Accepted(kept.correlation_id, queue_id=kept.queue_id))
    return answers


def _known(ids: Sequence[UUID]) -> Select[Any]:
    columns = (requests.c.correlation_id, requests.c.queue_id, requests.c.digest)
    return select(*columns, requests.c.callback, requests.c.callback_topic).where(
        requests.c.correlation_id.in_(ids)
    )


def _row(request: ComparisonRequest, settings: GatewaySettings, now: datetime) -> dict[str, object]:
    body = request.model_dump(mode="json")
    overrides = body["llm_config_overrides"] or {}
    return {
        "queue_id": uuid4(),
        "correlation_id": request.correlation_id or uuid4(),
        "digest": hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest(),
        "provider": overrides.get("provider_override"),
        "model": overrides.get("model_override"),
        "user_prompt": request.user_prompt,
        "settings": overrides,
        "metadata": dict(request.metadata),
        "callback_topic": request.callback_topic,
        "queued_at": now,
        "available_at": now,
        "expires_at": now + timedelta(hours=settings.queue_request_ttl_hours),
    }
