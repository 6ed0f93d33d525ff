"""OpenAI by its official SDK: the Responses API, with effort or a temperature as the model takes them.

Fed by the work loop; the payload and the reading of a response are shared with batch jobs.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import openai
from pydantic import BaseModel, SecretStr

from app.gateway.manifest import Manifest
from app.gateway.prices import Tokens
from app.gateway.providers import failures
from app.gateway.providers.asking import (
    Said,
    Sent,
    Stop,
    effort_to_send,
    schema,
    settle,
    system_text,
    temperature_to_send,
    tokens_to_allow,
)
from app.gateway.providers.base import Answer, Probe, Question
from app.gateway.providers.bodies import object_in
from app.settings import ProviderSettings

PROVIDER = "openai"


def client(settings: ProviderSettings, key: SecretStr) -> openai.AsyncOpenAI:
    """Return a client whose retries are off: the work loop decides on every further try."""
    return openai.AsyncOpenAI(
        api_key=key.get_secret_value(),
        base_url=settings.openai_base_url,
        timeout=openai.Timeout(settings.llm_request_timeout, connect=settings.llm_connect_timeout),
        max_retries=0,
    )


class OpenAIJudge:
    """Asks one question a call."""

    def __init__(
        self,
        asked: openai.AsyncOpenAI,
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
        return tuple(dict.fromkeys([self._settings.openai_default_model, *listed]))

    async def judge(self, question: Question) -> Answer:
        """Return the verdict; raises ``JudgeFailed``."""
        payload, sent = request(question, self._settings, self._manifest)
        with failures.translating(PROVIDER, self._clock, sent):
            async with asyncio.timeout(self._settings.llm_request_timeout):
                answered = await self._client.responses.with_raw_response.create(**payload)
            said = read(object_in(answered.content), PROVIDER, self._clock())
            return settle(sent, said, question, at=self._clock())

    def describe(self, question: Question) -> Sent:
        """Return what would be sent for ``question``; raises ``JudgeFailed``."""
        return request(question, self._settings, self._manifest)[1]

    async def probe(self) -> Probe:
        """List the models."""
        with failures.translating(PROVIDER, self._clock):
            page = await self._client.models.list()
        return Probe(len(page.data))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()


def request(question: Question, settings: ProviderSettings, manifest: Manifest) -> tuple[dict[str, Any], Sent]:
    """Return the body of ``POST /responses`` and what it comes down to."""
    model = manifest.find(PROVIDER, question.model or settings.openai_default_model)
    family = model.family
    sent = Sent(
        PROVIDER,
        model,
        question.prompt,
        temperature_to_send(question, family),
        tokens_to_allow(question, family, settings.llm_default_max_tokens),
        effort_to_send(question, family),
        question.output_verbosity if family.verbosity else None,
    )
    shape = {"type": "json_schema", "name": "comparison", "schema": schema(), "strict": True}
    text: dict[str, Any] = {"format": shape}
    if sent.output_verbosity is not None:
        text["verbosity"] = sent.output_verbosity
    optional = {
        "instructions": system_text(question),
        "temperature": sent.temperature,
        "reasoning": None if sent.reasoning_effort is None else {"effort": sent.reasoning_effort},
    }
    payload = {
        "model": model.name,
        "input": question.prompt,
        "max_output_tokens": sent.max_tokens,
        "store": False,
        "text": text,
    }
    return payload | {name: value for name, value in optional.items() if value is not None}, sent


class _Part(BaseModel):
    type: str = ""
    text: str | None = None


class _Item(BaseModel):
    type: str = ""
    content: list[_Part] | None = None


class _Cached(BaseModel):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _Tokens(BaseModel):
    input_tokens: int
    output_tokens: int
    input_tokens_details: _Cached | None = None


class _Why(BaseModel):
    reason: str | None = None


class _Body(BaseModel):
    """The fields of a response that are read; all others may be as new as they like."""

    model: str
    status: str | None = None
    output: list[_Item]
    incomplete_details: _Why | None = None
    error: dict[str, object] | None = None
    usage: _Tokens | None = None


_STATUS_OF_ERROR = {"server_error": 500, "rate_limit_exceeded": 429, "vector_store_timeout": 504}


def read(body: Mapping[str, Any], provider: str, now: datetime) -> Said:
    """Return what a response says; raises ``JudgeFailed`` if it failed, ``ValidationError`` if it is none."""
    response = _Body.model_validate(body)
    if response.error is not None:
        status = _STATUS_OF_ERROR.get(str(response.error.get("code")), 400)
        raise failures.refused(provider, failures.refusal_of(status, response.error), now)
    parts = [part for item in response.output if item.type == "message" for part in item.content or ()]
    return Said(
        response.model,
        text="".join(part.text or "" for part in parts if part.type == "output_text"),
        stop=_stop(response, parts),
        tokens=_tokens(response.usage),
        finish_reason=response.status,
    )


def _stop(response: _Body, parts: list[_Part]) -> Stop:
    reason = response.incomplete_details.reason if response.incomplete_details else None
    if reason == "max_output_tokens":
        return Stop.MAX_TOKENS
    if reason == "content_filter" or any(part.type == "refusal" for part in parts):
        return Stop.DECLINED
    return Stop.DONE


def _tokens(usage: _Tokens | None) -> Tokens | None:
    if usage is None:
        return None
    details = usage.input_tokens_details or _Cached()
    return Tokens(
        usage.input_tokens, usage.output_tokens, details.cached_tokens or 0, details.cache_write_tokens or 0
    )
