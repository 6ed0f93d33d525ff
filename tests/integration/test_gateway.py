"""The gateway's requests: taken in once, answered by exactly one callback with the contract's fields."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from pydantic import SecretStr

from app.contracts.error_codes import ERROR_CODES
from app.contracts.llm_http import PromptBlock
from app.contracts.prompt import sha256
from app.db.unit import Database
from app.errors import AppError
from app.gateway.api.guard import guard
from app.gateway.providers.base import Answer, FailureKind, Judge, JudgeFailed, Question
from app.gateway.providers.mock import MockJudge
from app.gateway.providers.replay import ReplayJudge
from app.settings import AuthSettings
from tests.integration.gateway_parts import (
    GOOD,
    SETTINGS,
    Gateway,
    Scripted,
    failure,
    opened,
    request,
    settings,
    verdict,
)
from tests.integration.parts import Json


@pytest.fixture
async def gateway(database: Database, database_url: str) -> AsyncIterator[Gateway]:
    judges: dict[str, Judge] = {"mock": MockJudge(SETTINGS), "replay": ReplayJudge(SETTINGS)}
    async with opened(database, database_url, judges) as found:
        yield found


async def test_a_comparison_is_answered_once_with_the_effective_settings(gateway: Gateway) -> None:
    answer = await gateway.ask()
    await gateway.work()
    [callback] = await gateway.callbacks()
    assert answer.status_code == 202
    assert callback["request_id"] == answer.json()["queue_id"]
    assert callback["winner"] == "Essay A"
    assert 1 <= callback["confidence"] <= 5
    assert callback["cost_estimate"] > 0
    meta = callback["request_metadata"]
    assert meta["prompt_sha256"] == sha256(request()["user_prompt"])
    assert (meta["essay_a_id"], meta["bos_batch_id"]) == ("a", "batch")
    assert meta["effective_settings"]["temperature_override"] == 0.0
    assert (meta["resolved_provider"], meta["resolved_model"]) == ("mock", "latent")
    assert (meta["queue_processing_mode"], meta["attempts"]) == ("per_request", 1)


async def test_what_the_caller_noted_stays_and_what_was_decided_cannot_be_forged(gateway: Gateway) -> None:
    noted = {"usage": "the caller's", "attempts": 7, "prompt_sha256": "forged", "resolved_provider": "forged"}
    await gateway.ask(metadata=noted | {"queue_processing_mode": "forged", "cost_known": "forged"})
    await gateway.work()
    [callback] = await gateway.callbacks()
    meta = callback["request_metadata"]
    assert (meta["usage"], meta["attempts"]) == ("the caller's", 7)
    assert meta["prompt_sha256"] == sha256(request()["user_prompt"])
    assert (meta["resolved_provider"], meta["queue_processing_mode"]) == ("mock", "per_request")
    assert meta["cost_known"] is True


async def test_every_setting_and_block_of_a_request_reaches_the_judge_and_comes_back(
    database: Database, database_url: str
) -> None:
    judge = Scripted()
    wanted = {
        "max_tokens_override": 321,
        "reasoning_effort": "low",
        "output_verbosity": "high",
        "system_prompt_override": "be fair",
        "temperature_override": 0,
    }
    blocks = [PromptBlock(content="rubric", cacheable=True, ttl="1h"), PromptBlock(content="essays")]
    async with opened(database, database_url, {"mock": judge}) as gateway:
        await gateway.ask(
            overrides=wanted,
            prompt_blocks=[block.model_dump() for block in blocks],
            user_prompt="Text one: x\nText two: y",
        )
        await gateway.work()
        [callback] = await gateway.callbacks()
    [asked] = judge.asked
    assert (asked.max_tokens, asked.reasoning_effort, asked.output_verbosity) == (321, "low", "high")
    assert (asked.system_prompt, asked.temperature, asked.blocks) == ("be fair", 0.0, tuple(blocks))
    assert (asked.essay_a, asked.essay_b) == ("", "")
    effective = callback["request_metadata"]["effective_settings"]
    assert {key: effective[key] for key in wanted if key != "system_prompt_override"} == {
        key: value for key, value in wanted.items() if key != "system_prompt_override"
    }
    assert "be fair" not in str(callback)


async def test_the_hash_of_a_prompt_that_the_adapter_changed_is_the_one_that_was_sent(
    database: Database, database_url: str
) -> None:
    judge = Scripted(verdict(Question("p", "", "", "m"), prompt_sha256="f" * 64, effective={"temperature": None}))
    async with opened(database, database_url, {"mock": judge}) as gateway:
        await gateway.ask()
        await gateway.work()
        meta = (await gateway.callbacks())[0]["request_metadata"]
    assert meta["prompt_sha256"] == "f" * 64
    assert meta["effective_settings"]["temperature_override"] is None


async def test_asking_twice_gives_one_queue_id_and_asking_after_the_end_the_callback_again(
    gateway: Gateway,
) -> None:
    wanted = request()
    first = await gateway.http.post("/api/v1/comparison", json=wanted)
    second = await gateway.http.post("/api/v1/comparison", json=wanted)
    assert first.json()["queue_id"] == second.json()["queue_id"]
    await gateway.work()
    assert len(await gateway.callbacks()) == 1
    await gateway.http.post("/api/v1/comparison", json=wanted)
    one, again = await gateway.callbacks()
    assert one == again


async def test_the_same_comparison_twice_in_one_call_is_kept_once(gateway: Gateway) -> None:
    wanted = request()
    answer = await gateway.http.post("/api/v1/comparisons", json={"comparisons": [wanted, wanted]})
    one, two = answer.json()["items"]
    assert one["queue_id"] == two["queue_id"]
    assert await gateway.states() == ["queued"]


async def test_the_same_id_for_another_comparison_is_a_conflict(gateway: Gateway) -> None:
    wanted = request()
    await gateway.http.post("/api/v1/comparison", json=wanted)
    answer = await gateway.http.post("/api/v1/comparison", json=wanted | {"user_prompt": "other"})
    assert answer.status_code == 409


async def test_in_a_batch_each_comparison_is_accepted_or_refused_by_itself(gateway: Gateway) -> None:
    bad = [
        {"user_prompt": ""},
        request(llm_config_overrides=None),
        request(callback_topic="other"),
        request(user_prompt="nul \x00"),
        request(metadata={"priority": 11}),
    ]
    answer = await gateway.http.post("/api/v1/comparisons", json={"comparisons": [request(), *bad]})
    assert answer.status_code == 202
    items = answer.json()["items"]
    assert [item["status"] for item in items] == ["queued"] + ["refused"] * len(bad)
    assert {item["error_code"] for item in items[1:]} <= ERROR_CODES
    await gateway.work()
    assert len(await gateway.callbacks()) == 1


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"callback_topic": "other"}, 400, "LLM_INVALID_CALLBACK_TOPIC"),
        ({"metadata": {"max_cost_usd": "much"}}, 400, "INVALID_REQUEST"),
        ({"metadata": {"max_cost_usd": -1}}, 400, "INVALID_REQUEST"),
        ({"metadata": {"max_cost_usd": True}}, 400, "INVALID_REQUEST"),
        ({"user_prompt": "long " * 800_001}, 413, "LLM_CONTENT_TOO_LONG"),
        ({"prompt_blocks": [{"content": "é" * 1_000_001}] * 2}, 413, "LLM_CONTENT_TOO_LONG"),
        ({"user_prompt": ""}, 400, "VALIDATION_ERROR"),
    ],
    ids=["topic", "limit", "negative", "flag", "prompt", "blocks", "empty"],
)
async def test_what_cannot_be_judged_is_refused_in_the_same_words_alone_and_among_others(
    gateway: Gateway, changes: Json, status: int, code: str
) -> None:
    wanted = request(**changes)
    alone = await gateway.http.post("/api/v1/comparison", json=wanted)
    among = await gateway.http.post("/api/v1/comparisons", json={"comparisons": [request(), wanted]})
    refused = among.json()["items"][1]
    assert (alone.status_code, alone.json()["error"]["code"]) == (status, code)
    assert (refused["error_code"], refused["correlation_id"]) == (code, wanted["correlation_id"])
    assert next(iter(changes)) in alone.json()["error"]["message"]
    assert code in ERROR_CODES
    assert len(await gateway.rows()) == 1


async def test_refusals_of_the_edge_speak_the_platforms_words(gateway: Gateway) -> None:
    wanted = request()
    await gateway.http.post("/api/v1/comparison", json=wanted)
    answers = [
        await gateway.http.post("/api/v1/comparison", json=wanted | {"user_prompt": "other"}),
        await gateway.http.post("/api/v1/comparison", json=wanted, headers={"Authorization": "Bearer rubbish"}),
        await gateway.http.get("/api/v1/results/some-queue-id"),
        await gateway.http.get("/api/v1/comparison"),
        await gateway.http.post("/api/v1/providers/nobody/test"),
    ]
    assert [answer.status_code for answer in answers] == [409, 401, 404, 405, 404]
    assert {answer.json()["error"]["code"] for answer in answers} <= ERROR_CODES


@pytest.mark.parametrize(
    "overrides",
    [None, {}, {"provider_override": "openai"}, {"provider_override": "mock", "model_override": "none"}],
)
async def test_a_judge_that_is_not_there_is_refused(gateway: Gateway, overrides: Json | None) -> None:
    answer = await gateway.ask(llm_config_overrides=overrides)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in ERROR_CODES
    assert "llm_config_overrides" in answer.json()["error"]["message"]


async def test_a_model_that_nobody_listed_is_asked_for_at_a_real_provider(
    database: Database, database_url: str
) -> None:
    judge = Scripted()
    async with opened(database, database_url, {"openai": judge}) as gateway:
        answer = await gateway.ask(overrides={"provider_override": "openai", "model_override": "gpt-next"})
        await gateway.work()
        assert answer.status_code == 202
        assert [asked.model for asked in judge.asked] == ["gpt-next"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/comparison", request()),
        ("POST", "/api/v1/comparisons", {"comparisons": [request()]}),
        ("POST", "/api/v1/comparisons/cancel", {"correlation_ids": [str(UUID(int=1))]}),
        ("POST", "/api/v1/providers/mock/test", None),
    ],
)
async def test_every_route_that_writes_wants_the_service_credential(
    gateway: Gateway, method: str, path: str, body: Json | None
) -> None:
    good = gateway.http.headers.pop("Authorization")
    assert (await gateway.http.request(method, path, json=body)).status_code == 401
    wrong = {"Authorization": good[:-3] + "abc"}
    assert (await gateway.http.request(method, path, json=body, headers=wrong)).status_code == 401
    assert await gateway.rows() == []
    answer = await gateway.http.request(method, path, json=body, headers={"Authorization": good})
    assert answer.status_code < 300


async def test_a_gateway_without_a_secret_says_so_unless_writes_are_open() -> None:
    nothing = AuthSettings(jwt_secret_key=None, admin_token=None)
    with pytest.raises(AppError) as caught:
        await guard(nothing, SETTINGS)("Bearer x")
    assert (caught.value.status, caught.value.code) == (500, "misconfigured")
    assert await guard(nothing, settings(open_writes=True))(None) == "anybody"
    shared = settings(service_token=SecretStr("shared"))
    assert await guard(nothing, shared)("Bearer shared") == "service"
    with pytest.raises(AppError):
        await guard(nothing, shared)("Bearer wrong")


async def test_a_long_justification_is_cut_on_the_wire_and_kept_whole_in_the_ledger(
    database: Database, database_url: str
) -> None:
    judge = Scripted(verdict(Question("p", "", "", "latent"), justification="ä" * 2000 + "\x00\ud800"))
    async with opened(database, database_url, {"mock": judge}) as gateway:
        await gateway.ask()
        await gateway.work()
        [callback], [row] = await gateway.callbacks(), await gateway.rows()
    assert callback["justification"] == "ä" * 500
    assert row.justification == "ä" * 2000 + "?"


@pytest.mark.parametrize("confidence", [0.4, 5.1, float("nan")])
async def test_a_verdict_outside_the_contract_is_an_error_with_its_cost_and_never_a_winner(
    database: Database, database_url: str, confidence: float
) -> None:
    judge = Scripted(verdict(Question("p", "", "", "latent"), confidence=confidence))
    async with opened(database, database_url, {"mock": judge}) as gateway:
        await gateway.ask()
        await gateway.work()
        [callback] = await gateway.callbacks()
    assert callback["winner"] is None
    assert callback["error_detail"]["error_code"] == "LLM_INVALID_RESPONSE"
    assert callback["cost_estimate"] > 0


async def test_a_code_that_the_platform_does_not_know_is_translated(database: Database, database_url: str) -> None:
    judge = Scripted(failure(FailureKind.REFUSED, "weird_code", message="x" * 9000, http_status=418))
    async with opened(database, database_url, {"mock": judge}) as gateway:
        await gateway.ask()
        await gateway.work()
        [callback] = await gateway.callbacks()
    detail = callback["error_detail"]
    assert detail["error_code"] == "LLM_PROVIDER_API_ERROR"
    assert (detail["details"]["original_code"], detail["details"]["http_status"]) == ("weird_code", 418)
    assert len(detail["message"]) == 500
    assert callback["request_metadata"]["prompt_sha256"] == sha256(request()["user_prompt"])


async def test_the_lists_of_providers_and_models_say_what_is_set_up(gateway: Gateway) -> None:
    found = (await gateway.http.get("/api/v1/providers")).json()["providers"]
    by_name = {item["name"]: item for item in found}
    assert by_name["openai"] | {"models": []} == by_name["openai"]
    assert (by_name["openai"]["status"], by_name["mock"]["status"]) == ("not_set_up", "available")
    assert "latent" in by_name["mock"]["models"]
    shown = (await gateway.http.get("/api/v1/models")).json()["models"]
    assert {item["provider"] for item in shown} == {"replay"}
    mocks = (await gateway.http.get("/api/v1/models", params={"provider": "mock"})).json()["models"]
    assert [item["model"] for item in mocks if item["default"]] == ["mock-model-v1"]
    assert (await gateway.http.get("/api/v1/models", params={"provider": "nobody"})).status_code == 404


async def test_a_provider_is_tried_with_one_small_question(database: Database, database_url: str) -> None:
    broken = failure(FailureKind.BROKEN, "INVALID_API_KEY")
    async with opened(database, database_url, {"mock": Scripted(), "openai": Scripted(broken)}) as gateway:
        good = (await gateway.http.post("/api/v1/providers/mock/test")).json()
        bad = (await gateway.http.post("/api/v1/providers/openai/test")).json()
        none = await gateway.http.post("/api/v1/providers/google/test")
    assert (good["status"], good["model"]) == ("ok", "latent")
    assert (bad["status"], bad["error_code"]) == ("failed", "INVALID_API_KEY")
    assert none.status_code == 404


async def test_replayed_verdicts_come_from_people_and_follow_the_seed() -> None:
    judge = ReplayJudge(SETTINGS)

    def question(a: str, b: str, repeat: int) -> Question:
        ids = {"essay_a_id": f"student::{a}_0A1B2C3D", "essay_b_id": f"student::{b}_0A1B2C3E"}
        return Question(
            "p", "a", "b", "school-uniform-good", metadata=ids | {"seed": 1, "comparison_repeat": repeat}
        )

    one = [await judge.judge(question("ARG203291", "ARG198325", n)) for n in range(20)]
    other = [await judge.judge(question("ARG198325", "ARG203291", n)) for n in range(20)]
    assert [answer.first_wins for answer in one] == [not answer.first_wins for answer in other]
    assert all(answer.justification for answer in one)
    with pytest.raises(JudgeFailed, match="nobody decided"):
        await judge.judge(question("ARG1", "ARG2", 0))


async def test_the_mock_judge_repeats_itself_for_the_same_seed() -> None:
    judge = MockJudge(SETTINGS)

    async def tosses(seed: int) -> list[Answer]:
        metas = [{"seed": seed, "comparison_repeat": n} for n in range(40)]
        return [await judge.judge(Question("p", GOOD, GOOD + "x", "coin", metadata=meta)) for meta in metas]

    assert await tosses(1) == await tosses(1)
    assert await tosses(1) != await tosses(2)
