"""Comparisons out: asks the gateway for every verdict that is missing, in batches.

Fed by ``waves`` and ``prepare``; the answers come back by Kafka into ``collect``. Asking twice is harmless:
the gateway knows each comparison by its id.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import update

from app.cj import store
from app.cj.parts import Parts
from app.cj.states import BatchState
from app.cj.store import Batch, Comparison, Essay
from app.cj.tables import batches, comparisons
from app.contracts.llm_http import BatchItem, ComparisonRequest, OverridesHTTP
from app.contracts.prompt import Ttl, comparison_blocks, context_block, joined
from app.errors import Unavailable


async def send(parts: Parts, batch_id: int) -> None:
    """Send what has no answer yet, then wait for verdicts; raises ``Unavailable`` to be tried again."""
    async with parts.database.transaction() as connection:
        batch = await store.get(connection, batch_id)
        if batch.status is not BatchState.SENDING:
            return
        essays = await store.essays_of(connection, batch_id)
        open_ones = [
            item for item in await store.comparisons_of(connection, batch_id) if item.state in {"planned", "sent"}
        ]
    size = parts.settings.submit_batch_size
    for start in range(0, len(open_ones), size):
        chunk = open_ones[start : start + size]
        items = await parts.gateway.ask([_request(parts, batch, essays, item) for item in chunk])
        await _note(parts, batch_id, chunk, items)
    await _await_verdicts(parts, batch_id)


async def _note(parts: Parts, batch_id: int, chunk: Sequence[Comparison], items: Sequence[BatchItem]) -> None:
    """Remember which were taken; a comparison refused for good counts as failed."""
    if any(item.status == "refused" and item.retryable for item in items):
        raise Unavailable("the gateway has no room at present")
    now = parts.clock()
    async with parts.database.transaction() as connection:
        held = await store.lock_in(connection, batch_id, BatchState.SENDING)
        if held is None:
            return
        answered = list(zip(chunk, items, strict=True))
        taken = [comparison.number for comparison, item in answered if item.status == "queued"]
        still_open = (comparisons.c.batch_id == batch_id, comparisons.c.state.in_(["planned", "sent"]))
        await connection.execute(
            update(comparisons)
            .where(*still_open, comparisons.c.number.in_(taken))
            .values(state="sent", sent_at=now)
        )
        refused = 0
        for comparison, item in answered:
            if item.status == "refused":
                code, why = (item.error_code or "refused")[:64], (item.error or "")[:500]
                values = {"state": "failed", "error_code": code, "error_message": why, "answered_at": now}
                mine = update(comparisons).where(*still_open, comparisons.c.number == comparison.number)
                refused += (await connection.execute(mine.values(**values))).rowcount
        if refused:
            await connection.execute(
                update(batches).where(batches.c.id == batch_id).values(failed=held.failed + refused)
            )


async def _await_verdicts(parts: Parts, batch_id: int) -> None:
    now = parts.clock()
    async with parts.database.transaction() as connection:
        held = await store.lock_in(connection, batch_id, BatchState.SENDING)
        if held is None:
            return
        if await store.pending(connection, batch_id) == 0:
            await store.move(connection, held, BatchState.SCORING, now, due_at=now)
        else:
            overdue = now + timedelta(seconds=parts.settings.overdue_after_s)
            await store.move(connection, held, BatchState.WAITING, now, due_at=overdue)


async def ask_again(parts: Parts, batch_id: int) -> None:
    """Go back to sending when verdicts are overdue; a batch that is too old goes on without them."""
    now = parts.clock()
    async with parts.database.transaction() as connection:
        held = await store.lock_in(connection, batch_id, BatchState.WAITING)
        if held is None:
            return
        if now - held.created_at < timedelta(hours=parts.settings.batch_timeout_hours):
            await store.move(connection, held, BatchState.SENDING, now, due_at=now)
            return
        given_up = await store.give_up_waiting(connection, batch_id, now)
        changes = {"failed": held.failed + given_up}
        await store.move(connection, held, BatchState.SCORING, now, due_at=now, changes=changes)


def _request(parts: Parts, batch: Batch, essays: Sequence[Essay], item: Comparison) -> ComparisonRequest:
    first, second = essays[item.a], essays[item.b]
    context = batch.context or {}
    ttl: Ttl = "1h" if parts.settings.use_extended_ttl_for_service_constants else "5m"
    shared = context_block(
        student_assignment=context.get("student_assignment"),
        criteria=context.get("criteria"),
        rubric=context.get("rubric"),
        ttl=ttl,
    )
    blocks = comparison_blocks(shared, first.content, second.content, ttl=ttl)
    return ComparisonRequest(
        user_prompt=joined(blocks),
        prompt_blocks=blocks,
        callback_topic=parts.settings.llm_provider_callback_topic,
        llm_config_overrides=overrides(parts, batch),
        correlation_id=item.correlation_id,
        user_id=batch.request.user_id,
        metadata={
            "essay_a_id": first.essay_id,
            "essay_b_id": second.essay_id,
            "bos_batch_id": batch.bos_batch_id,
            "cj_batch_id": str(batch.id),
            "cj_source": "els",
            "cj_request_type": "cj_comparison" if item.wave == 1 else "cj_retry",
            "cj_llm_batching_mode": batch.plan.batching_mode,
            "comparison_iteration": item.wave,
            "comparison_number": item.number,
            "comparison_repeat": item.repeat,
            "seed": batch.plan.seed,
        },
    )


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
