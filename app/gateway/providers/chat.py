"""Any server that speaks OpenAI's chat completions: one judge, given a dialect.

Fed by the work loop; ``google``, ``openrouter`` and ``local`` are dialects of it, each in its own module.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import openai
from pydantic import BaseModel, SecretStr

from app.contracts.prompt import ANSWER_FORMAT
from app.gateway.manifest import AnswerShape, Manifest
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

NO_KEY = "none"


@dataclass(frozen=True)
class Dialect:
    """Where one provider differs: its address, its own headers, how effort is sent, what proves a key."""

    provider: str
    base_url: str
    default_model: str
    headers: Mapping[str, str] = field(default_factory=dict)
    effort_as: Literal["reasoning_effort", "reasoning"] = "reasoning_effort"
    proof: str | None = None
    """A path that wants the key, where the list of models does not."""


class ChatJudge:
    """Asks one question a call."""

    def __init__(
        self,
        dialect: Dialect,
        key: SecretStr | None,
        settings: ProviderSettings,
        manifest: Manifest,
        clock: Callable[[], datetime],
    ) -> None:
        self._dialect = dialect
        self._settings = settings
        self._manifest = manifest
        self._clock = clock
        self._client = openai.AsyncOpenAI(
            api_key=NO_KEY if key is None else key.get_secret_value(),
            base_url=dialect.base_url,
            default_headers=dict(dialect.headers),
            timeout=openai.Timeout(settings.llm_request_timeout, connect=settings.llm_connect_timeout),
            max_retries=0,
        )
        self._client.organization = self._client.project = (
            None  # OpenAI's, which the SDK takes from the environment
        )

    def models(self) -> tuple[str, ...]:
        """Return the default model and the listed ones."""
        listed = [model.name for model in self._manifest.known(self._dialect.provider)]
        return tuple(dict.fromkeys([self._dialect.default_model, *listed]))

    async def judge(self, question: Question) -> Answer:
        """Return the verdict; raises ``JudgeFailed``."""
        payload, sent = request(question, self._dialect, self._settings, self._manifest)
        with failures.translating(self._dialect.provider, self._clock, sent):
            async with asyncio.timeout(self._settings.llm_request_timeout):
                answered = await self._client.chat.completions.with_raw_response.create(**payload)
            said = read(object_in(answered.content), self._dialect.provider, self._clock())
            return settle(sent, said, question, at=self._clock())

    def describe(self, question: Question) -> Sent:
        """Return what would be sent for ``question``; raises ``JudgeFailed``."""
        return request(question, self._dialect, self._settings, self._manifest)[1]

    async def probe(self) -> Probe:
        """List the models, or ask for what proves the key."""
        with failures.translating(self._dialect.provider, self._clock):
            if self._dialect.proof is not None:
                await self._client.get(self._dialect.proof, cast_to=object)
                return Probe(None)
            page = await self._client.models.list()
        return Probe(len(page.data))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()


def request(
    question: Question, dialect: Dialect, settings: ProviderSettings, manifest: Manifest
) -> tuple[dict[str, Any], Sent]:
    """Return the body of ``POST /chat/completions`` and what it comes down to."""
    model = manifest.find(dialect.provider, question.model or dialect.default_model)
    family = model.family
    sent = Sent(
        dialect.provider,
        model,
        _prompt(question, family.answer),
        temperature_to_send(question, family),
        tokens_to_allow(question, family, settings.llm_default_max_tokens),
        effort_to_send(question, family),
        question.output_verbosity if family.verbosity else None,
    )
    system = system_text(question)
    messages = [{"role": "user", "content": sent.prompt}]
    payload: dict[str, Any] = {
        "model": model.name,
        "messages": messages if system is None else [{"role": "system", "content": system}, *messages],
        "max_tokens": sent.max_tokens,
        "response_format": _shape(family.answer),
    }
    if sent.temperature is not None:
        payload["temperature"] = sent.temperature
    if sent.output_verbosity is not None:
        payload["verbosity"] = sent.output_verbosity
    if sent.reasoning_effort is not None:
        payload |= _effort(dialect, sent.reasoning_effort)
    return payload, sent


def _prompt(question: Question, answer: AnswerShape) -> str:
    """Return the prompt; a server that knows no schema is told the answer's shape where the prompt does not."""
    if answer == "json_schema" or "json" in question.prompt.lower():
        return question.prompt
    return f"{question.prompt}\n\n{ANSWER_FORMAT}"


def _shape(answer: AnswerShape) -> dict[str, Any]:
    if answer != "json_schema":
        return {"type": "json_object"}
    return {
        "type": "json_schema",
        "json_schema": {"name": "comparison", "schema": schema(), "strict": True},
    }


def _effort(dialect: Dialect, effort: str) -> dict[str, Any]:
    if dialect.effort_as == "reasoning":
        return {"extra_body": {"reasoning": {"effort": effort}}}
    return {"reasoning_effort": effort}


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    finish_reason: str | None = None
    message: _Message


class _Cached(BaseModel):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _Tokens(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    prompt_tokens_details: _Cached | None = None
    cost: float | None = None


class _Body(BaseModel):
    """The fields of a completion that are read; all others may be as new as they like."""

    model: str = ""
    choices: list[_Choice] | None = None
    error: dict[str, object] | None = None
    usage: _Tokens | None = None


_STOPS = {"length": Stop.MAX_TOKENS, "content_filter": Stop.DECLINED}


def read(body: Mapping[str, Any], provider: str, now: datetime) -> Said:
    """Return what a completion says; raises ``JudgeFailed`` for an error that came with 200.

    ``pydantic.ValidationError`` is raised where the body is no completion.
    """
    completion = _Body.model_validate(body)
    if completion.error is not None:
        code = completion.error.get("code")
        status = code if isinstance(code, int) and 400 <= code < 600 else 502
        raise failures.refused(provider, failures.refusal_of(status, completion.error), now)
    if not completion.choices:
        raise failures.unreadable(provider)
    choice = completion.choices[0]
    stop = Stop.DECLINED if choice.message.refusal else _STOPS.get(choice.finish_reason or "", Stop.DONE)
    return Said(
        completion.model,
        text=choice.message.content or "",
        stop=stop,
        tokens=_tokens(completion.usage),
        charged_usd=None if completion.usage is None else completion.usage.cost,
        finish_reason=choice.finish_reason,
    )


def _tokens(usage: _Tokens | None) -> Tokens | None:
    if usage is None:
        return None
    details = usage.prompt_tokens_details or _Cached()
    return Tokens(
        usage.prompt_tokens, usage.completion_tokens, details.cached_tokens or 0, details.cache_write_tokens or 0
    )
