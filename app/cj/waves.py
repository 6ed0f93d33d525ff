"""Waves: when all verdicts of one are in, scores are fitted and either the next is planned or the batch ends.

Fed by ``prepare`` and by ``collect``; feeds ``send`` and ``finish``. All that is decided here is decided in
``steering``; this module reads what is known, and writes the step.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj import finish, metrics, store
from app.cj.asked import Comparison
from app.cj.finish import Failure
from app.cj.parts import Parts
from app.cj.reasons import explained
from app.cj.results import calibration_of
from app.cj.scores import Scores, fit
from app.cj.states import BatchState
from app.cj.steering import Situation, Step, next_step
from app.cj.stopping import Decision
from app.cj.store import Batch, Essay
from app.contracts.grade_scales import SCALES
from app.faults.inject import fault_point
from app.faults.points import Point

NAMESPACE = UUID("7b0f0c43-94b8-4f5e-9d3c-1d0b9d7a1f6e")


async def first_step(parts: Parts, batch: Batch, essays: Sequence[Essay]) -> Step:
    """Choose wave 1 of a batch whose texts are there."""
    return await asyncio.to_thread(next_step, situation_of(parts, batch, essays, [], None), parts.limits)


async def plan_first(
    parts: Parts, connection: AsyncConnection, batch: Batch, step: Step, changes: Mapping[str, object]
) -> None:
    """Write wave 1 of a held batch and hand it to ``send``, or end the batch if nothing can be asked."""
    more = dict(changes) | {"decision": _entry(batch, step), "processing_metadata": dict(step.facts)}
    metrics.DECISIONS.labels(step.verdict.decision).inc()
    if step.verdict.decision is Decision.FAIL:
        await finish.fail(connection, batch, _failure(batch, step, []), parts.clock(), more)
        return
    metrics.BATCHES_STARTED.labels(batch.plan.batching_mode).inc()
    await _plan(parts, connection, batch, step, more)


async def score(parts: Parts, batch_id: int) -> None:
    """Fit the scores of a complete wave; ask again what failed, plan the next wave, or end the batch."""
    async with parts.database.transaction() as connection:
        batch = await store.get(connection, batch_id)
        if batch.status is not BatchState.SCORING:
            return
        essays = await store.essays_of(connection, batch_id)
        asked = await store.comparisons_of(connection, batch_id)
    scores, step = await asyncio.to_thread(_look, parts, batch, essays, asked)
    await fault_point(Point.SCORE_AFTER_FIT)
    entry = _entry(batch, step)
    changes = {
        "last_scores": {str(position): theta for position, theta in scores.by_position.items()},
        "decision": entry,
        "processing_metadata": dict(step.facts) | finish.diagnostics(scores, asked),
    }
    async with parts.database.transaction() as connection:
        held = await store.lock_in(connection, batch_id, BatchState.SCORING)
        if held is None:
            return
        if step.verdict.decision is Decision.WAIT:
            await store.move(connection, held, BatchState.SENDING, parts.clock(), due_at=parts.clock())
        elif step.verdict.decision is Decision.FAIL:
            await finish.fail(connection, held, _failure(held, step, asked), parts.clock(), changes)
        elif step.verdict.decision is Decision.FINISH:
            outcome = finish.Scored(essays, asked, scores, step.verdict.reason, [*batch.decisions, entry])
            told = changes | {"detail": entry["detail"]}
            await finish.complete(connection, held, outcome, parts.clock(), told)
        else:
            await _plan(parts, connection, held, step, changes)
        await fault_point(Point.SCORE_BEFORE_COMMIT)
    await fault_point(Point.SCORE_AFTER_COMMIT)
    metrics.DECISIONS.labels(step.verdict.decision).inc()
    metrics.observe_change(step.progress.change)
    if step.verdict.decision is Decision.RETRY:
        metrics.RETRY_WAVES.inc()


def _look(parts: Parts, batch: Batch, essays: Sequence[Essay], asked: Sequence[Comparison]) -> tuple[Scores, Step]:
    """Return the scores and the step; what is told at the end rests on the verdicts alone, as for who asks."""
    scores = fit(len(essays), asked, start=batch.last_scores)
    step = next_step(situation_of(parts, batch, essays, asked, scores), parts.limits)
    return (fit(len(essays), asked) if step.verdict.decision is Decision.FINISH else scores), step


def situation_of(
    parts: Parts, batch: Batch, essays: Sequence[Essay], asked: Sequence[Comparison], scores: Scores | None
) -> Situation:
    """Return a batch as ``steering`` looks at it."""
    calibration = None
    if scores is not None and batch.plan.target_band_share is not None:
        calibration, _ = calibration_of(essays, scores, SCALES.get(batch.grade_scale or ""))
    labels = {essay.label: essay.position for essay in essays if essay.label is not None}
    positions = labels | {essay.essay_id: essay.position for essay in essays}
    return Situation(
        batch.plan,
        batch.plan.wanted_design(positions),
        len(essays),
        frozenset(essay.position for essay in essays if essay.is_anchor),
        batch.wave,
        asked,
        scores,
        batch.last_scores,
        None if calibration is None else calibration.band_width,
        parts.too_old(batch),
    )


def why_failed(asked: Sequence[Comparison]) -> str:
    """Return how many comparisons failed, and what most of them said."""
    bad = [item for item in asked if item.state in {"failed", "given_up"}]
    reasons = Counter(f"{item.error_code}: {item.error_message}" for item in bad)
    [(most, _)] = reasons.most_common(1) or [("nothing was answered", 0)]
    return f"{reasons.total()} of {len(asked)} comparisons failed; most often: {most}"


def _failure(batch: Batch, step: Step, asked: Sequence[Comparison]) -> Failure:
    reason, progress = step.verdict.reason, step.progress
    if reason == "cost_cap":
        estimate, cap = batch.plan.first_estimate, batch.plan.max_cost_usd
        detail = f"one comparison may cost up to {estimate:.4f} USD, which is above the cap of {cap} USD"
        return Failure(reason, detail, place="metadata.max_cost_usd")
    if reason == "no_pairs_left":
        return Failure(reason, "the design leaves no pair to ask", place="metadata.design")
    more: dict[str, object] = {}
    if reason == "stuck_timeout_insufficient_progress":
        answered = progress.succeeded + sum(item.state == "failed" for item in asked)
        more = {
            "progress_pct": round(100 * answered / max(1, progress.asked), 1),
            "batch_state": "WAITING_CALLBACKS",
        }
    return Failure(reason, why_failed(asked), more=more)


def _entry(batch: Batch, step: Step) -> dict[str, object]:
    """Return one line of the decision history: what was decided after which wave, and why."""
    progress, rules = step.progress, step.rules
    return {
        "wave": batch.wave,
        "decision": step.verdict.decision,
        "reason": step.verdict.reason,
        "detail": explained(step),
        "asked": progress.asked,
        "succeeded": progress.succeeded,
        "failed": progress.failed,
        "retried": progress.retried,
        "planned": len(step.planned),
        "stop_rule": rules.rule,
        "threshold": rules.threshold,
        "min_comparisons": rules.min_comparisons,
        "target_mean_se": rules.target_mean_se,
        "min_success_rate": rules.min_success_rate,
    } | dict(step.facts)


async def _plan(
    parts: Parts, connection: AsyncConnection, batch: Batch, step: Step, changes: Mapping[str, object]
) -> None:
    now = parts.clock()
    numbers = range(batch.asked + 1, batch.asked + 1 + len(step.planned))
    ids = [uuid5(NAMESPACE, f"{batch.bos_batch_id}/{number}") for number in numbers]
    await store.plan_comparisons(connection, batch, step.planned, ids, now)
    await store.move(connection, batch, BatchState.SENDING, now, due_at=now, changes=changes)
