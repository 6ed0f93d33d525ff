"""The body of Anthropic's ``POST /v1/messages``: cacheable blocks, thinking, the forced shape of the answer. PURE.

Fed by the judge and by the batch jobs of the same provider.
"""

from collections.abc import Sequence
from typing import Any

from app.contracts.llm_http import PromptBlock
from app.gateway.manifest import Manifest, Model
from app.gateway.providers.asking import (
    THINKING_TOKENS,
    TOOL,
    Sent,
    effort_to_send,
    schema,
    temperature_to_send,
    tokens_to_allow,
)
from app.gateway.providers.base import FailureKind, JudgeFailed, Question
from app.settings import ProviderSettings

PROVIDER = "anthropic"
LEAST_BUDGET = 1_024
ROOM_FOR_ANSWER = 512


def request(question: Question, settings: ProviderSettings, manifest: Manifest) -> tuple[dict[str, Any], Sent]:
    """Return the body and what it comes down to; raises ``JudgeFailed`` for a question that cannot be sent so."""
    model = manifest.find(PROVIDER, question.model or settings.anthropic_default_model)
    user = _user_blocks(question)
    system = _system_blocks(question, user)
    check_ttl_order([*system, *user])
    max_tokens = tokens_to_allow(question, model.family, settings.llm_default_max_tokens)
    effort = effort_to_send(question, model.family)
    budget = _budget(model, effort, max_tokens)
    sent = Sent(
        PROVIDER,
        model,
        "\n\n".join(block.content for block in user),
        None if budget or _thinks_freely(model, effort) else temperature_to_send(question, model.family),
        max_tokens,
        effort,
    )
    payload: dict[str, Any] = {
        "model": model.name,
        "max_tokens": max_tokens,
        "messages": [{"role": "user", "content": _marked(user, settings)}],
    }
    if system:
        payload["system"] = _marked(system, settings)
    if sent.temperature is not None:
        payload["temperature"] = sent.temperature
    return payload | _thinking(model, effort, budget) | _answer(model, effort, budget), sent


def _user_blocks(question: Question) -> list[PromptBlock]:
    blocks = [block for block in question.blocks if block.target == "user_content"]
    return blocks or [PromptBlock(content=question.prompt)]


def _system_blocks(question: Question, user: Sequence[PromptBlock]) -> list[PromptBlock]:
    """Return the system prompt as the first block, cached as long as what follows it, then the caller's blocks."""
    given = [block for block in question.blocks if block.target == "system"]
    if not question.system_prompt:
        return given
    ttls = {block.ttl or "5m" for block in _leading([*given, *user])}
    ttl: Any = max(ttls, key=("5m", "1h").index, default=None)
    return [PromptBlock(content=question.system_prompt, cacheable=ttl is not None, ttl=ttl), *given]


def check_ttl_order(blocks: Sequence[PromptBlock]) -> None:
    """Raise ``JudgeFailed`` where a block cached for an hour stands behind one cached for five minutes.

    The provider refuses such a request; all its blocks, of the system prompt and of the user's, count as one row.
    """
    seen_short = False
    for place, block in enumerate(block for block in blocks if block.cacheable):
        if block.ttl == "1h" and seen_short:
            raise JudgeFailed(
                "LLM_INVALID_PROMPT",
                f"cacheable block {place + 1} has ttl 1h behind one with 5m: put blocks with the longer ttl first",
                kind=FailureKind.REFUSED,
            )
        seen_short |= block.ttl != "1h"


def _leading(blocks: Sequence[PromptBlock]) -> list[PromptBlock]:
    """Return the cacheable blocks at the front: behind an essay nothing repeats, and writing costs more."""
    found = []
    for block in blocks:
        if not block.cacheable:
            break
        found.append(block)
    return found


def _places(blocks: Sequence[PromptBlock], settings: ProviderSettings) -> set[int]:
    """Return where cache marks go: at the end of each run of one ttl among the leading cacheable blocks.

    In the order that is enforced these are at most two of the system prompt and one or two of the user's, three in
    all; the provider takes four.
    """
    if not settings.enable_prompt_caching:
        return set()
    front = _leading(blocks)
    return {
        place
        for place, block in enumerate(front)
        if place + 1 == len(front) or (front[place + 1].ttl or "5m") != (block.ttl or "5m")
    }


def _marked(blocks: Sequence[PromptBlock], settings: ProviderSettings) -> list[dict[str, Any]]:
    marks = _places(blocks, settings)
    made: list[dict[str, Any]] = []
    for place, block in enumerate(blocks):
        text: dict[str, Any] = {"type": "text", "text": block.content}
        if place in marks:
            text["cache_control"] = {"type": "ephemeral", "ttl": block.ttl or "5m"}
        made.append(text)
    return made


def _budget(model: Model, effort: str | None, max_tokens: int) -> int:
    """Return the thinking tokens, at least 1,024 and below ``max_tokens`` with room for the answer; 0 for none."""
    wanted = THINKING_TOKENS.get(effort or "none", 0)
    if model.family.reasoning != "budget" or not wanted:
        return 0
    if max_tokens <= LEAST_BUDGET:
        raise JudgeFailed(
            "LLM_INVALID_CONFIG",
            f"max_tokens_override {max_tokens} leaves no room to think: give at least "
            f"{LEAST_BUDGET + ROOM_FOR_ANSWER}, or reasoning_effort none",
            kind=FailureKind.REFUSED,
        )
    return max(LEAST_BUDGET, min(wanted, max_tokens - ROOM_FOR_ANSWER))


def _thinks_freely(model: Model, effort: str | None) -> bool:
    return model.family.reasoning == "adaptive" and effort is not None


def _thinking(model: Model, effort: str | None, budget: int) -> dict[str, Any]:
    if budget:
        return {"thinking": {"type": "enabled", "budget_tokens": budget}}
    return {"thinking": {"type": "adaptive"}} if _thinks_freely(model, effort) else {}


def _answer(model: Model, effort: str | None, budget: int) -> dict[str, Any]:
    """Return what forces the answer's shape: a tool that must be called, or a schema.

    A tool cannot be forced while the model thinks: then a schema, or where the model has none the tool is offered,
    and the text is read where it is not called.
    """
    shape = model.family.thinking_answer if budget else model.family.answer
    output: dict[str, Any] = {"effort": effort} if _thinks_freely(model, effort) else {}
    if shape == "json_schema":
        output["format"] = {"type": "json_schema", "schema": schema(bounds=False)}
    parts: dict[str, Any] = {"output_config": output} if output else {}
    if shape != "json_schema":
        choice = {"type": "auto"} if budget else {"type": "tool", "name": TOOL}
        tool = {"name": TOOL, "description": "Give the verdict on the two essays.", "input_schema": schema()}
        parts |= {"tools": [tool], "tool_choice": choice}
    return parts
