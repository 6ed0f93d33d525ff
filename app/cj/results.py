"""The rich result of a batch from its scores: ranks, grades, and the numbers behind them. PURE."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from app.cj.asked import Comparison
from app.cj.projection import Anchor, Calibration, Projection, calibrate, project_all
from app.cj.scores import Scores
from app.cj.store import Batch, Essay
from app.contracts.cj_events import AssessmentResult, EssayResult, ProcessingSummary
from app.contracts.grade_scales import SCALES, GradeScale, normalized_score
from app.scoring.errors import NotEstimable

UNGRADED = Projection("U", {}, 0.0, "LOW")
ANSWERED = frozenset({"succeeded", "failed"})
"""States of comparisons with an answer; one that the gateway refused to take has no provider and no callback."""


def assessment(
    batch: Batch,
    essays: Sequence[Essay],
    asked: Sequence[Comparison],
    scores: Scores,
    stop_reason: str,
    now: datetime,
) -> AssessmentResult:
    """Return the event: one row an essay in rank order, anchors with their known grade."""
    scale = None if batch.grade_scale is None else SCALES.get(batch.grade_scale)
    calibration, refusal = calibration_of(essays, scores, scale)
    grades = projections(essays, scores, calibration)
    ranked = sorted(essays, key=lambda essay: (-scores.by_position[essay.position], essay.position))
    provider, model = most_used_judge(asked)
    return AssessmentResult(
        entity_id=batch.bos_batch_id,
        timestamp=now,
        batch_id=batch.bos_batch_id,
        cj_assessment_job_id=str(batch.id),
        assignment_id=batch.request.assignment_id,
        model_used=model,
        model_provider=provider,
        essay_results=[_row(essay, rank, scores, grades, scale) for rank, essay in enumerate(ranked, start=1)],
        assessment_metadata=_facts(batch, essays, scores, grades)
        | _what_it_took(batch, asked)
        | {
            "calibration_info": _calibration_info(essays, scores, calibration, refusal),
            "processing_duration_seconds": round((now - batch.created_at).total_seconds(), 2),
            "llm_temperature": batch.plan.temperature,
            "stop_reason": stop_reason,
            "decisions": list(batch.decisions),
        },
        assessed_at=now,
    )


def most_used_judge(asked: Sequence[Comparison]) -> tuple[str, str]:
    """Return provider and model of most verdicts; of equally many, the first by name."""
    judges = Counter((item.provider or "", item.model or "") for item in asked if item.state == "succeeded")
    provider, model = min(judges, key=lambda judge: (-judges[judge], judge), default=("", ""))
    return provider or "unknown", model or "unknown"


def nothing_compared(batch: Batch, essays: Sequence[Essay], now: datetime) -> AssessmentResult:
    """Return the event of a batch with fewer than two students: no comparisons, no grades, every score 0."""
    rows = [
        EssayResult(
            essay_id=essay.essay_id,
            normalized_score=0.0,
            letter_grade=UNGRADED.grade,
            confidence_score=0.0,
            confidence_label="LOW",
            bt_score=0.0,
            rank=rank,
        )
        for rank, essay in enumerate((item for item in essays if not item.is_anchor), start=1)
    ]
    provider, model = most_used_judge([])
    return AssessmentResult(
        entity_id=batch.bos_batch_id,
        timestamp=now,
        batch_id=batch.bos_batch_id,
        cj_assessment_job_id=str(batch.id),
        assignment_id=batch.request.assignment_id,
        model_used=model,
        model_provider=provider,
        essay_results=rows,
        assessment_metadata={
            "anchor_essays_used": 0,
            "calibration_method": "default",
            "anchor_grade_distribution": {},
            "comparison_count": 0,
            "comparisons_succeeded": 0,
            "comparisons_failed": 0,
            "callbacks_expected": 0,
            "processing_duration_seconds": round((now - batch.created_at).total_seconds(), 2),
            "llm_temperature": batch.plan.temperature,
            "assignment_id": batch.request.assignment_id,
            "course_code": batch.request.course_code,
            "essays_missing": [dict(item) for item in batch.essays_missing],
            "stop_reason": "insufficient_essays",
            "single_essay_batch": True,
        },
        assessed_at=now,
    )


def swap_consistency(asked: Sequence[Comparison]) -> dict[str, object]:
    """Return how often a pair was judged alike in its two orders: ``n`` couples of verdicts, and their share.

    The k-th verdict on a pair in one order is held against the k-th in the other; unequal ones are a tie.
    """
    won: dict[tuple[int, int], list[int]] = {}
    for item in asked:
        if item.state == "succeeded":
            won.setdefault((item.a, item.b), []).append(item.a if item.winner == "a" else item.b)
    couples = [
        couple
        for (a, b), winners in won.items()
        if a < b
        for couple in zip(winners, won.get((b, a), []), strict=False)
    ]
    same = sum(one == other for one, other in couples)
    return {
        "n": len(couples),
        "inconsistent": len(couples) - same,
        "share": same / len(couples) if couples else None,
    }


def calibration_of(
    essays: Sequence[Essay], scores: Scores, scale: GradeScale | None
) -> tuple[Calibration | None, str | None]:
    """Return the calibration, or why there is none."""
    if scale is None:
        return None, "a guest batch has no grade scale"
    anchors = [
        Anchor(scores.by_position[essay.position], essay.grade, scores.errors[essay.position])
        for essay in essays
        if essay.is_anchor and essay.grade is not None
    ]
    try:
        return calibrate(anchors, scale), None
    except NotEstimable as error:
        return None, error.detail


def projections(
    essays: Sequence[Essay], scores: Scores, calibration: Calibration | None
) -> Mapping[int, Projection]:
    """Return each essay's grade by position; ``U`` for all without a calibration."""
    if calibration is None:
        return {essay.position: UNGRADED for essay in essays}
    places = [essay.position for essay in essays]
    by_place = [scores.by_position[place] for place in places], [scores.errors[place] for place in places]
    found = dict(zip(places, project_all(*by_place, calibration), strict=True))
    for essay in essays:
        if essay.is_anchor and essay.grade is not None:
            found[essay.position] = Projection(essay.grade, {essay.grade: 1.0}, 1.0, "HIGH")
    return found


def processing_summary(batch: Batch, essays: Sequence[Essay], scores: Scores, seconds: float) -> ProcessingSummary:
    """Return the counts of students: those with a score, and those whose text or verdicts are missing."""
    scored = [e.essay_id for e in essays if not e.is_anchor and scores.counts[e.position] > 0]
    asked_for = [ref.essay_id for ref in batch.request.essays_for_cj]
    failed = [essay_id for essay_id in asked_for if essay_id not in set(scored)]
    return ProcessingSummary(
        total_essays=len(asked_for),
        successful=len(scored),
        failed=len(failed),
        successful_essay_ids=scored,
        failed_essay_ids=failed,
        processing_time_seconds=round(seconds, 2),
    )


def _row(
    essay: Essay, rank: int, scores: Scores, grades: Mapping[int, Projection], scale: GradeScale | None
) -> EssayResult:
    grade = grades[essay.position]
    return EssayResult(
        essay_id=essay.essay_id,
        normalized_score=normalized_score(grade.grade, scale),
        letter_grade=grade.grade,
        confidence_score=grade.confidence,
        confidence_label=grade.label,
        bt_score=scores.by_position[essay.position],
        rank=rank,
        is_anchor=essay.is_anchor,
        display_name=f"ANCHOR GRADE {essay.grade}" if essay.is_anchor else None,
    )


def _facts(
    batch: Batch, essays: Sequence[Essay], scores: Scores, grades: Mapping[int, Projection]
) -> dict[str, object]:
    anchors = [essay for essay in essays if essay.is_anchor]
    graded = any(grades[essay.position] is not UNGRADED for essay in essays)
    everyone = [essay.position for essay in essays]
    return {
        "anchor_essays_used": len(anchors),
        "anchors": [{"id": essay.essay_id, "label": essay.label, "grade": essay.grade} for essay in anchors],
        "calibration_method": "anchor" if graded else "default",
        "anchor_grade_distribution": dict(sorted(Counter(essay.grade or "U" for essay in anchors).items())),
        "comparison_count": scores.used,
        "seed": batch.plan.seed,
        "assignment_id": batch.request.assignment_id,
        "course_code": batch.request.course_code,
        "grade_scale": batch.grade_scale,
        "essays_missing": [dict(item) for item in batch.essays_missing],
        "bt_standard_errors": {essay.essay_id: scores.errors[essay.position] for essay in essays},
        "comparison_counts": {essay.essay_id: scores.counts[essay.position] for essay in essays},
        "bt_se_summary": dict(scores.summary(everyone)),
        "bt_quality_flags": dict(scores.flags()),
        "grade_projection_summary": {
            "projections_available": graded,
            "grade_probabilities": {
                essay.essay_id: dict(grades[essay.position].probabilities) for essay in essays if graded
            },
        },
    }


def _what_it_took(batch: Batch, asked: Sequence[Comparison]) -> dict[str, object]:
    design = batch.plan.design or {}
    return {
        "comparisons_asked": batch.asked,
        "comparisons_succeeded": batch.succeeded,
        "comparisons_failed": batch.failed,
        "comparisons_retried": sum(item.attempt > 0 for item in asked),
        "callbacks_expected": sum(item.state in ANSWERED and item.provider is not None for item in asked),
        "comparisons_given_up": sum(item.state == "given_up" for item in asked),
        "failure_codes": dict(Counter(item.error_code or "unknown" for item in asked if item.state == "failed")),
        "cost_usd": batch.cost_usd,
        "max_cost_usd": batch.plan.max_cost_usd,
        "comparison_budget": {"max_pairs_requested": batch.plan.cap, "source": batch.plan.source},
        "llm_batching_mode": batch.plan.batching_mode,
        "stop_rule": batch.plan.rule,
        "design_policy": design.get("policy"),
        "both_orders": design.get("both_orders", False),
        "waves": batch.wave,
        "swap_consistency": swap_consistency(asked),
    }


def _calibration_info(
    essays: Sequence[Essay], scores: Scores, calibration: Calibration | None, refusal: str | None
) -> dict[str, object]:
    groups = {
        "all": [essay.position for essay in essays],
        "anchors": [essay.position for essay in essays if essay.is_anchor],
        "students": [essay.position for essay in essays if not essay.is_anchor],
    }
    info: dict[str, object] = {
        "refused": refusal,
        "bt_se_summary": {name: dict(scores.summary(positions)) for name, positions in groups.items()},
    }
    if calibration is None:
        return info
    grades = calibration.scale.grades
    return info | {
        "grade_scale": calibration.scale.id,
        "grade_centers": dict(zip(grades, calibration.centres, strict=True)),
        "grade_boundaries": dict(zip(grades[1:], calibration.boundaries, strict=True)),
        "spread": calibration.spread,
        "inverted_grades": [list(pair) for pair in calibration.inversions],
        "se_wide_for_bands": scores.wide_for_bands(calibration.band_width),
    }
