"""Comparisons out: asks the gateway for every verdict that is due, in batches, a few calls at a time.

Fed by ``waves``, ``prepare`` and ``missing``; the answers come back by Kafka into ``collect``. Asking twice is
harmless: the gateway knows each comparison by its id, and answers a finished one from its ledger.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import func, or_, select, update

from app.cj import metrics, store
from app.cj.ask import overrides, request_for
from app.cj.asked import Comparison
from app.cj.parts import Parts
from app.cj.states import BatchState
from app.cj.store import OPEN, Batch, Essay
from app.cj.tables import batches, comparisons
from app.contracts.llm_http import BatchItem, ComparisonRequest
from app.db.rows import columns_of, shaped
from app.errors import AppError, Unavailable
from app.faults.inject import fault_point
from app.faults.points import Point

Item = TypeVar("Item")


@dataclass(frozen=True)
class _Due:
    """What is to be asked now, with what the requests are made of."""

    batch: Batch
    essays: Sequence[Essay]
    texts: Mapping[int, str]
    items: Sequence[Comparison]
    wave_sizes: Mapping[int, int]


async def send(parts: Parts, batch_id: int) -> None:
    """Send what is due, then wait for verdicts; raises ``Unavailable`` to be tried again while there is time."""
    due = await _due(parts, batch_id)
    if due is None:
        return
    size = max(1, due.batch.plan.batch_size)
    chunks = _parts_of(due.items, size)
    for together in _parts_of(chunks, due.batch.plan.max_concurrent):
        answers = await asyncio.gather(*(_ask(parts, due, chunk) for chunk in together))
        await fault_point(Point.WAVE_AFTER_ASK)
        problem = next((answer for answer in answers if isinstance(answer, AppError)), None)
        for chunk, answer in zip(together, answers, strict=True):
            if not isinstance(answer, AppError) and not await _note(parts, due.batch, chunk, answer):
                return
            problem = problem or _no_room(answer)
        if problem is not None:
            if isinstance(problem, Unavailable) and await give_up_if_too_old(parts, due.batch):
                return
            raise problem
    await _await_verdicts(parts, due.batch)


def _parts_of(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


async def _due(parts: Parts, batch_id: int) -> _Due | None:
    now = parts.clock()
    async with parts.database.transaction() as connection:
        batch = await store.get(connection, batch_id)
        if batch.status is not BatchState.SENDING:
            return None
        may_go = or_(comparisons.c.not_before.is_(None), comparisons.c.not_before <= now)
        wanted = select(*columns_of(comparisons, Comparison)).where(
            comparisons.c.batch_id == batch_id, comparisons.c.state == "planned", may_go
        )
        rows = (await connection.execute(wanted.order_by(comparisons.c.number))).all()
        items = [shaped(Comparison, row) for row in rows]
        sizes = select(comparisons.c.wave, func.count()).where(comparisons.c.batch_id == batch_id)
        waves = {item.wave for item in items}
        counted = await connection.execute(sizes.where(comparisons.c.wave.in_(waves)).group_by(comparisons.c.wave))
        essays = await store.essays_of(connection, batch_id)
        texts = await store.texts_of(connection, batch_id, (p for item in items for p in item.pair))
        return _Due(batch, essays, texts, items, {row[0]: row[1] for row in counted})


async def _ask(parts: Parts, due: _Due, chunk: Sequence[Comparison]) -> list[BatchItem] | AppError:
    asked: list[ComparisonRequest] = [
        request_for(parts, due.batch, due.essays, due.texts, item, due.wave_sizes[item.wave]) for item in chunk
    ]
    try:
        return await parts.gateway.ask(asked)
    except AppError as error:
        return error


def _no_room(answer: Sequence[BatchItem] | AppError) -> AppError | None:
    if not isinstance(answer, AppError) and any(item.status == "refused" and item.retryable for item in answer):
        return Unavailable("the gateway has no room at present")
    return None


async def _note(parts: Parts, batch: Batch, chunk: Sequence[Comparison], items: Sequence[BatchItem]) -> bool:
    """Remember which were taken; a comparison refused for good counts as failed. False if the batch has ended."""
    now = parts.clock()
    answered = list(zip(chunk, items, strict=True))
    taken = [comparison.number for comparison, item in answered if item.status == "queued"]
    refused = [pair for pair in answered if pair[1].status == "refused" and not pair[1].retryable]
    async with parts.database.transaction() as connection:
        held = await store.hold(connection, batch.id)
        if held.status is not BatchState.SENDING:
            return False
        still_open = (comparisons.c.batch_id == batch.id, comparisons.c.state.in_(OPEN))
        await connection.execute(
            update(comparisons)
            .where(*still_open, comparisons.c.number.in_(taken))
            .values(state="sent", sent_at=now, asks=comparisons.c.asks + 1)
        )
        count = 0
        for comparison, item in refused:
            code, why = (item.error_code or "refused")[:64], (item.error or "")[:500]
            values = {"state": "failed", "error_code": code, "error_message": why, "answered_at": now}
            mine = update(comparisons).where(*still_open, comparisons.c.number == comparison.number)
            count += (await connection.execute(mine.values(**values))).rowcount
        if count:
            more = update(batches).where(batches.c.id == batch.id)
            await connection.execute(more.values(failed=batches.c.failed + count))
    await fault_point(Point.WAVE_AFTER_NOTE)
    _count(parts, batch, len(taken), len(refused))
    return True


def _count(parts: Parts, batch: Batch, taken: int, refused: int) -> None:
    judge = overrides(parts, batch)
    labels = judge.provider_override or "default", judge.model_override or "default"
    metrics.API_CALLS.labels(*labels, "queued").inc(taken)
    metrics.API_CALLS.labels(*labels, "error").inc(refused)
    metrics.LLM_REQUESTS.labels(batch.plan.batching_mode).inc(taken)
    metrics.COMPARISONS.labels("failed").inc(refused)


async def _await_verdicts(parts: Parts, batch: Batch) -> None:
    """Go on to scoring if all is answered; else wait until verdicts are looked for, or a retry may be asked.

    Where something may still be asked now, the batch stays as it is: a process that was taken for dead may come
    here when another one has scored the wave and is about to ask for the next.
    """
    now = parts.clock()
    async with parts.database.transaction() as connection:
        held = await store.hold(connection, batch.id)
        if held.status is not BatchState.SENDING:
            return
        if await store.pending(connection, batch.id) == 0:
            await store.move(connection, held, BatchState.SCORING, now, due_at=now)
            return
        may_go = or_(comparisons.c.not_before.is_(None), comparisons.c.not_before <= now)
        later = select(func.count().filter(may_go), func.min(comparisons.c.not_before)).where(
            comparisons.c.batch_id == batch.id, comparisons.c.state == "planned"
        )
        left, next_retry = (await connection.execute(later)).one()
        if left:
            return
        next_look = now + parts.look_after()
        due_at = next_look if next_retry is None else min(next_look, next_retry)
        await store.move(connection, held, BatchState.WAITING, now, due_at=due_at)


async def give_up_if_too_old(parts: Parts, batch: Batch) -> bool:
    """Stop waiting for verdicts of a batch that has taken too long; return whether it had."""
    if not parts.too_old(batch):
        return False
    now = parts.clock()
    async with parts.database.transaction() as connection:
        held = await store.lock_in(connection, batch.id, batch.status)
        if held is not None:
            given_up = await store.close_open(connection, batch.id, "given_up")
            changes = {"failed": held.failed + given_up}
            await store.move(connection, held, BatchState.SCORING, now, due_at=now, changes=changes)
    return True
