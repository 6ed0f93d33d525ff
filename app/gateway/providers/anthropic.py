"""Anthropic by its official SDK: the Messages API, with cached blocks, thinking and a forced answer.

Fed by the work loop; the reading of a message is shared with batch jobs.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import anthropic
from pydantic import BaseModel, SecretStr

from app.gateway.manifest import Manifest
from app.gateway.prices import Tokens
from app.gateway.providers import failures
from app.gateway.providers.anthropic_payload import PROVIDER, request
from app.gateway.providers.asking import TOOL, Said, Sent, Stop, settle
from app.gateway.providers.base import Answer, Probe, Question
from app.gateway.providers.bodies import object_in
from app.settings import ProviderSettings


def client(settings: ProviderSettings, key: SecretStr) -> anthropic.AsyncAnthropic:
    """Return a client whose retries are off: the work loop decides on every further try.

    Its own traces are off: they could hold prompts, and its requests would carry our trace to the provider.
    """
    return anthropic.AsyncAnthropic(
        api_key=key.get_secret_value(),
        base_url=settings.anthropic_base_url,
        timeout=anthropic.Timeout(settings.llm_request_timeout, connect=settings.llm_connect_timeout),
        max_retries=0,
        open_telemetry={"traces": False, "propagation": False},
    )


class AnthropicJudge:
    """Asks one question a call."""

    def __init__(
        self,
        asked: anthropic.AsyncAnthropic,
        settings: ProviderSettings,
        manifest: Manifest,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = asked
        self._settings = settings
        self._manifest = manifest
        self._clock = clock

    def models(self) -> tuple[str, ...]:
        """Return the default model and the listed ones."""
        listed = [model.name for model in self._manifest.known(PROVIDER)]
        return tuple(dict.fromkeys([self._settings.anthropic_default_model, *listed]))

    async def judge(self, question: Question) -> Answer:
        """Return the verdict; raises ``JudgeFailed``."""
        payload, sent = request(question, self._settings, self._manifest)
        with failures.translating(PROVIDER, self._clock, sent):
            async with asyncio.timeout(self._settings.llm_request_timeout):
                answered = await self._client.messages.with_raw_response.create(**for_sdk(payload))
            said = read(object_in(answered.http_response.content))
            return settle(sent, said, question, at=self._clock())

    def describe(self, question: Question) -> Sent:
        """Return what would be sent for ``question``; raises ``JudgeFailed``."""
        return request(question, self._settings, self._manifest)[1]

    async def probe(self) -> Probe:
        """List the models."""
        with failures.translating(PROVIDER, self._clock):
            page = await self._client.models.list(limit=100)
        return Probe(len(page.data))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()


def for_sdk(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body as arguments of the SDK, which has no name for the temperature that older models take."""
    named = {name: value for name, value in body.items() if name != "temperature"}
    return named if "temperature" not in body else named | {"extra_body": {"temperature": body["temperature"]}}


class _Block(BaseModel):
    type: str
    text: str | None = None
    name: str | None = None
    input: dict[str, object] | None = None


class _Written(BaseModel):
    ephemeral_1h_input_tokens: int | None = None


class _Tokens(BaseModel):
    input_tokens: int
    output_tokens: int
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_creation: _Written | None = None


class _Body(BaseModel):
    """The fields of a message that are read; all others may be as new as they like."""

    model: str
    content: list[_Block]
    stop_reason: str | None = None
    usage: _Tokens | None = None


_STOPS = {
    "max_tokens": Stop.MAX_TOKENS,
    "refusal": Stop.DECLINED,
    "model_context_window_exceeded": Stop.TOO_LONG,
}


def read(body: Mapping[str, Any]) -> Said:
    """Return what a message says; raises ``pydantic.ValidationError`` where the body is no message."""
    message = _Body.model_validate(body)
    called = [block.input for block in message.content if block.type == "tool_use" and block.name == TOOL]
    text = "".join(block.text or "" for block in message.content if block.type == "text")
    return Said(
        message.model,
        text=text if len(called) < 2 else "\n".join(json.dumps(fields) for fields in called),
        fields=called[0] if len(called) == 1 else None,
        stop=_STOPS.get(message.stop_reason or "", Stop.DONE),
        tokens=_tokens(message.usage),
        finish_reason=message.stop_reason,
    )


def _tokens(usage: _Tokens | None) -> Tokens | None:
    """Return the counts; the provider's input tokens leave out what was read from and written to the cache."""
    if usage is None:
        return None
    read_tokens, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    return Tokens(
        usage.input_tokens + read_tokens + written,
        usage.output_tokens,
        read_tokens,
        written,
        (usage.cache_creation.ephemeral_1h_input_tokens or 0) if usage.cache_creation else 0,
    )
