"""What is counted of each comparison: at the call, and once at its end.

Fed by ``ask``, ``jobs`` and the ledger after its transaction; feeds the metrics only.
"""

from collections.abc import Sequence
from datetime import datetime

from app.contracts.llm_http import PromptBlock
from app.gateway import metrics
from app.gateway.callbacks import Outcome
from app.gateway.limits import CHARACTERS_PER_TOKEN
from app.gateway.parts import Parts
from app.gateway.providers.base import Answer, JudgeFailed, Usage
from app.gateway.queue import Queued

COMPARISON = "comparison"
_RESULTS = {"succeeded": "success", "failed": "failure", "expired": "expired", "cancelled": "failure"}


def request(provider: str, model: str, status: str) -> None:
    """Count one comparison by what became of it, under both names."""
    metrics.REQUESTS.labels(provider, model, COMPARISON, status).inc()
    metrics.REQUESTS_ALIAS.labels(provider, model, COMPARISON, status).inc()


def asking(parts: Parts, item: Queued) -> None:
    """Count the parts of a prompt that is about to be sent."""
    provider, model = item.provider, parts.label(item.provider, item.model)
    cacheable = whole = len(item.user_prompt)
    if item.prompt_blocks is not None:
        blocks = [PromptBlock.model_validate(block) for block in item.prompt_blocks]
        for block in blocks:
            labels = (provider, model, block.target, str(block.cacheable).lower(), block.ttl or "none")
            metrics.BLOCKS.labels(*labels).inc()
        whole = sum(len(block.content) for block in blocks)
        cacheable = sum(len(block.content) for block in blocks if block.cacheable)
        _section(provider, model, "cacheable", cacheable)
        _section(provider, model, "dynamic", whole - cacheable)
    _section(provider, model, "total", whole)


def _section(provider: str, model: str, section: str, characters: int) -> None:
    metrics.PROMPT_TOKENS.labels(provider, model, section).observe(characters / CHARACTERS_PER_TOKEN)


def called(parts: Parts, item: Queued, result: Answer | JudgeFailed, elapsed_s: float) -> None:
    """Count one call: its time, its tokens and money, its use of the prompt cache, its failure."""
    provider, model = item.provider, parts.label(item.provider, item.model)
    metrics.RESPONSE_SECONDS.labels(provider, model).observe(elapsed_s)
    metrics.RESPONSE_FINE_SECONDS.labels(provider, model, COMPARISON).observe(elapsed_s)
    read(parts, item, result)


def read(parts: Parts, item: Queued, result: Answer | JudgeFailed) -> None:
    """Count the result of one call, whether it came alone or out of a batch job."""
    provider, model = item.provider, parts.label(item.provider, item.model)
    usage = result.usage if isinstance(result, Answer) else result.spent
    _spent(provider, model, usage)
    if isinstance(result, Answer):
        _cache(item, model, usage)
        return
    status = "none" if result.http_status is None else str(result.http_status)
    metrics.API_ERRORS.labels(provider, str(result.kind), status).inc()
    metrics.ERRORS.labels(provider, model, result.code[:64]).inc()


def _spent(provider: str, model: str, usage: Usage) -> None:
    metrics.TOKENS.labels(provider, model, "prompt").inc(usage.prompt_tokens)
    metrics.TOKENS.labels(provider, model, "completion").inc(usage.completion_tokens)
    metrics.TOKENS.labels(provider, model, "total").inc(usage.prompt_tokens + usage.completion_tokens)
    metrics.COST.labels(provider, model).inc(usage.cost_usd)
    if not usage.cost_known:
        metrics.COST_UNKNOWN.labels(provider, model).inc()


def _cache(item: Queued, model: str, usage: Usage) -> None:
    result = "hit" if usage.cached_tokens else "miss" if usage.cache_write_tokens else "bypass"
    scope = "assignment" if item.metadata.get("assignment_id") else "ad-hoc"
    metrics.CACHE_EVENTS.labels(item.provider, model, result).inc()
    metrics.CACHE_SCOPE.labels(item.provider, model, scope, result).inc()
    metrics.CACHE_TOKENS.labels(item.provider, model, "read").inc(usage.cached_tokens)
    metrics.CACHE_TOKENS.labels(item.provider, model, "write").inc(usage.cache_write_tokens)


def ended(parts: Parts, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Count comparisons that are over, each once, after their callback was written."""
    for outcome in outcomes:
        item, result = outcome.item, _RESULTS[outcome.end]
        provider, mode = item.provider, item.mode
        total = (now - item.queued_at).total_seconds()
        waited = ((outcome.asked_at or now) - item.queued_at).total_seconds()
        judging = outcome.elapsed_ms / 1000
        request(provider, parts.label(provider, item.model), outcome.end)
        metrics.WAIT_SECONDS.labels(mode, result).observe(max(0.0, waited))
        metrics.PROCESSING_SECONDS.labels(provider, result).observe(judging)
        metrics.CALLBACKS.labels(mode, result).inc()
        for stage, seconds in (("waiting", waited), ("judging", judging), ("total", total)):
            metrics.LIFECYCLE_SECONDS.labels(provider, stage).observe(max(0.0, seconds))
        if outcome.end == "expired":
            reason = str(outcome.details.get("expiry_reason", "ttl"))
            metrics.EXPIRED.labels(provider, mode, reason).inc()
            metrics.EXPIRED_AGE.labels(provider, mode).observe(total)


def ttl_order(blocks: Sequence[PromptBlock] | None) -> bool:
    """Return whether longer-lived blocks stand before shorter-lived ones, as prompt caches need it."""
    lives = [3600 if block.ttl == "1h" else 300 for block in blocks or () if block.cacheable]
    return lives == sorted(lives, reverse=True)
