"""The one mapping from what went wrong at a provider to ``JudgeFailed``: its kind, its code, how long to wait.

Fed by the adapters with SDK errors, error objects of batch results and answers without a verdict. Messages are
ours: a provider's own text may repeat the prompt or a key, so that it is read for signs and never passed on.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import anthropic
import httpx2
import openai
from pydantic import ValidationError

from app.gateway.providers.base import FailureKind, JudgeFailed, Sending, Usage
from app.gateway.providers.bodies import UnreadableBody
from app.gateway.providers.hints import wait_hint

UNKNOWN_COST = Usage(cost_known=False)
_WORD = re.compile(r"[a-z_]{2,48}|[A-Z_]{2,48}|\d{1,4}")
_TOO_LONG = re.compile(r"context[ _](length|window)|too long|too many tokens|maximum context", re.IGNORECASE)
_NO_MODEL = re.compile(r"\bmodels?\b", re.IGNORECASE)
_NO_SUCH_MODEL = re.compile(r"not a valid model|model_not_found|invalid model", re.IGNORECASE)
_NO_MONEY = re.compile(r"credit balance|insufficient[ _](quota|credit|fund)|billing", re.IGNORECASE)
_BAD_KEY = re.compile(r"api[ _]key (not valid|invalid|expired)|invalid[ _]api[ _]key", re.IGNORECASE)


@dataclass(frozen=True)
class Refusal:
    """A provider's error: HTTP status, its type and code, its text (read only), its headers."""

    status: int
    kind: str = ""
    code: str = ""
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def says(self, sign: re.Pattern[str]) -> bool:
        """Return whether the type, the code or the text shows ``sign``."""
        return any(sign.search(part) for part in (self.kind, self.code, self.text))


@dataclass(frozen=True)
class _Rule:
    fits: Callable[[Refusal], bool]
    kind: FailureKind
    code: str
    meaning: str


def _status(*statuses: int) -> Callable[[Refusal], bool]:
    return lambda refusal: refusal.status in statuses


_RULES = (
    _Rule(
        lambda it: it.status in {400, 402, 403, 429} and it.says(_NO_MONEY),
        FailureKind.BROKEN,
        "QUOTA_EXCEEDED",
        "its credit is used up",
    ),
    _Rule(_status(402), FailureKind.BROKEN, "QUOTA_EXCEEDED", "it wants to be paid"),
    _Rule(
        lambda it: it.status == 401 or (it.status in {400, 403} and it.says(_BAD_KEY)),
        FailureKind.BROKEN,
        "INVALID_API_KEY",
        "it does not take the API key",
    ),
    _Rule(_status(403), FailureKind.BROKEN, "AUTHORIZATION_ERROR", "the API key may not do this"),
    _Rule(
        lambda it: (it.status == 404 and it.says(_NO_MODEL)) or (it.status == 400 and it.says(_NO_SUCH_MODEL)),
        FailureKind.BROKEN,
        "LLM_CONFIGURATION_ERROR",
        "it has no such model, or not for this key",
    ),
    _Rule(
        lambda it: it.status == 413 or (it.status == 400 and it.says(_TOO_LONG)),
        FailureKind.REFUSED,
        "LLM_CONTENT_TOO_LONG",
        "the prompt is too long for the model",
    ),
    _Rule(_status(408), FailureKind.RETRY_NOW, "LLM_PROVIDER_TIMEOUT", "it waited too long for the request"),
    _Rule(_status(409, 425), FailureKind.RETRY_AFTER, "LLM_PROVIDER_API_ERROR", "it asks to try later"),
    _Rule(_status(429), FailureKind.RATE_LIMITED, "LLM_PROVIDER_RATE_LIMIT", "it was asked too fast"),
    _Rule(_status(503, 529), FailureKind.RETRY_AFTER, "LLM_PROVIDER_UNAVAILABLE", "it is overloaded"),
    _Rule(_status(504), FailureKind.RETRY_AFTER, "LLM_PROVIDER_TIMEOUT", "it took too long"),
    _Rule(lambda it: it.status >= 500, FailureKind.RETRY_AFTER, "LLM_PROVIDER_API_ERROR", "it failed"),
    _Rule(lambda _: True, FailureKind.REFUSED, "INVALID_REQUEST", "it does not take the request as it is"),
)


def refused(provider: str, refusal: Refusal, now: datetime) -> JudgeFailed:
    """Return the failure for a provider's error."""
    rule = next(rule for rule in _RULES if rule.fits(refusal))
    said = ", ".join(dict.fromkeys(word for word in (refusal.kind, refusal.code) if _WORD.fullmatch(word)))
    waits = rule.kind in {FailureKind.RATE_LIMITED, FailureKind.RETRY_AFTER}
    return JudgeFailed(
        rule.code,
        f"{provider} answered {refusal.status}{f' ({said})' if said else ''}: {rule.meaning}",
        kind=rule.kind,
        retry_after_s=wait_hint(refusal.headers, now) if waits else None,
        http_status=refusal.status,
    )


def late(provider: str) -> JudgeFailed:
    """Return the failure of a call that got no answer in time; it may have been paid for."""
    return JudgeFailed(
        "LLM_PROVIDER_TIMEOUT",
        f"{provider} did not answer in time",
        kind=FailureKind.RETRY_NOW,
        spent=UNKNOWN_COST,
    )


def cut(provider: str) -> JudgeFailed:
    """Return the failure of a call whose connection failed; it may have been paid for."""
    return JudgeFailed(
        "CONNECTION_ERROR",
        f"the connection to {provider} failed",
        kind=FailureKind.RETRY_NOW,
        spent=UNKNOWN_COST,
    )


def unreadable(provider: str) -> JudgeFailed:
    """Return the failure of a body that is not what the provider's API promises; it may have been paid for."""
    return JudgeFailed(
        "LLM_INVALID_RESPONSE",
        f"{provider} sent a body that cannot be read",
        kind=FailureKind.RETRY_NOW,
        spent=UNKNOWN_COST,
    )


def unusable(provider: str, reason: str, spent: Usage) -> JudgeFailed:
    """Return the failure of a good answer that holds no verdict: asked once more, it may hold one."""
    return JudgeFailed(
        "LLM_PARSING_ERROR",
        f"no verdict in what {provider} answered: {reason}",
        kind=FailureKind.RETRY_NOW,
        spent=spent,
    )


def declined(provider: str, spent: Usage) -> JudgeFailed:
    """Return the failure of a model or its filter that will not judge this content."""
    return JudgeFailed(
        "LLM_INVALID_RESPONSE",
        f"the model of {provider} declined to judge this pair",
        kind=FailureKind.REFUSED,
        spent=spent,
    )


def out_of_tokens(provider: str, max_tokens: int | None, spent: Usage) -> JudgeFailed:
    """Return the failure of an answer that was stopped by its token limit."""
    return JudgeFailed(
        "LLM_INVALID_CONFIG",
        f"the answer of {provider} was stopped by its token limit ({max_tokens or 'not at hand'}) before its "
        "verdict: raise max_tokens_override or lower reasoning_effort",
        kind=FailureKind.REFUSED,
        spent=spent,
    )


def expired(provider: str) -> JudgeFailed:
    """Return the failure of a job's item that was not asked within the job's day; it costs nothing."""
    return JudgeFailed(
        "TIMEOUT", f"the batch job of {provider} ended before this item's turn", kind=FailureKind.RETRY_AFTER
    )


def cancelled(provider: str) -> JudgeFailed:
    """Return the failure of a job's item that was not asked since the job was cancelled; it costs nothing."""
    return JudgeFailed(
        "PROCESSING_ERROR",
        f"the batch job of {provider} was cancelled before this item's turn",
        kind=FailureKind.REFUSED,
    )


def word(text: str) -> str:
    """Return a provider's code if it is one plain word, which can hold neither a key nor a sentence."""
    return text if _WORD.fullmatch(text) else "unnamed"


@contextmanager
def translating(provider: str, now: Callable[[], datetime], sent: Sending | None = None) -> Iterator[None]:
    """Turn time-outs and SDK errors into ``JudgeFailed``; the originals, which hold the request, stay here.

    Every failure is told what was ``sent``.
    """
    try:
        with _translating(provider, now):
            yield
    except JudgeFailed as failure:
        failure.sent = sent
        raise


@contextmanager
def _translating(provider: str, now: Callable[[], datetime]) -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise late(provider) from None
    except (anthropic.AnthropicError, openai.OpenAIError, httpx2.TransportError) as error:
        raise _of_sdk(provider, error, now()) from None
    except (json.JSONDecodeError, ValidationError, UnicodeDecodeError, UnreadableBody):
        raise unreadable(provider) from None


def _of_sdk(provider: str, error: Exception, now: datetime) -> JudgeFailed:
    """Return the failure for an SDK's error; while a body streams, errors of its transport come as they are."""
    match error:
        case anthropic.APITimeoutError() | openai.APITimeoutError() | httpx2.TimeoutException():
            return late(provider)
        case anthropic.APIConnectionError() | openai.APIConnectionError() | httpx2.TransportError():
            return cut(provider)
        case anthropic.APIStatusError() | openai.APIStatusError():
            return refused(provider, _refusal(error), now)
        case _:
            return unreadable(provider)


def _refusal(error: anthropic.APIStatusError | openai.APIStatusError) -> Refusal:
    headers = {str(name): str(value) for name, value in error.response.headers.items()}
    return refusal_of(error.status_code, error.body, headers)


def refusal_of(status: int, body: object, headers: Mapping[str, str] | None = None) -> Refusal:
    """Return the facts of an error body, whichever way the provider wraps them."""
    inner: object = body
    while isinstance(inner, list) and inner:
        inner = inner[0]
    if isinstance(inner, Mapping) and isinstance(inner.get("error"), Mapping):
        inner = inner["error"]
    if not isinstance(inner, Mapping):
        return Refusal(status, text=str(inner or "")[:2_000], headers=headers or {})
    kind = inner.get("type") or inner.get("status") or ""
    return Refusal(
        status,
        kind=str(kind),
        code=str(inner.get("code") or ""),
        text=str(inner.get("message") or "")[:2_000],
        headers=headers or {},
    )
