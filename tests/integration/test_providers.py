"""Every provider's adapter against a server that speaks its HTTP: verdicts, failures, what is sent, keys kept."""

import logging
import os
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from typing import Any

import pytest
import structlog

from app.contracts.prompt import sha256
from app.gateway.providers.base import Answer, FailureKind, Judge, JudgeFailed, Question
from app.roles.judges import close_with, real_judges, real_prices
from app.settings import ProviderSettings, TelemetrySettings
from app.telemetry import logs
from tests.fakes.http_server import Reply
from tests.fakes.provider_replies import CACHED_TOKENS, INPUT_TOKENS, OUTPUT_TOKENS, RETRY_AFTER_S, SCENARIOS
from tests.fakes.provider_server import KEYS, PROVIDERS, FakeProviders, Say
from tests.fakes.questions import ESSAY_A, question

K = FailureKind
FAILURES: Mapping[str, tuple[FailureKind, str, int | None]] = {
    "bad_request": (K.REFUSED, "INVALID_REQUEST", 400),
    "too_long": (K.REFUSED, "LLM_CONTENT_TOO_LONG", 400),
    "unauthorized": (K.BROKEN, "INVALID_API_KEY", 401),
    "forbidden": (K.BROKEN, "AUTHORIZATION_ERROR", 403),
    "model_not_found": (K.BROKEN, "LLM_CONFIGURATION_ERROR", 404),
    "not_found": (K.REFUSED, "INVALID_REQUEST", 404),
    "rate_limited": (K.RATE_LIMITED, "LLM_PROVIDER_RATE_LIMIT", 429),
    "quota": (K.BROKEN, "QUOTA_EXCEEDED", 429),
    "server_error": (K.RETRY_AFTER, "LLM_PROVIDER_API_ERROR", 500),
    "bad_gateway": (K.RETRY_AFTER, "LLM_PROVIDER_API_ERROR", 502),
    "unavailable": (K.RETRY_AFTER, "LLM_PROVIDER_UNAVAILABLE", 503),
    "overloaded": (K.RETRY_AFTER, "LLM_PROVIDER_UNAVAILABLE", 529),
    "gateway_timeout": (K.RETRY_AFTER, "LLM_PROVIDER_TIMEOUT", 504),
    "timeout": (K.RETRY_NOW, "LLM_PROVIDER_TIMEOUT", None),
    "cut": (K.RETRY_NOW, "CONNECTION_ERROR", None),
    "malformed_json": (K.RETRY_NOW, "LLM_INVALID_RESPONSE", None),
    "truncated_json": (K.RETRY_NOW, "LLM_INVALID_RESPONSE", None),
    "refusal": (K.REFUSED, "LLM_INVALID_RESPONSE", None),
    "max_tokens": (K.REFUSED, "LLM_INVALID_CONFIG", None),
    "empty": (K.RETRY_NOW, "LLM_PARSING_ERROR", None),
    "no_winner": (K.RETRY_NOW, "LLM_PARSING_ERROR", None),
    "prose": (K.RETRY_NOW, "LLM_PARSING_ERROR", None),
}
MAYBE_PAID = {"timeout", "cut", "malformed_json", "truncated_json"}
PAID = {"refusal", "max_tokens", "empty", "no_winner", "prose"}


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[FakeProviders]:
    async with FakeProviders() as opened:
        yield opened


@pytest.fixture(scope="module")
async def judges(server: FakeProviders) -> AsyncIterator[dict[str, Judge]]:
    made = real_judges(server.settings(llm_request_timeout=20.0))
    yield made
    await closed(made)


@pytest.fixture
def fake(server: FakeProviders) -> FakeProviders:
    server.forget()
    return server


async def closed(judges: Mapping[str, Any]) -> None:
    for judge in judges.values():
        await judge.aclose()


async def failed(judge: Judge, asked: Question) -> JudgeFailed:
    with pytest.raises(JudgeFailed) as caught:
        await judge.judge(asked)
    return caught.value


def test_every_scenario_stands_in_the_table() -> None:
    assert set(FAILURES) == set(SCENARIOS)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if name != "timeout"])
async def test_each_failure_has_its_kind_and_code(
    fake: FakeProviders, judges: dict[str, Judge], provider: str, scenario: str
) -> None:
    fake.next(provider, scenario)
    failure = await failed(judges[provider], question())
    assert (failure.kind, failure.code, failure.http_status) == FAILURES[scenario]
    assert failure.retry_after_s == (RETRY_AFTER_S if scenario == "rate_limited" else None)
    assert failure.maybe_paid == (scenario in MAYBE_PAID)
    assert (failure.spent.prompt_tokens > 0) == (scenario in PAID)
    assert len(fake.seen(provider)) == 1, "the SDK must not try again by itself"


async def test_an_answer_that_does_not_come_is_a_time_out(fake: FakeProviders) -> None:
    judges = real_judges(fake.settings(llm_request_timeout=0.2))
    for provider, judge in judges.items():
        fake.next(provider, "timeout")
        failure = await failed(judge, question())
        assert (failure.kind, failure.code, failure.http_status) == FAILURES["timeout"]
        assert failure.maybe_paid
    await closed(judges)


async def test_an_answer_that_comes_drop_by_drop_is_a_time_out(fake: FakeProviders) -> None:
    judges = real_judges(fake.settings(llm_request_timeout=0.3))
    for provider, judge in judges.items():
        fake.next(provider, Reply(200, b" " * 1_000, drip_s=0.05))
        failure = await failed(judge, question())
        assert (failure.kind, failure.code, failure.http_status) == FAILURES["timeout"]
    await closed(judges)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_no_failure_holds_a_key_or_an_essay(
    fake: FakeProviders, judges: dict[str, Judge], provider: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    told = repr(judges[provider])
    for scenario in sorted(set(SCENARIOS) - {"timeout"}):
        fake.next(provider, scenario)
        failure = await failed(judges[provider], question())
        assert failure.__cause__ is None
        assert failure.__suppress_context__ or failure.__context__ is None
        told += "".join(traceback.format_exception(failure))
    told += caplog.text
    for secret in (KEYS[provider], "sk-leaked-key", ESSAY_A, "the text of an essay"):
        assert secret not in told


async def test_a_server_that_is_not_there_is_a_failed_connection() -> None:
    async with FakeProviders() as gone:
        settings = gone.settings()
    judges = real_judges(settings)
    for judge in judges.values():
        failure = await failed(judge, question())
        assert (failure.kind, failure.code) == (K.RETRY_NOW, "CONNECTION_ERROR")
    await closed(judges)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("first", [True, False])
async def test_a_verdict_comes_through_as_it_was_given(
    fake: FakeProviders, judges: dict[str, Judge], provider: str, first: bool
) -> None:
    long = "Because of its language. " * 60
    fake.next(provider, Say("Essay A" if first else "Essay B", 2.5, long))
    answer = await judges[provider].judge(question(temperature=0.0, max_tokens=700))
    assert (answer.first_wins, answer.confidence, answer.justification) == (first, 2.5, long.strip())
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (INPUT_TOKENS, OUTPUT_TOKENS)
    assert answer.usage.cached_tokens == CACHED_TOKENS
    assert answer.usage.cost_known
    assert answer.prompt_sha256 is None, "what was sent is the question's own prompt"


COSTS = {
    "anthropic": (600 * 1.0 + 400 * 0.1 + 50 * 5.0) / 1e6,
    "openai": (600 * 1.25 + 400 * 0.125 + 50 * 10.0) / 1e6,
    "google": (600 * 0.3 + 400 * 0.03 + 50 * 2.5) / 1e6,
    "openrouter": (600 * 1.0 + 400 * 0.1 + 50 * 5.0) / 1e6,
    "local": 0.0,
}


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_verdict_costs_tokens_times_price(judges: dict[str, Judge], provider: str) -> None:
    assert (await judges[provider].judge(question())).usage.cost_usd == pytest.approx(COSTS[provider], abs=1e-12)


async def test_a_model_without_a_price_says_that_its_cost_is_unknown(judges: dict[str, Judge]) -> None:
    answer = await judges["openai"].judge(question(model="gpt-9-unheard"))
    assert (answer.usage.cost_usd, answer.usage.cost_known) == (0.0, False)


async def test_openrouters_own_figure_counts_before_our_price(
    fake: FakeProviders, judges: dict[str, Judge]
) -> None:
    body = (
        b'{"id": "1", "model": "nobody/nothing", "object": "chat.completion", "created": 1, "choices": [{'
        b'"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content":'
        b' "{\\"winner\\": \\"B\\", \\"confidence\\": 5}"}}],'
        b' "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15, "cost": 0.0123}}'
    )
    fake.next("openrouter", Reply(200, body))
    answer = await judges["openrouter"].judge(question(model="nobody/nothing"))
    assert (answer.usage.cost_usd, answer.usage.cost_known) == (0.0123, True)


async def test_openrouters_error_with_200_is_a_failure(fake: FakeProviders, judges: dict[str, Judge]) -> None:
    fake.next("openrouter", Reply(200, b'{"error": {"code": 429, "message": "slow down"}}'))
    failure = await failed(judges["openrouter"], question())
    assert (failure.kind, failure.http_status) == (K.RATE_LIMITED, 429)


async def test_a_response_that_failed_is_mapped_by_its_code(fake: FakeProviders, judges: dict[str, Judge]) -> None:
    body = b'{"id": "r", "object": "response", "model": "gpt-5.1", "status": "failed", "output": [], "error": '
    fake.next("openai", Reply(200, body + b'{"code": "server_error", "message": "oops"}}'))
    assert (await failed(judges["openai"], question())).kind is K.RETRY_AFTER
    fake.next("openai", Reply(200, body + b'{"code": "invalid_prompt", "message": "no"}}'))
    assert (await failed(judges["openai"], question())).kind is K.REFUSED


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_the_settings_asked_for_are_the_ones_sent_and_echoed(
    fake: FakeProviders, judges: dict[str, Judge], provider: str
) -> None:
    asked = question(temperature=0.0, max_tokens=2_000, reasoning_effort="none", output_verbosity="low")
    answer = await judges[provider].judge(asked)
    sent = fake.seen(provider)[-1].json
    assert answer.effective["provider"] == provider
    assert answer.effective["model"] == sent["model"]
    assert answer.effective["temperature"] == sent.get("temperature")
    assert answer.effective["max_tokens"] == sent.get("max_output_tokens", sent.get("max_tokens")) == 2_000
    assert answer.effective["output_verbosity"] == sent.get("text", {}).get("verbosity")
    effort = sent.get("reasoning", {}).get("effort") or sent.get("reasoning_effort")
    assert answer.effective["reasoning_effort"] == effort
    if provider != "openai":
        assert sent["temperature"] == 0.0
    else:
        assert (sent["reasoning"], sent["text"]["verbosity"]) == ({"effort": "none"}, "low")


async def test_a_prompt_without_a_word_of_json_gets_the_answers_shape_and_another_hash(
    fake: FakeProviders, judges: dict[str, Judge]
) -> None:
    bare = question(prompt="Which is better? One or two?", blocks=(), model="nobody/nothing")
    answer = await judges["openrouter"].judge(bare)
    sent = fake.seen("openrouter")[-1].json
    assert sent["response_format"] == {"type": "json_object"}
    assert answer.prompt_sha256 == sha256(sent["messages"][-1]["content"]) != sha256(bare.prompt)


async def test_openrouter_is_told_who_asks(fake: FakeProviders) -> None:
    judges = real_judges(fake.settings(openrouter_referer="https://school.example", openrouter_title="Exams"))
    await judges["openrouter"].judge(question(reasoning_effort="low"))
    seen = fake.seen("openrouter")[-1]
    assert (seen.headers["http-referer"], seen.headers["x-title"]) == ("https://school.example", "Exams")
    assert seen.json["reasoning"] == {"effort": "low"}
    await closed(judges)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_probe_costs_no_tokens_and_tells_a_wrong_key(
    fake: FakeProviders, judges: dict[str, Any], provider: str
) -> None:
    probed = await judges[provider].probe()
    assert probed.models in {1, 2, None}
    assert fake.seen(provider)[-1].method == "GET"
    fake.next(provider, "unauthorized")
    with pytest.raises(JudgeFailed) as caught:
        await judges[provider].probe()
    assert caught.value.code == "INVALID_API_KEY"


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_what_a_judge_describes_is_what_it_sends(
    fake: FakeProviders, judges: dict[str, Any], provider: str
) -> None:
    asked = question(reasoning_effort="low", temperature=0.3)
    described = judges[provider].describe(asked)
    assert fake.seen(provider) == []
    answer: Answer = await judges[provider].judge(asked)
    assert described.effective() == answer.effective
    assert described.prompt == asked.prompt


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("scenario", ["server_error", "prose", "malformed_json"])
async def test_a_failure_too_says_what_was_sent(
    fake: FakeProviders, judges: dict[str, Any], provider: str, scenario: str
) -> None:
    asked = question(reasoning_effort="low", temperature=0.0)
    fake.next(provider, scenario)
    failure = await failed(judges[provider], asked)
    assert failure.sent is not None
    assert failure.sent.effective() == judges[provider].describe(asked).effective()
    assert failure.sent.prompt == asked.prompt


async def test_only_providers_with_a_key_are_there(fake: FakeProviders) -> None:
    judges = real_judges(fake.settings(openai_api_key=None, google_api_key=None, local_base_url=None))
    assert set(judges) == {"anthropic", "openrouter"}
    await closed(judges)


async def test_the_most_detailed_log_holds_neither_a_key_nor_an_essay(
    fake: FakeProviders, judges: dict[str, Judge], capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    try:
        logs.configure("test", TelemetrySettings(log_level="DEBUG"))
        logging.getLogger("here").debug("the log is on")
        for provider, judge in judges.items():
            fake.next(provider, Say(), "bad_request")
            await judge.judge(question())
            await failed(judge, question())
    finally:
        root.handlers = handlers
        root.setLevel(level)
        structlog.reset_defaults()
    told = capsys.readouterr().out
    assert "the log is on" in told
    for secret in (*KEYS.values(), ESSAY_A):
        assert secret not in told


async def test_openais_organization_is_told_to_openai_only(
    fake: FakeProviders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-school")
    judges = real_judges(fake.settings())
    for judge in judges.values():
        await judge.judge(question())
    told = {name for name in PROVIDERS if "openai-organization" in fake.seen(name)[-1].headers}
    assert told == {"openai"}
    await closed(judges)


async def test_judges_close_their_connections_with_their_role(fake: FakeProviders) -> None:
    judges: dict[str, Any] = dict(real_judges(fake.settings()))
    async with AsyncExitStack() as stack:
        close_with(stack, judges)
        for judge in judges.values():
            await judge.judge(question())
            assert not judge._client.is_closed()
    assert all(judge._client.is_closed() for judge in judges.values())


def test_prices_of_the_default_models_are_known() -> None:
    prices = real_prices(ProviderSettings())
    assert [name for name in PROVIDERS if prices.price(name, None) is None] == []


def test_the_sdks_are_not_imported_where_no_provider_is_set_up() -> None:
    code = (
        "import sys; from app.roles.judges import batch_judges, real_judges;"
        "from app.settings import ProviderSettings;"
        "assert real_judges(ProviderSettings()) == batch_judges(ProviderSettings()) == {};"
        "sys.exit('openai' in sys.modules or 'anthropic' in sys.modules)"
    )
    kept = {name: value for name, value in os.environ.items() if "API_KEY" not in name}
    assert subprocess.run([sys.executable, "-c", code], env=kept, check=False).returncode == 0
