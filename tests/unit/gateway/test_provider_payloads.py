"""What is sent to each provider: accepted by the SDKs' own types, with the settings that the model takes."""

from collections.abc import Iterable
from functools import cache
from typing import Any, get_type_hints

import pytest
from anthropic.types import TextBlockParam, ToolParam
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from openai.types.responses.response_create_params import ResponseCreateParamsNonStreaming
from pydantic import TypeAdapter, ValidationError

from app.contracts.llm_http import PromptBlock
from app.contracts.prompt import sha256
from app.gateway.manifest import manifest
from app.gateway.providers import anthropic_payload, chat, google, local, openai, openrouter
from app.gateway.providers.anthropic import for_sdk
from app.gateway.providers.base import FailureKind, JudgeFailed, Question
from app.settings import ProviderSettings
from tests.fakes.questions import question

SETTINGS = ProviderSettings.model_validate({"local_base_url": "http://127.0.0.1:11434/v1"})
DIALECTS = {
    "google": google.dialect(SETTINGS),
    "openrouter": openrouter.dialect(SETTINGS),
    "local": local.dialect(SETTINGS),
}
EFFORTS = (None, "none", "low", "medium", "high")
ASKED = [
    question(temperature=temperature, reasoning_effort=effort, output_verbosity=verbosity)
    for temperature, verbosity in ((None, None), (0.0, "low"))
    for effort in EFFORTS
]


adapter = cache(TypeAdapter)


def accepted(params: Any, payload: dict[str, Any]) -> None:
    """Check the payload against an SDK's type, which itself lets unknown names pass."""
    assert set(payload) <= set(get_type_hints(params))
    exhaust(adapter(params).validate_python(payload))


def exhaust(value: Any) -> None:
    """Go through everything: what the type calls an iterable is validated only when it is read."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, Iterable) and not isinstance(value, str):
        for item in value:
            exhaust(item)


def accepted_by_anthropic(body: dict[str, Any]) -> None:
    """Check a body; its blocks by themselves too, since the union of all blocks has members that take anything."""
    accepted(MessageCreateParamsNonStreaming, body)
    for part in [*body["messages"][0]["content"], *body.get("system", [])]:
        accepted(TextBlockParam, part)
    for tool in body.get("tools", []):
        accepted(ToolParam, tool)


def test_the_check_of_payloads_sees_a_wrong_word_deep_inside() -> None:
    body = for_sdk(anthropic_body(question()))
    body["messages"][0]["content"][0]["cache_control"]["ttl"] = "2h"
    with pytest.raises(ValidationError):
        accepted_by_anthropic(body)
    with pytest.raises(ValidationError):
        accepted(ResponseCreateParamsNonStreaming, openai_body(question()) | {"reasoning": {"effort": "much"}})


def anthropic_body(asked: Question, settings: ProviderSettings = SETTINGS) -> dict[str, Any]:
    return anthropic_payload.request(asked, settings, manifest())[0]


def openai_body(asked: Question) -> dict[str, Any]:
    return openai.request(asked, SETTINGS, manifest())[0]


@pytest.mark.parametrize(
    "model",
    ["claude-haiku-4-5-20251001", "claude-sonnet-5-5", "claude-opus-4-6", "claude-opus-4-1", "claude-3-haiku"],
)
def test_the_sdk_accepts_every_anthropic_payload(model: str) -> None:
    for asked in ASKED:
        body = for_sdk(anthropic_body(question(**_settings(asked), model=model)))
        body.pop("extra_body", None)
        accepted_by_anthropic(body)


@pytest.mark.parametrize("model", ["gpt-5.1", "gpt-5-mini-2025-08-07", "gpt-4o-2024-11-20", "gpt-7-new"])
def test_the_sdk_accepts_every_openai_payload(model: str) -> None:
    for asked in ASKED:
        accepted(ResponseCreateParamsNonStreaming, openai_body(question(**_settings(asked), model=model)))


@pytest.mark.parametrize("provider", sorted(DIALECTS))
def test_the_sdk_accepts_every_chat_payload(provider: str) -> None:
    for asked in ASKED:
        body, _ = chat.request(asked, DIALECTS[provider], SETTINGS, manifest())
        body.pop("extra_body", None)
        accepted(CompletionCreateParamsNonStreaming, body)


def _settings(asked: Question) -> dict[str, Any]:
    names = ("temperature", "reasoning_effort", "output_verbosity")
    return {name: getattr(asked, name) for name in names}


@pytest.mark.parametrize("model", ["gpt-5.1", "gpt-5.2-unheard", "gpt-5-mini-2025-08-07"])
def test_gpt_5_gets_effort_and_verbosity_and_never_a_temperature(model: str) -> None:
    body = openai_body(question(model=model, temperature=0.0, reasoning_effort="high", output_verbosity="low"))
    assert not {"temperature", "top_p"} & set(body)
    assert body["reasoning"] == {"effort": "high"}
    assert body["text"]["verbosity"] == "low"


def test_other_openai_models_get_the_temperature_as_it_was_asked() -> None:
    body = openai_body(question(model="gpt-4.1", temperature=0.0, reasoning_effort="high", output_verbosity="low"))
    assert body["temperature"] == 0.0
    assert "reasoning" not in body
    assert "verbosity" not in body["text"]


def test_openais_answer_is_forced_by_a_strict_schema_and_not_kept() -> None:
    body = openai_body(question())
    shape = body["text"]["format"]
    assert (shape["type"], shape["strict"], body["store"]) == ("json_schema", True, False)
    assert shape["schema"]["properties"]["winner"]["enum"] == ["Essay A", "Essay B"]
    assert set(shape["schema"]["required"]) == set(shape["schema"]["properties"])
    assert shape["schema"]["additionalProperties"] is False


@pytest.mark.parametrize(
    ("model", "sent"), [("gpt-5.1", "none"), ("gpt-5-nano-2025-08-07", "minimal"), ("o3", "low")]
)
def test_an_effort_of_none_is_said_in_the_words_of_the_model(model: str, sent: str) -> None:
    assert openai_body(question(model=model, reasoning_effort="none"))["reasoning"] == {"effort": sent}


def test_the_default_limit_leaves_room_to_think() -> None:
    limits = [openai_body(question(reasoning_effort=effort))["max_output_tokens"] for effort in EFFORTS]
    assert limits == [4_096 + 8_000, 4_096, 4_096 + 2_048, 4_096 + 8_000, 4_096 + 16_000]
    assert openai_body(question(model="gpt-4.1"))["max_output_tokens"] == 4_096
    assert openai_body(question(max_tokens=300, reasoning_effort="high"))["max_output_tokens"] == 300


@pytest.mark.parametrize(("effort", "budget"), [("low", 2_048), ("medium", 8_000), ("high", 16_000)])
def test_haiku_thinks_within_a_budget_and_answers_by_a_schema(effort: str, budget: int) -> None:
    body = anthropic_body(question(reasoning_effort=effort, temperature=0.5))
    assert body["thinking"] == {"type": "enabled", "budget_tokens": budget}
    assert body["max_tokens"] == budget + 4_096
    assert body["output_config"]["format"]["type"] == "json_schema"
    assert not {"tools", "tool_choice", "temperature"} & set(body)


def test_without_thinking_haiku_must_call_the_tool() -> None:
    for effort in (None, "none"):
        body = anthropic_body(question(reasoning_effort=effort, temperature=0.0))
        assert body["tool_choice"] == {"type": "tool", "name": "comparison_result"}
        assert (body["temperature"], body.get("thinking")) == (0.0, None)


def test_a_thinking_model_without_schemas_is_offered_the_tool() -> None:
    body = anthropic_body(question(model="claude-opus-4-1", reasoning_effort="low"))
    assert body["tool_choice"] == {"type": "auto"}
    assert "format" not in body.get("output_config", {})


def test_a_new_model_thinks_as_it_sees_fit_at_the_effort_asked() -> None:
    body = anthropic_body(question(model="claude-sonnet-5-5", reasoning_effort="low", temperature=0.5))
    assert (body["thinking"], body["output_config"]["effort"]) == ({"type": "adaptive"}, "low")
    assert "temperature" not in body
    assert "tool_choice" not in body


@given(st.integers(1_025, 40_000), st.sampled_from(["low", "medium", "high"]))
def test_a_budget_is_at_least_1024_and_below_the_limit(max_tokens: int, effort: str) -> None:
    body = anthropic_body(question(reasoning_effort=effort, max_tokens=max_tokens))
    assert body["max_tokens"] == max_tokens
    assert 1_024 <= body["thinking"]["budget_tokens"] <= max_tokens - 1


def test_a_limit_without_room_to_think_is_refused_with_the_way_out() -> None:
    with pytest.raises(JudgeFailed, match="at least 1536") as caught:
        anthropic_body(question(reasoning_effort="low", max_tokens=1_024))
    assert (caught.value.kind, caught.value.code) == (FailureKind.REFUSED, "LLM_INVALID_CONFIG")


def block(content: str, ttl: Any = None, target: Any = "user_content") -> PromptBlock:
    return PromptBlock(target=target, content=content, cacheable=ttl is not None, ttl=ttl)


def marks(parts: list[dict[str, Any]]) -> list[str | None]:
    return [part.get("cache_control", {}).get("ttl") for part in parts]


def test_blocks_are_cached_up_to_the_first_that_changes() -> None:
    body = anthropic_body(question())
    assert marks(body["system"]) == ["5m"]
    assert marks(body["messages"][0]["content"]) == ["5m", None, None, None]


def test_the_system_prompt_is_cached_as_long_as_what_follows_it() -> None:
    blocks = (block("rules", "1h"), block("task", "1h"), block("rubric", "5m"), block("essays"))
    body = anthropic_body(question(blocks=blocks))
    assert marks(body["system"]) == ["1h"]
    assert marks(body["messages"][0]["content"]) == [None, "1h", "5m", None]


def test_a_longer_ttl_behind_a_shorter_one_is_refused() -> None:
    for blocks in (
        (block("task", "5m"), block("rules", "1h")),
        (block("system", "5m", "system"), block("rules", "1h")),
        (block("task", "5m"), block("essays"), block("format", "1h")),
    ):
        with pytest.raises(JudgeFailed, match="longer ttl first") as caught:
            anthropic_body(question(blocks=blocks, system_prompt=None))
        assert (caught.value.kind, caught.value.code) == (FailureKind.REFUSED, "LLM_INVALID_PROMPT")


def test_caching_can_be_switched_off() -> None:
    body = anthropic_body(question(), SETTINGS.model_copy(update={"enable_prompt_caching": False}))
    assert marks([*body["system"], *body["messages"][0]["content"]]) == [None] * 5


@given(st.lists(st.sampled_from(["5m", "1h"]), max_size=6), st.lists(st.sampled_from(["5m", "1h"]), max_size=6))
def test_marks_are_at_most_four_and_longer_ones_stand_first(of_system: list[str], of_user: list[str]) -> None:
    ttls = sorted([*of_system, *of_user], key=["1h", "5m"].index)
    blocks = [
        block(f"text {place}", ttl, "system" if place < len(of_system) else "user_content")
        for place, ttl in enumerate(ttls)
    ]
    body = anthropic_body(question(blocks=(*blocks, block("essays"))))
    found = [mark for mark in marks([*body["system"], *body["messages"][0]["content"]]) if mark]
    assert len(found) <= 3
    assert bool(found) == bool(ttls)
    assert found == sorted(found, key=["1h", "5m"].index)


def test_the_hash_is_of_the_blocks_that_were_sent() -> None:
    blocks = (block("task", "5m"), block("be kind", None, "system"), block("essays"))
    asked = question(prompt="another text", blocks=blocks)
    body, sent = anthropic_payload.request(asked, SETTINGS, manifest())
    assert sha256(sent.prompt) == sha256("task\n\nessays")
    assert [part["text"] for part in body["system"]] == ["You compare two essays.", "be kind"]
    assert openai_body(asked)["instructions"] == "You compare two essays.\n\nbe kind"


def test_providers_that_know_no_effort_get_none() -> None:
    body, sent = chat.request(question(reasoning_effort="high"), DIALECTS["local"], SETTINGS, manifest())
    assert "reasoning_effort" not in body
    assert sent.effective()["reasoning_effort"] is None


def test_google_gets_effort_and_a_strict_schema() -> None:
    body, _ = chat.request(question(reasoning_effort="low"), DIALECTS["google"], SETTINGS, manifest())
    assert body["reasoning_effort"] == "low"
    assert body["response_format"]["json_schema"]["strict"] is True
