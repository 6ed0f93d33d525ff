"""Spans of judges' calls, by the conventions for generative AI: asked one by one, or read from a batch job.

Fed by ``ask``, ``work`` and ``jobs``; each call belongs to the trace of its comparison. What was asked and what
was said never gets in, only how much of it there was.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from app.gateway.providers.base import Answer, JudgeFailed, Usage
from app.gateway.queue import Queued
from app.telemetry import tracing

PROVIDERS = {"google": "gcp.gemini"}
"""Names of the conventions for providers that are called otherwise here."""


def chat(item: Queued, model: str, *, began: datetime | None = None) -> AbstractContextManager[tracing.Span]:
    """Open the span of one call; it is linked to what it is part of: a bundle, or the look at a job."""
    here = tracing.current()
    return tracing.span(
        f"chat {tracing.plain(model) or 'other'}",
        kind="client",
        attributes=_asked(item, model) if tracing.is_on() else {},
        parent=item.trace_context or tracing.NONE,
        links=[here] if here else [],
        began=began,
    )


def _asked(item: Queued, model: str) -> tracing.Attributes:
    settings = item.settings
    wave = item.metadata.get("comparison_iteration")
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": PROVIDERS.get(item.provider, item.provider),
        "gen_ai.request.model": tracing.plain(model) or "other",
        "gen_ai.request.temperature": _number(settings.get("temperature_override")),
        "gen_ai.request.max_tokens": _number(settings.get("max_tokens_override")),
        "cj.batch.uuid": tracing.plain(item.batch_id),
        "cj.correlation.id": str(item.correlation_id),
        "cj.wave": _number(wave),
        "cj.attempt": item.attempts,
        "cj.batching_mode": item.mode,
    }


def answered(opened: tracing.Span, result: Answer | JudgeFailed) -> None:
    """Note what came of a call."""
    if isinstance(result, Answer):
        reason = tracing.plain(result.finish_reason)
        opened.note({"gen_ai.response.model": tracing.plain(result.model)})
        opened.note({"gen_ai.response.finish_reasons": None if reason is None else [reason]})
        opened.note(_used(result.usage))
        return
    opened.note(_used(result.spent) | {"http.response.status_code": result.http_status})
    opened.fail(result.code)


def _used(usage: Usage) -> dict[str, int | None]:
    if usage == Usage():
        return {}
    return {
        "gen_ai.usage.input_tokens": usage.prompt_tokens,
        "gen_ai.usage.output_tokens": usage.completion_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens or None,
        "gen_ai.usage.cache_creation.input_tokens": usage.cache_write_tokens or None,
    }


def bundle(items: Sequence[Queued], model: str) -> AbstractContextManager[tracing.Span]:
    """Open the span of comparisons that are judged side by side; linked to all that it does not belong to."""
    return _over(f"serial bundle {tracing.plain(model) or 'other'}", items, {})


def submitted(items: Sequence[Queued], model: str, job_id: str) -> AbstractContextManager[tracing.Span]:
    """Open the span of a job that is handed in; it is linked to the comparisons in it."""
    provider = items[0].provider
    named = {
        "gen_ai.provider.name": PROVIDERS.get(provider, provider),
        "gen_ai.request.model": tracing.plain(model) or "other",
        "cj.batch_job.id": job_id,
    }
    return _over("submit batch job", items, named)


def _over(name: str, items: Sequence[Queued], named: Mapping[str, str]) -> AbstractContextManager[tracing.Span]:
    if not tracing.is_on():
        return tracing.span(name)
    met = tracing.meeting(item.trace_context for item in items)
    about: dict[str, str | int] = {**named, "cj.comparisons": len(items)}
    return tracing.span(name, attributes=about, parent=met.parent, links=met.links)


def _number(value: object) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
