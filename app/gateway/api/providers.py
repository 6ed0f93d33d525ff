"""Routes about judges: which are set up and how they do, which models there are, and one small try."""

import time
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from app.contracts.error_codes import platform_code
from app.contracts.llm_http import (
    PROVIDERS,
    ModelList,
    ModelView,
    ProviderList,
    ProviderStatus,
    ProviderTest,
)
from app.contracts.prompt import comparison_blocks, joined
from app.errors import NotFound
from app.gateway import money
from app.gateway.parts import Parts
from app.gateway.providers.base import JudgeFailed, Question, Usage

HIDDEN = "mock"
TRY_A = "We walked to the harbour because the ferry was late, and we talked about the summer."
TRY_B = "we walk to harbour. ferry late. we talk."
Status = Literal["available", "degraded", "unavailable", "not_set_up"]


def reads(parts: Parts) -> APIRouter:
    """Return the routes that look."""
    router = APIRouter(prefix="/api/v1", tags=["providers"])

    @router.get("/providers", summary="Providers: set up or not, their models, circuits and limits")
    async def providers() -> ProviderList:
        return ProviderList(providers=[_status(parts, name) for name in sorted({*PROVIDERS, *parts.judges})])

    @router.get("/models", summary="Models that may be asked for")
    async def models(
        provider: Annotated[str | None, Query()] = None, include_deprecated: Annotated[bool, Query()] = False
    ) -> ModelList:
        if provider is not None and provider not in {*PROVIDERS, *parts.judges}:
            raise NotFound(f"there is no provider {provider[:64]}; known are {', '.join(PROVIDERS)}")
        found = parts.models().entries(provider, include_deprecated=include_deprecated)
        views = [
            ModelView(
                provider=entry.provider,
                model=entry.model,
                default=entry.default,
                deprecated=entry.deprecated,
                facts=dict(entry.facts or {}),
            )
            for entry in found
            if entry.provider != HIDDEN or provider == HIDDEN
        ]
        return ModelList(models=views)

    return router


def writes(parts: Parts) -> APIRouter:
    """Return the route that asks a provider, which costs money."""
    router = APIRouter(prefix="/api/v1", tags=["providers"])

    @router.post("/providers/{provider}/test", summary="Ask a provider one small question")
    async def test(provider: str) -> ProviderTest:
        if provider not in parts.judges:
            known = ", ".join(sorted(parts.judges))
            raise NotFound(f"{provider[:64]} is not set up here; available: {known}")
        started = time.perf_counter()
        model, failure, usage = await _tried(parts, provider)
        async with parts.database.transaction() as connection:
            await money.note(connection, provider, usage.cost_usd, parts.clock())
        return ProviderTest(
            provider=provider,
            status="ok" if failure is None else "failed",
            model=model,
            response_time_ms=int((time.perf_counter() - started) * 1000),
            error_code=None if failure is None else platform_code(failure.code),
            error=None if failure is None else failure.message[:500],
        )

    return router


async def _tried(parts: Parts, provider: str) -> tuple[str | None, JudgeFailed | None, Usage]:
    """Ask the provider for a word about itself where it costs nothing, else one small question."""
    probe = getattr(parts.judges[provider], "probe", None)
    if probe is not None:
        try:
            await probe()
        except JudgeFailed as failure:
            return None, failure, failure.spent
        return parts.label(provider, None), None, Usage()
    question = Question(joined(comparison_blocks(None, TRY_A, TRY_B)), TRY_A, TRY_B, None)
    try:
        answer = await parts.judges[provider].judge(question)
    except JudgeFailed as failure:
        return None, failure, failure.spent
    return answer.model, None, answer.usage


def _status(parts: Parts, name: str) -> ProviderStatus:
    judge = parts.judges.get(name)
    circuits = parts.gates.look(name, parts.clock)
    return ProviderStatus(
        name=name,
        set_up=judge is not None,
        status="not_set_up" if judge is None else _health([str(found["circuit"]) for found in circuits.values()]),
        batch_jobs=name in parts.batch_judges,
        models=[] if judge is None else list(judge.models()),
        circuits=circuits,
    )


def _health(circuits: list[str]) -> Status:
    if not circuits or set(circuits) == {"closed"}:
        return "available"
    return "unavailable" if set(circuits) == {"open"} else "degraded"
