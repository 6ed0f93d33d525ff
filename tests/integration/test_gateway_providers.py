"""The whole way with real adapters: requests in, a server that speaks the providers' HTTP, callbacks out."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from typing import Any

import pytest

from app.contracts.error_codes import ERROR_CODES
from app.db.unit import Database
from app.roles.judges import batch_judges, close_with, real_judges
from tests.fakes.provider_server import FakeProviders
from tests.fakes.questions import question
from tests.integration.gateway_parts import Gateway, opened, settings

MODELS = {"openai": "gpt-5.1", "anthropic": "claude-haiku-4-5-20251001", "google": "gemini-2.5-flash"}
ENDS: Mapping[str, tuple[str | None, int]] = {
    "fine": (None, 1),
    "bad_request": ("INVALID_REQUEST", 1),
    "unauthorized": ("INVALID_API_KEY", 1),
    "quota": ("QUOTA_EXCEEDED", 1),
    "rate_limited": ("LLM_PROVIDER_RATE_LIMIT", 3),
    "server_error": ("LLM_PROVIDER_API_ERROR", 2),
    "overloaded": ("LLM_PROVIDER_UNAVAILABLE", 2),
    "cut": ("CONNECTION_ERROR", 2),
    "malformed_json": ("LLM_INVALID_RESPONSE", 2),
    "truncated_json": ("LLM_INVALID_RESPONSE", 2),
    "refusal": ("LLM_INVALID_RESPONSE", 1),
    "max_tokens": ("LLM_INVALID_CONFIG", 1),
    "prose": ("LLM_PARSING_ERROR", 2),
}
"""What a scenario that stays comes to: the callback's code, and how many calls were made for it."""


@pytest.fixture
async def fake() -> AsyncIterator[FakeProviders]:
    async with FakeProviders() as server:
        yield server


@pytest.mark.parametrize("provider", sorted(MODELS))
async def test_each_way_that_a_provider_fails_ends_in_its_one_callback(
    database: Database, database_url: str, fake: FakeProviders, provider: str
) -> None:
    def decide(_: str, body: Mapping[str, Any]) -> Any:
        scenario = str(body["model"]).removeprefix(MODELS[provider] + "-")
        return usual("", {}) if scenario == "fine" else scenario

    usual, fake.decide = fake.decide, decide
    chosen = settings(queue_max_retries=1, queue_max_throttled=2, circuit_breaker_failure_threshold=10_000)
    judges = real_judges(fake.settings())
    async with AsyncExitStack() as stack:
        close_with(stack, judges)
        gateway = await stack.enter_async_context(opened(database, database_url, judges, chosen))
        for scenario in ENDS:
            overrides = {"provider_override": provider, "model_override": f"{MODELS[provider]}-{scenario}"}
            answer = await gateway.ask(overrides=overrides, metadata={"scenario": scenario})
            assert answer.status_code == 202, answer.text
        for _ in range(4):
            await gateway.work(3)
            gateway.clock.pass_by(70)
        callbacks = {item["request_metadata"]["scenario"]: item for item in await gateway.callbacks()}
        count = len(await gateway.callbacks())
    ends = {
        name: ((item["error_detail"] or {}).get("error_code"), item["request_metadata"]["attempts"])
        for name, item in callbacks.items()
    }
    assert ends == ENDS
    assert count == len(ENDS)
    assert {code for code, _ in ends.values() if code is not None} <= ERROR_CODES
    assert callbacks["prose"]["token_usage"]["prompt_tokens"] > 0
    assert all(item["request_metadata"]["prompt_sha256"] for item in callbacks.values())


async def _jobs(gateway: Gateway, seconds: float) -> None:
    gateway.clock.pass_by(seconds)
    await gateway.jobs()


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
async def test_a_real_batch_job_survives_restarts_and_what_it_leaves_is_asked_one_by_one(
    database: Database, database_url: str, fake: FakeProviders, provider: str
) -> None:
    providers = fake.settings()
    chosen = settings(queue_processing_mode="batch_api", batch_api_mode="opportunistic", batch_api_gather_s=0)
    judges, takers = real_judges(providers), batch_judges(providers)
    async with AsyncExitStack() as stack:
        close_with(stack, judges)
        close_with(stack, takers)
        gateway = await stack.enter_async_context(opened(database, database_url, judges, chosen, takers))
        overrides = {"provider_override": provider, "model_override": MODELS[provider]}
        await gateway.ask_many(4, overrides=overrides)
        await gateway.work(1)
        await gateway.jobs()
        [job] = fake.jobs.values()
        await _jobs(gateway, 31)
        assert await gateway.callbacks() == []
        job.expire(done=3)
        await _jobs(gateway, 31)
        assert [item["winner"] for item in await gateway.callbacks()] == ["Essay A"] * 3
        gateway.clock.pass_by(61)
        await gateway.work()
        callbacks = await gateway.callbacks()
    assert [item["winner"] for item in callbacks] == ["Essay A"] * 4
    modes = [item["request_metadata"]["queue_processing_mode"] for item in callbacks]
    assert modes == ["batch_api"] * 3 + ["per_request"]
    effective = callbacks[0]["request_metadata"]["effective_settings"]
    assert (effective["provider_override"], effective["model_override"]) == (provider, MODELS[provider])
    assert effective["max_tokens_override"] > 0
    assert len(fake.jobs) == 1


async def test_a_strangers_job_and_those_of_other_processes_hold_up_none_of_ours(
    database: Database, database_url: str, fake: FakeProviders
) -> None:
    chosen = settings(queue_processing_mode="batch_api", batch_api_mode="opportunistic", batch_api_gather_s=0)
    providers, key = fake.settings(), "anthropic"
    async with AsyncExitStack() as stack:
        first, second, stranger = (batch_judges(providers) for _ in range(3))
        for takers in (first, second, stranger):
            close_with(stack, takers)
        judges = real_judges(providers)
        close_with(stack, judges)
        gateway = await stack.enter_async_context(opened(database, database_url, judges, chosen, first))
        other = await stack.enter_async_context(opened(database, database_url, judges, chosen, second))
        overrides = {"provider_override": key, "model_override": MODELS[key]}
        await stranger[key].submit([("a", question()), ("b", question())], job_key="another application's")
        await gateway.ask_many(2, overrides=overrides)
        await gateway.work(1)
        await gateway.jobs()
        assert len(fake.jobs) == 2
        for act in ("rate_limited", "cut"):
            await other.ask_many(3, overrides=overrides)
            await other.work(1)
            other.clock.pass_by(60)
            fake.next(key, act)
            await other.jobs()
        await _jobs(other, 120)
        await _jobs(other, 120)
        assert sorted(len(job.items) for job in fake.jobs.values()) == [2, 2, 3, 3]
