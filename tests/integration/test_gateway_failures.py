"""Failures of judges: each kind acted on in its own way, and each ends in one callback."""

import asyncio
from collections import Counter

import pytest

from app.contracts.error_codes import ERROR_CODES
from app.db.unit import Database
from app.gateway.providers.base import Answer, FailureKind, Question, Usage
from tests.integration.gateway_parts import Gateway, Scripted, failure, opened, settings

KINDS = FailureKind


async def until_over(gateway: Gateway, rounds: int = 12, seconds: float = 61) -> None:
    for _ in range(rounds):
        await gateway.work(3)
        gateway.clock.pass_by(seconds)


@pytest.mark.parametrize(
    ("kind", "code", "calls"),
    [
        (KINDS.RETRY_NOW, "CONNECTION_ERROR", 4),
        (KINDS.RETRY_AFTER, "LLM_PROVIDER_UNAVAILABLE", 4),
        (KINDS.RATE_LIMITED, "LLM_PROVIDER_RATE_LIMIT", 6),
        (KINDS.REFUSED, "LLM_CONTENT_TOO_LONG", 1),
        (KINDS.BROKEN, "INVALID_API_KEY", 1),
        (KINDS.RETRY_NOW, "LLM_PARSING_ERROR", 2),
        (KINDS.RETRY_NOW, "LLM_INVALID_RESPONSE", 2),
    ],
)
async def test_a_failure_that_stays_ends_in_one_callback_after_a_bounded_number_of_calls(
    database: Database, database_url: str, kind: FailureKind, code: str, calls: int
) -> None:
    judge = Scripted(*(failure(kind, code, spent=Usage(cost_usd=0.01, prompt_tokens=7)) for _ in range(30)))
    chosen = settings(queue_max_retries=3, queue_max_throttled=5, circuit_breaker_failure_threshold=99)
    async with opened(database, database_url, {"mock": judge}, chosen) as gateway:
        await gateway.ask()
        await until_over(gateway)
        [callback], [row] = await gateway.callbacks(), await gateway.rows()
    assert (callback["error_detail"]["error_code"], len(judge.asked)) == (code, calls)
    assert code in ERROR_CODES
    assert callback["winner"] is None
    assert callback["cost_estimate"] == pytest.approx(0.01 * calls)
    assert callback["token_usage"]["prompt_tokens"] == 7 * calls
    assert (row.state, row.attempts, row.cost_usd) == ("failed", calls, pytest.approx(0.01 * calls))


async def test_a_judge_that_crashes_is_asked_again_and_then_reported(
    database: Database, database_url: str
) -> None:
    judge = Scripted(RuntimeError("secret text"), RuntimeError("secret text"))
    async with opened(database, database_url, {"mock": judge}) as gateway:
        await gateway.ask()
        await until_over(gateway, 3)
        [callback] = await gateway.callbacks()
    assert callback["error_detail"]["error_code"] == "LLM_INTERNAL_ERROR"
    assert "secret" not in str(callback)


async def test_a_failure_that_passes_is_followed_by_the_verdict_with_all_costs(
    database: Database, database_url: str
) -> None:
    judge = Scripted(failure(KINDS.RETRY_NOW, "LLM_PARSING_ERROR", spent=Usage(cost_usd=1.0)))
    async with opened(database, database_url, {"mock": judge}) as gateway:
        await gateway.ask()
        await until_over(gateway, 2)
        [callback] = await gateway.callbacks()
    assert callback["winner"] == "Essay A"
    assert callback["cost_estimate"] == pytest.approx(1.00014)
    assert callback["request_metadata"]["failed_calls_cost_usd"] == pytest.approx(1.0)


async def test_the_wait_that_a_provider_asks_for_is_kept(database: Database, database_url: str) -> None:
    judge = Scripted(failure(KINDS.RETRY_AFTER, retry_after_s=100))
    async with opened(database, database_url, {"mock": judge}) as gateway:
        await gateway.ask()
        await gateway.work(3)
        gateway.clock.pass_by(99)
        await gateway.work(3)
        assert len(judge.asked) == 1
        gateway.clock.pass_by(2)
        await gateway.work(3)
        assert len(judge.asked) == 2


async def test_a_rate_limit_pauses_the_whole_model_and_halves_what_is_under_way(
    database: Database, database_url: str
) -> None:
    judge = Scripted(failure(KINDS.RATE_LIMITED, "RATE_LIMIT", retry_after_s=20))
    async with opened(database, database_url, {"mock": judge}, settings(concurrency=8)) as gateway:
        await gateway.ask()
        await gateway.work(2)
        assert gateway.parts.gates.of("mock", "latent").concurrency.limit == 4
        await gateway.ask_many(5)
        await gateway.work(2)
        assert len(judge.asked) == 1
        await gateway.ask_many(1, overrides={"model_override": "coin"})
        await gateway.work(2)
        assert [question.model for question in judge.asked] == ["latent", "coin"]
        gateway.clock.pass_by(21)
        await gateway.work()
        assert len(await gateway.callbacks()) == 7


async def test_failures_in_a_row_open_the_circuit_and_the_rest_waits_until_a_probe_succeeds(
    database: Database, database_url: str
) -> None:
    judge = Scripted(*(failure(KINDS.RETRY_AFTER, http_status=503) for _ in range(3)))
    chosen = settings(concurrency=1, circuit_breaker_failure_threshold=3, circuit_breaker_open_s=300)
    async with opened(database, database_url, {"mock": judge}, chosen) as gateway:
        await gateway.ask_many(5)
        await gateway.work(12)
        assert (len(judge.asked), await gateway.callbacks()) == (3, [])
        assert sum(row.attempts for row in await gateway.rows()) == 3
        [mock] = [
            found
            for found in (await gateway.http.get("/api/v1/providers")).json()["providers"]
            if found["name"] == "mock"
        ]
        assert (mock["status"], mock["circuits"]["latent"]["circuit"]) == ("unavailable", "open")
        gateway.clock.pass_by(301)
        await gateway.work(14)
        assert [item["winner"] for item in await gateway.callbacks()] == ["Essay A"] * 5


async def test_a_broken_provider_fails_what_waits_quickly_and_says_why(
    database: Database, database_url: str
) -> None:
    judge = Scripted(failure(KINDS.BROKEN, "INVALID_API_KEY", message="the key was refused"))
    async with opened(database, database_url, {"mock": judge}, settings(concurrency=1)) as gateway:
        await gateway.ask_many(4)
        await gateway.work(12)
        callbacks = await gateway.callbacks()
        assert len(judge.asked) == 1
        codes = Counter(item["error_detail"]["error_code"] for item in callbacks)
        assert codes == {"INVALID_API_KEY": 1, "CIRCUIT_BREAKER_OPEN": 3}
        assert all("the key was refused" in item["error_detail"]["message"] for item in callbacks)
        gateway.clock.pass_by(121)
        await gateway.ask()
        await gateway.work()
        assert (await gateway.callbacks())[-1]["winner"] == "Essay A"


async def test_a_provider_that_is_not_set_up_any_more_is_answered_for(
    database: Database, database_url: str
) -> None:
    async with opened(database, database_url, {"mock": Scripted()}) as gateway:
        await gateway.ask()
        del gateway.judges["mock"]
        await gateway.work()
        assert await gateway.errors() == ["LLM_PROVIDER_UNAVAILABLE"]


@pytest.mark.parametrize(
    ("limit", "taken"), [({"requests_per_minute": {"mock": 6}}, 6), ({"tokens_per_minute": {"mock": 2600}}, 2)]
)
async def test_limits_a_minute_are_shared_by_all_workers_and_fill_up_again(
    database: Database, database_url: str, limit: dict[str, dict[str, int]], taken: int
) -> None:
    judge = Scripted()
    async with opened(database, database_url, {"mock": judge}, settings(**limit)) as gateway:
        await gateway.ask_many(8, overrides={"max_tokens_override": 1000})
        await asyncio.gather(gateway.work(4), gateway.work(4))
        assert len(judge.asked) == taken
        gateway.clock.pass_by(61)
        await asyncio.gather(gateway.work(4), gateway.work(4))
        assert len(judge.asked) == min(8, 2 * taken)
        await until_over(gateway, 5)
        assert len(await gateway.callbacks()) == 8
        assert {row.attempts for row in await gateway.rows()} == {1}


async def test_no_more_calls_are_under_way_than_the_limit(database: Database, database_url: str) -> None:
    class Counting(Scripted):
        most = now = 0

        async def judge(self, question: Question) -> Answer:
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(0)
            self.now -= 1
            return await super().judge(question)

    judge = Counting()
    async with opened(database, database_url, {"mock": judge}, settings(concurrency=3)) as gateway:
        await gateway.ask_many(20)
        await gateway.work(30)
        assert len(await gateway.callbacks()) == 20
    assert judge.most == 3
