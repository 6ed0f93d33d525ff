"""Routes of the queue: ask for one verdict or many, cancel, and see how full it is."""

import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Response
from pydantic import ValidationError

from app.contracts.llm_http import (
    BatchItem,
    CancelRequest,
    CancelResponse,
    ComparisonBatchRequest,
    ComparisonBatchResponse,
    ComparisonRequest,
    FindRequest,
    FoundList,
    QueuedResponse,
    QueueView,
)
from app.edge.problems import platform_code_of
from app.errors import AppError, InvalidInput
from app.faults.inject import fault_point
from app.faults.points import Point
from app.gateway import accept as accepting
from app.gateway import metrics, observe, queue, tallies
from app.gateway.accept import Accepted, ComparisonRefused, QueueFull
from app.gateway.cancel import cancel
from app.gateway.find import find
from app.gateway.parts import UNKNOWN_MODEL, Parts

Priority = Annotated[str | None, Header(alias="X-Priority")]


def writes(parts: Parts) -> APIRouter:
    """Return the routes that change the queue, or show verdicts."""
    router = APIRouter(prefix="/api/v1", tags=["comparisons"])

    @router.post("/comparison", status_code=202, summary="Ask for one verdict")
    async def comparison(request: ComparisonRequest, x_priority: Priority = None) -> QueuedResponse:
        priority = _priority(x_priority)
        accepting.check(request, parts)
        async with parts.database.transaction() as connection:
            [answer] = await accepting.accept(connection, [request], parts, parts.clock(), priority)
        _count(parts, request, answer)
        if answer.refusal is not None or answer.queue_id is None:
            raise _told_when(answer.refusal or ComparisonRefused("the comparison was refused"), parts)
        return QueuedResponse(queue_id=answer.queue_id)

    @router.post("/comparisons", status_code=202, summary="Ask for up to 1,000 verdicts")
    async def comparisons(
        body: ComparisonBatchRequest, response: Response, x_priority: Priority = None
    ) -> ComparisonBatchResponse:
        priority = _priority(x_priority)
        items, good = _sorted_out(body, parts)
        async with parts.database.transaction() as connection:
            answers = await accepting.accept(connection, list(good.values()), parts, parts.clock(), priority)
            await fault_point(Point.QUEUE_BEFORE_COMMIT)
        await fault_point(Point.QUEUE_AFTER_COMMIT)
        for index, answer in zip(good, answers, strict=True):
            items[index] = _item(index, answer)
            _count(parts, good[index], answer)
        _push_back(parts, answers, len(items), response)
        return ComparisonBatchResponse(items=[items[index] for index in range(len(body.comparisons))])

    @router.post("/comparisons/find", summary="What became of comparisons whose callback is missed")
    async def missed(body: FindRequest) -> FoundList:
        async with parts.database.transaction() as connection:
            return await find(connection, body.correlation_ids)

    @router.post("/comparisons/cancel", summary="End comparisons that are no longer wanted")
    async def stop(body: CancelRequest) -> CancelResponse:
        return await cancel(parts, body.correlation_ids, parts.clock())

    return router


def reads(parts: Parts) -> APIRouter:
    """Return the routes that look at the queue."""
    router = APIRouter(prefix="/api/v1", tags=["comparisons"])

    @router.get("/queue", summary="How many comparisons wait, by state and provider, and for how long")
    async def waiting() -> QueueView:
        async with parts.database.transaction() as connection:
            counts = await tallies.counts(connection)
            since = await queue.oldest(connection)
        states: dict[str, int] = defaultdict(int)
        by_provider: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for (provider, _, state), count in counts.by.items():
            states[state] += count
            by_provider[provider][state] += count
        age = None if since is None else max(0.0, (parts.clock() - since).total_seconds())
        return QueueView(
            queued=counts.of(*tallies.WAITING),
            limit=parts.settings.queue_max_size,
            states=dict(states),
            providers={provider: dict(found) for provider, found in by_provider.items()},
            oldest_age_s=age,
        )

    return router


def _priority(header: str | None) -> int:
    priority = accepting.priority_of(header, accepting.DEFAULT_PRIORITY)
    if priority is None:
        raise ComparisonRefused.at("X-Priority", "must be a whole number from 0 to 10")
    return priority


def _sorted_out(
    body: ComparisonBatchRequest, parts: Parts
) -> tuple[dict[int, BatchItem], dict[int, ComparisonRequest]]:
    """Return the refusals, and the comparisons that can be accepted, by their place in the call."""
    refused: dict[int, BatchItem] = {}
    good: dict[int, ComparisonRequest] = {}
    for index, raw in enumerate(body.comparisons):
        started = time.perf_counter()
        try:
            request = _parsed(raw)
            accepting.check(request, parts)
            good[index] = request
            took = time.perf_counter() - started
            metrics.VALIDATION_SECONDS.labels(_provider(request), "request").observe(took)
        except AppError as error:
            refused[index] = _refused(index, error, _named(raw))
            observe.request("none", UNKNOWN_MODEL, "refused")
    return refused, good


def _item(index: int, answer: Accepted) -> BatchItem:
    if answer.refusal is not None:
        return _refused(index, answer.refusal, answer.correlation_id)
    return BatchItem(index=index, correlation_id=answer.correlation_id, queue_id=answer.queue_id, status="queued")


def _count(parts: Parts, request: ComparisonRequest, answer: Accepted) -> None:
    overrides = request.llm_config_overrides
    provider = _provider(request)
    model = parts.label(provider, overrides.model_override if overrides is not None else None)
    observe.request(provider, model, "queued" if answer.refusal is None else "refused")


def _provider(request: ComparisonRequest) -> str:
    overrides = request.llm_config_overrides
    return (overrides.provider_override if overrides is not None else None) or "none"


def _parsed(raw: Mapping[str, object]) -> ComparisonRequest:
    try:
        return ComparisonRequest.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput.at(".".join(map(str, first["loc"])) or "body", str(first["msg"])) from error


def _refused(index: int, error: AppError, correlation_id: UUID | None) -> BatchItem:
    return BatchItem(
        index=index,
        correlation_id=correlation_id,
        status="refused",
        error_code=platform_code_of(error.code, error.status),
        error=error.detail,
        retryable=error.retryable,
    )


def _named(raw: Mapping[str, object]) -> UUID | None:
    """Return the caller's id of a comparison that is refused, where it is one."""
    try:
        return UUID(str(raw.get("correlation_id")))
    except ValueError:
        return None


def _push_back(parts: Parts, answers: list[Accepted], asked: int, response: Response) -> None:
    """Say when to come back; refuse the whole call where nothing of it found room."""
    full = [answer.refusal for answer in answers if isinstance(answer.refusal, QueueFull)]
    if full and len(full) == asked:
        raise _told_when(full[0], parts)
    if full:
        response.headers["Retry-After"] = str(parts.settings.queue_full_retry_after_s)


def _told_when(error: AppError, parts: Parts) -> AppError:
    if isinstance(error, QueueFull):
        error.retry_after_s = parts.settings.queue_full_retry_after_s
    return error
