"""HTTP of the gateway: comparisons in, one or many in a call; what it has, and how full it is."""

from collections.abc import Callable, Mapping
from datetime import datetime

from fastapi import FastAPI
from pydantic import ValidationError

from app.contracts.llm_http import (
    BatchItem,
    ComparisonBatchRequest,
    ComparisonBatchResponse,
    ComparisonRequest,
    QueuedResponse,
)
from app.db.unit import Database
from app.edge import health, problems
from app.errors import AppError, InvalidInput
from app.gateway import accept as accepting
from app.gateway import metrics, queue
from app.gateway.callbacks import SERVICE
from app.gateway.providers.base import Judge
from app.settings import GatewaySettings


def build(
    database: Database, judges: Mapping[str, Judge], settings: GatewaySettings, clock: Callable[[], datetime]
) -> FastAPI:
    """Return the application."""
    app = FastAPI(title="LLM gateway", version="1", docs_url="/docs")
    problems.install(app, service=SERVICE, style="platform")
    app.include_router(health.routes(SERVICE, {"database": health.database_check(database)}))

    @app.post("/api/v1/comparison", status_code=202, summary="Ask for one verdict")
    async def comparison(request: ComparisonRequest) -> QueuedResponse:
        accepting.check(request, judges)
        async with database.transaction() as connection:
            [answer] = await accepting.accept(connection, [request], settings, clock())
        if answer.refusal is not None or answer.queue_id is None:
            raise answer.refusal or InvalidInput("the comparison was refused")
        metrics.ACCEPTED.labels(_provider(request), "queued").inc()
        return QueuedResponse(queue_id=answer.queue_id)

    @app.post("/api/v1/comparisons", status_code=202, summary="Ask for up to 1,000 verdicts")
    async def comparisons(body: ComparisonBatchRequest) -> ComparisonBatchResponse:
        items, good = _sorted_out(body, judges)
        async with database.transaction() as connection:
            answers = await accepting.accept(connection, list(good.values()), settings, clock())
        for index, answer in zip(good, answers, strict=True):
            items[index] = _item(index, answer)
            metrics.ACCEPTED.labels(_provider(good[index]), items[index].status).inc()
        return ComparisonBatchResponse(items=[items[index] for index in range(len(body.comparisons))])

    @app.get("/api/v1/providers", summary="Judges that are set up, with their models")
    async def providers() -> dict[str, dict[str, list[str]]]:
        return {"providers": {name: list(judge.models()) for name, judge in judges.items()}}

    @app.get("/api/v1/queue", summary="How many comparisons wait")
    async def waiting() -> dict[str, int]:
        async with database.transaction() as connection:
            return {"queued": await queue.depth(connection), "limit": settings.queue_max_size}

    return app


def _sorted_out(
    body: ComparisonBatchRequest, judges: Mapping[str, Judge]
) -> tuple[dict[int, BatchItem], dict[int, ComparisonRequest]]:
    """Return the refusals, and the comparisons that can be accepted, by their place in the call."""
    refused: dict[int, BatchItem] = {}
    good: dict[int, ComparisonRequest] = {}
    for index, raw in enumerate(body.comparisons):
        try:
            request = _parsed(raw)
            accepting.check(request, judges)
            good[index] = request
        except AppError as error:
            refused[index] = _refused(index, error)
    return refused, good


def _item(index: int, answer: accepting.Accepted) -> BatchItem:
    if answer.refusal is not None:
        return _refused(index, answer.refusal)
    return BatchItem(index=index, correlation_id=answer.correlation_id, queue_id=answer.queue_id, status="queued")


def _provider(request: ComparisonRequest) -> str:
    overrides = request.llm_config_overrides
    return (overrides.provider_override if overrides is not None else None) or "none"


def _parsed(raw: Mapping[str, object]) -> ComparisonRequest:
    try:
        return ComparisonRequest.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput.at(".".join(map(str, first["loc"])) or "body", str(first["msg"])) from error


def _refused(index: int, error: AppError) -> BatchItem:
    return BatchItem(
        index=index, status="refused", error_code=error.code, error=error.detail, retryable=error.retryable
    )
