"""One comparison as the gateway is asked for it: the prompt, the judge, and what the callback will echo.

Fed by ``send``, which hands the requests to the gateway.
"""

from collections.abc import Mapping, Sequence

from app.cj.asked import Comparison
from app.cj.names import told_to
from app.cj.parts import Parts
from app.cj.store import Batch, Essay
from app.contracts.llm_http import ComparisonRequest, OverridesHTTP
from app.contracts.prompt import Ttl, comparison_blocks, context_block, joined

LARGEST_BUNDLE = 64


def request_for(
    parts: Parts,
    batch: Batch,
    essays: Sequence[Essay],
    texts: Mapping[int, str],
    item: Comparison,
    wave_size: int,
) -> ComparisonRequest:
    """Return the request for one comparison."""
    context = batch.context or {}
    ttl: Ttl = "1h" if parts.settings.use_extended_ttl_for_service_constants else "5m"
    shared = context_block(
        student_assignment=context.get("student_assignment"),
        criteria=context.get("criteria"),
        rubric=context.get("rubric"),
        ttl=ttl,
    )
    blocks = comparison_blocks(shared, texts[item.a], texts[item.b], ttl=ttl)
    return ComparisonRequest(
        user_prompt=joined(blocks),
        prompt_blocks=blocks,
        callback_topic=parts.settings.llm_provider_callback_topic,
        llm_config_overrides=overrides(parts, batch),
        correlation_id=item.correlation_id,
        user_id=batch.request.user_id,
        metadata={
            "essay_a_id": essays[item.a].essay_id,
            "essay_b_id": essays[item.b].essay_id,
            "bos_batch_id": batch.bos_batch_id,
            "cj_batch_id": str(batch.id),
            "cj_source": "els",
            "cj_request_type": "cj_retry" if item.attempt else "cj_comparison",
            "comparison_number": item.number,
            "comparison_repeat": item.repeat,
            "seed": batch.plan.seed,
        }
        | ({} if batch.plan.max_cost_usd is None else {"max_cost_usd": batch.plan.max_cost_usd})
        | told_to(batch)
        | _hints(parts, batch, item, wave_size)
        | _effort(batch),
    )


def _hints(parts: Parts, batch: Batch, item: Comparison, wave_size: int) -> dict[str, object]:
    """Return what the gateway may use to ask several comparisons together."""
    if not parts.settings.enable_llm_batching_metadata_hints:
        return {}
    return {
        "cj_llm_batching_mode": batch.plan.batching_mode,
        "preferred_bundle_size": min(wave_size, LARGEST_BUNDLE),
        "comparison_iteration": item.wave,
    }


def _effort(batch: Batch) -> dict[str, object]:
    wanted = batch.request.llm_config_overrides
    if wanted is None:
        return {}
    named = {"reasoning_effort": wanted.reasoning_effort, "output_verbosity": wanted.output_verbosity}
    return {name: value for name, value in named.items() if value is not None}


def overrides(parts: Parts, batch: Batch) -> OverridesHTTP:
    """Return which judge to ask and how, with the engine's defaults where the request says nothing.

    A temperature of 0 is a wish like any other and is kept.
    """
    settings, wanted = parts.settings, batch.request.llm_config_overrides
    asked = wanted.model_dump() if wanted is not None else {}
    provider = asked.get("provider_override")
    temperature = asked.get("temperature_override")
    default_model = settings.default_llm_model if provider in {None, settings.default_llm_provider} else None
    return OverridesHTTP.model_validate(
        {
            "provider_override": provider or settings.default_llm_provider,
            "model_override": asked.get("model_override") or default_model,
            "temperature_override": settings.default_llm_temperature if temperature is None else temperature,
            "system_prompt_override": asked.get("system_prompt_override") or parts.system_prompt,
            "max_tokens_override": asked.get("max_tokens_override"),
            "reasoning_effort": asked.get("reasoning_effort"),
            "output_verbosity": asked.get("output_verbosity"),
        }
    )
