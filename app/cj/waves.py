"""Waves: when all verdicts of one are in, scores are fitted and either the next is planned or the batch ends.

Fed by ``prepare`` and by ``collect``; feeds ``send`` and ``finish``.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID, uuid5

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj import finish, store
from app.cj.design import Design, Pair, Standing, pair_of
from app.cj.pairing import wave
from app.cj.parts import Parts
from app.cj.scores import Scores, fit
from app.cj.states import BatchState
from app.cj.stopping import Decision, Progress, Verdict, decide, largest_change
from app.cj.store import Batch, Comparison, Essay, Planned

NAMESPACE = UUID("7b0f0c43-94b8-4f5e-9d3c-1d0b9d7a1f6e")


async def plan_first(
    parts: Parts, connection: AsyncConnection, batch: Batch, essay_count: int, changes: Mapping[str, object]
) -> None:
    """Plan wave 1 of a held batch and hand it to ``send``."""
    standing = Standing(essay_count, frozenset(), (), None, None)
    planned = next_wave(batch, standing, Design())
    await _plan(parts, connection, batch, planned, changes)


async def score(parts: Parts, batch_id: int) -> None:
    """Fit the scores of a complete wave; ask again what failed, plan the next wave, or end the batch."""
    async with parts.database.transaction() as connection:
        batch = await store.get(connection, batch_id)
        if batch.status is not BatchState.SCORING:
            return
        essays = await store.essays_of(connection, batch_id)
        asked = await store.comparisons_of(connection, batch_id)
    scores = await asyncio.to_thread(fit, len(essays), asked)
    verdict = _decision(parts, batch, scores)
    again = again_after_failure(asked, batch, parts.settings.comparison_retries)
    design = Design(
        count_weight=parts.settings.matching_weight_comparison_count,
        proximity_weight=parts.settings.matching_weight_bt_proximity,
    )
    standing = _standing(essays, asked, scores)
    planned = again or await asyncio.to_thread(next_wave, batch, standing, design)
    history = [*batch.decisions, _entry(batch, verdict, scores)]
    changes = {"last_scores": _stored(scores), "decisions": history}
    async with parts.database.transaction() as connection:
        held = await store.lock_in(connection, batch_id, BatchState.SCORING)
        if held is None:
            return
        if verdict.decision is Decision.FAIL:
            await finish.fail(parts, connection, held, verdict.reason, why_failed(asked), changes)
        elif verdict.decision is Decision.FINISH or not planned:
            reason = verdict.reason if verdict.decision is Decision.FINISH else "no_pairs_left"
            outcome = finish.Scored(essays, asked, scores, reason)
            await finish.complete(parts, connection, held, outcome, changes)
        else:
            await _plan(parts, connection, held, planned, changes)


def next_wave(batch: Batch, standing: Standing, design: Design) -> list[Planned]:
    """Return the next comparisons, within the budget; the seed and the wave's number decide all draws."""
    rng = np.random.default_rng([batch.plan.seed, batch.wave + 1])
    room = max(0, batch.plan.cap - batch.asked)
    times: Counter[Pair] = Counter(pair_of(shown) for shown in standing.asked)
    planned = []
    for shown in wave.next_wave(standing, design, room=room, rng=rng):
        planned.append(Planned(shown, times[pair_of(shown)], attempt=0))
        times[pair_of(shown)] += 1
    return planned


def _standing(essays: Sequence[Essay], asked: Sequence[Comparison], scores: Scores) -> Standing:
    anchors = frozenset(essay.position for essay in essays if essay.is_anchor)
    shown = [(item.a, item.b) for item in asked]
    return Standing(len(essays), anchors, shown, scores.verdicts, scores.fitted)


def again_after_failure(asked: Sequence[Comparison], batch: Batch, retries: int) -> list[Planned]:
    """Return the comparisons of the last wave that failed for a reason that may pass, within the budget."""
    times = Counter(item.pair for item in asked)
    last = [
        item for item in asked if item.wave == batch.wave and item.state == "failed" and item.attempt < retries
    ]
    room = max(0, batch.plan.cap - batch.asked)
    return [Planned((item.a, item.b), times[item.pair], item.attempt + 1) for item in last if item.retryable][
        :room
    ]


def why_failed(asked: Sequence[Comparison]) -> str:
    """Return how many comparisons failed, and what most of them said."""
    reasons = Counter(f"{item.error_code}: {item.error_message}" for item in asked if item.state == "failed")
    [(most, _)] = reasons.most_common(1) or [("nothing was answered", 0)]
    return f"{reasons.total()} of {len(asked)} comparisons failed; most often: {most}"


def _decision(parts: Parts, batch: Batch, scores: Scores) -> Verdict:
    settings = parts.settings
    rules = batch.rules(
        min_comparisons=settings.min_comparisons_for_stability_check,
        threshold=settings.score_stability_threshold,
        min_success_rate=settings.min_success_rate_threshold,
    )
    change = largest_change(batch.last_scores, scores.by_position)
    too_old = parts.clock() - batch.created_at >= timedelta(hours=settings.batch_timeout_hours)
    return decide(Progress(batch.asked, batch.succeeded, batch.failed, change, too_old), rules)


def _entry(batch: Batch, verdict: Verdict, scores: Scores) -> dict[str, object]:
    return {
        "wave": batch.wave,
        "asked": batch.asked,
        "succeeded": batch.succeeded,
        "failed": batch.failed,
        "max_score_change": largest_change(batch.last_scores, scores.by_position),
        "decision": verdict.decision,
        "reason": verdict.reason,
    }


def _stored(scores: Scores) -> dict[str, float]:
    return {str(position): theta for position, theta in scores.by_position.items()}


async def _plan(
    parts: Parts,
    connection: AsyncConnection,
    batch: Batch,
    planned: Sequence[Planned],
    changes: Mapping[str, object],
) -> None:
    now = parts.clock()
    numbers = range(batch.asked + 1, batch.asked + 1 + len(planned))
    ids = [uuid5(NAMESPACE, f"{batch.bos_batch_id}/{number}") for number in numbers]
    await store.plan_comparisons(connection, batch, batch.wave + 1, planned, ids)
    await store.move(connection, batch, BatchState.SENDING, now, due_at=now, changes=changes)
