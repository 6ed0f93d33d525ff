"""Comparisons in: checked one by one, kept in the queue, answered with their queue ids.

Fed by the HTTP routes; feeds the queue. A request that comes twice gets its first queue id; one that is
finished already has its callback published again.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import structlog
from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.llm_events import ComparisonResult
from app.contracts.llm_http import ComparisonRequest
from app.contracts.topics import Topic
from app.db.listen import notify
from app.db.rows import records
from app.errors import AppError, Conflict, InvalidInput, Unavailable
from app.gateway import metrics, modes, observe, queue, tallies
from app.gateway.callbacks import to_event
from app.gateway.parts import FIXED_MODELS, Parts
from app.gateway.providers.mock import MockJudge
from app.gateway.providers.mock_options import MockOptions, for_request
from app.gateway.tables import QUEUE_CHANNEL, messages, requests
from app.messaging import outbox
from app.telemetry import tracing

log = structlog.get_logger(__name__)
DEFAULT_PRIORITY = 5
HIGHEST_PRIORITY = 10
_INSERT = (
    insert(requests)
    .from_select(list(queue.NEW_COLUMNS), select(records("fresh", queue.NEW)))
    .on_conflict_do_nothing()
)


class QueueFull(Unavailable):
    """No room; ask again later."""

    code = "llm_queue_full"
    status = 429
    title = "The queue is full"
    way_out = "Send the comparison again after `Retry-After`."


class ComparisonRefused(InvalidInput):
    """The comparison breaks a rule; names the field and the way out."""

    code = "invalid_request"
    status = 400


class TopicRefused(ComparisonRefused):
    """Nobody listens to this topic for verdicts."""

    code = "llm_invalid_callback_topic"


class PromptTooLong(ComparisonRefused):
    """No model takes a prompt of this size."""

    code = "llm_content_too_long"
    status = 413


@dataclass(frozen=True)
class Accepted:
    """The queue id of one comparison, or why it was refused."""

    correlation_id: UUID | None
    queue_id: UUID | None = None
    refusal: AppError | None = None


def check(request: ComparisonRequest, parts: Parts) -> None:
    """Raise ``ComparisonRefused`` naming the field that makes this comparison impossible."""
    overrides = request.llm_config_overrides
    provider = None if overrides is None else overrides.provider_override
    if overrides is None or provider is None:
        raise ComparisonRefused.at("llm_config_overrides.provider_override", "is required: name the provider")
    if provider not in parts.judges:
        known = ", ".join(sorted(parts.judges))
        raise ComparisonRefused.at(
            "llm_config_overrides.provider_override", f"{provider} is not set up here; available: {known}"
        )
    _check_model(provider, overrides.model_override, parts)
    _check_wishes(provider, request.metadata, parts)
    if request.callback_topic != Topic.COMPARISON_RESULT:
        raise TopicRefused.at("callback_topic", f"must be {Topic.COMPARISON_RESULT}")
    _check_size(request, parts.settings.prompt_max_bytes)
    _check_limit(request.metadata.get("max_cost_usd"))
    if priority_of(request.metadata.get("priority"), DEFAULT_PRIORITY) is None:
        raise ComparisonRefused.at("metadata.priority", f"must be a whole number from 0 to {HIGHEST_PRIORITY}")


def _check_size(request: ComparisonRequest, most: int) -> None:
    blocks = "".join(block.content for block in request.prompt_blocks or ())
    for field, text in (("user_prompt", request.user_prompt), ("prompt_blocks", blocks)):
        size = len(text.encode("utf-8", "replace"))
        if size > most:
            raise PromptTooLong.at(
                field, f"has {size} bytes, more than the {most} that are taken; shorten the essays"
            )


def _check_limit(wanted: object) -> None:
    if wanted is None:
        return
    good = (
        isinstance(wanted, int | float) and not isinstance(wanted, bool) and math.isfinite(wanted) and wanted >= 0
    )
    if not good:
        raise ComparisonRefused.at("metadata.max_cost_usd", "must be a number of USD, 0 or more")


def _check_model(provider: str, model: str | None, parts: Parts) -> None:
    if model is None:
        return
    if not 0 < len(model) <= 255 or "\x00" in model:
        raise ComparisonRefused.at("llm_config_overrides.model_override", "must have 1 to 255 characters")
    if provider in FIXED_MODELS and model not in parts.judges[provider].models():
        known = ", ".join(parts.judges[provider].models())
        raise ComparisonRefused.at(
            "llm_config_overrides.model_override", f"{provider} has no model {model}; available: {known}"
        )


def _check_wishes(provider: str, metadata: Mapping[str, object], parts: Parts) -> None:
    if isinstance(parts.judges[provider], MockJudge):
        try:
            for_request(MockOptions(), metadata)
        except InvalidInput as error:
            raise ComparisonRefused(error.detail, problems=error.problems) from error


def priority_of(value: object, default: int) -> int | None:
    """Return a priority from 0 to 10, the default for None, or None for anything else."""
    if value is None:
        return default
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:3])
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= HIGHEST_PRIORITY
    return value if good and isinstance(value, int) else None


async def accept(
    connection: AsyncConnection, wanted: Sequence[ComparisonRequest], parts: Parts, now: datetime, priority: int
) -> list[Accepted]:
    """Keep checked comparisons in the queue, in the present transaction; one answer each, in order.

    Those that come first fill the room that is left, the others are refused as ``QueueFull``.
    """
    rows = [_row_or_refusal(request, parts, now, priority) for request in wanted]
    _say_fallbacks(rows)
    ids = [row["correlation_id"] for row in rows if isinstance(row, dict)]
    known = {row.correlation_id: row for row in await connection.execute(_known(ids))}
    fresh = {row["correlation_id"]: row for row in rows if isinstance(row, dict)}
    fresh = {key: row for key, row in fresh.items() if key not in known}
    if fresh:
        room = max(0, parts.settings.queue_max_size - (await tallies.counts(connection)).of(*tallies.WAITING))
        kept = list(fresh.values())[:room]
        metrics.QUEUE_OVERFLOW.labels("total").inc(len(fresh) - len(kept))
        await _insert(connection, kept)
        known |= {row.correlation_id: row for row in await connection.execute(_known(list(fresh)))}
    return [await _answer(connection, row, known, parts, now) for row in rows]


def _say_fallbacks(rows: "Sequence[dict[str, Any] | Accepted]") -> None:
    """Log, once a call, why comparisons are not judged in the mode that was wanted."""
    found = {
        (row["provider"], row["fallback"], row["mode"])
        for row in rows
        if isinstance(row, dict) and row["fallback"]
    }
    for provider, reason, mode in sorted(found):
        log.info("batching_mode_fallback", provider=provider, reason=reason, queue_processing_mode=mode)


async def _insert(connection: AsyncConnection, rows: Sequence[Mapping[str, object]]) -> None:
    if not rows:
        return
    listed = [
        {key: str(value) if isinstance(value, UUID) else value for key, value in row.items()} for row in rows
    ]
    await connection.execute(_INSERT, {"fresh": listed})
    await notify(connection, QUEUE_CHANNEL)


async def _answer(
    connection: AsyncConnection,
    row: "dict[str, Any] | Accepted",
    known: Mapping[UUID, Any],
    parts: Parts,
    now: datetime,
) -> Accepted:
    if isinstance(row, Accepted):
        return row
    kept = known.get(row["correlation_id"])
    if kept is None:
        full = f"the queue is full ({parts.settings.queue_max_size} comparisons wait); ask again later"
        return Accepted(row["correlation_id"], refusal=QueueFull(full))
    if kept.digest != row["digest"]:
        refusal = Conflict(f"correlation_id {kept.correlation_id} was used for another comparison")
        return Accepted(kept.correlation_id, refusal=refusal)
    if kept.callback is not None:
        again = to_event(ComparisonResult.model_validate(kept.callback), kept.callback_topic, now)
        await outbox.add(connection, messages, [again])
    return Accepted(kept.correlation_id, queue_id=kept.queue_id)


def _known(ids: Sequence[UUID]) -> Select[Any]:
    columns = (requests.c.correlation_id, requests.c.queue_id, requests.c.digest)
    return select(*columns, requests.c.callback, requests.c.callback_topic).where(
        requests.c.correlation_id.in_(ids)
    )


def _row_or_refusal(
    request: ComparisonRequest, parts: Parts, now: datetime, priority: int
) -> dict[str, Any] | Accepted:
    body = request.model_dump(mode="json")
    try:
        raw = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        refusal = ComparisonRefused("the comparison holds characters that are no valid Unicode")
        return Accepted(request.correlation_id, refusal=refusal)
    if b"\\u0000" in raw:
        refusal = ComparisonRefused("the comparison holds a NUL character, which cannot be stored")
        return Accepted(request.correlation_id, refusal=refusal)
    observe_blocks(request, parts)
    return _row(request, body, hashlib.sha256(raw).hexdigest(), parts, now) | {
        "rank": HIGHEST_PRIORITY - (priority_of(request.metadata.get("priority"), priority) or 0)
    }


def observe_blocks(request: ComparisonRequest, parts: Parts) -> None:
    """Count a prompt whose blocks stand in an order that prompt caches do not take."""
    overrides = request.llm_config_overrides
    if overrides is not None and not observe.ttl_order(request.prompt_blocks):
        provider = overrides.provider_override or "none"
        model = parts.label(provider, overrides.model_override)
        metrics.TTL_VIOLATIONS.labels(provider, model, "request").inc()


def _row(
    request: ComparisonRequest, body: dict[str, Any], digest: str, parts: Parts, now: datetime
) -> dict[str, Any]:
    settings = parts.settings
    overrides = body["llm_config_overrides"] or {}
    provider = str(overrides.get("provider_override"))
    choice = modes.choose(
        request.metadata.get("cj_llm_batching_mode"),
        settings.queue_processing_mode,
        batch_api_mode=settings.batch_api_mode,
        takes_jobs=provider in parts.batch_judges,
    )
    lane = modes.lane_of(choice.mode, overrides, request.metadata, settings.serial_bundle_max_requests_per_call)
    in_jobs = choice.mode is modes.Mode.BATCH_API
    hours = settings.batch_api_request_ttl_hours if in_jobs else settings.queue_request_ttl_hours
    batch_id = request.metadata.get("bos_batch_id")
    return {
        "queue_id": uuid4(),
        "correlation_id": request.correlation_id or uuid4(),
        "digest": digest,
        "mode": str(choice.mode),
        "lane": lane.key,
        "provider": provider,
        "model": overrides.get("model_override"),
        "user_prompt": request.user_prompt,
        "prompt_blocks": body["prompt_blocks"],
        "settings": overrides,
        "metadata": body["metadata"],
        "user_id": None if request.user_id is None else request.user_id[:255],
        "batch_id": None if batch_id is None else str(batch_id)[:255],
        "callback_topic": request.callback_topic,
        "queued_at": now.isoformat(),
        "available_at": now.isoformat(),
        "expires_at": (now + timedelta(hours=hours)).isoformat(),
        "trace_context": tracing.current() or None,
        "fallback": choice.fallback,
    }
