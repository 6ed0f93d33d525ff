"""Stored batches as the API shows them. PURE.

Fed by the rows of ``batch_reads`` and by the result that stored comparisons give; feeds the API and the
command line.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Row

from app.cj.batch_reads import Coverage, Stored
from app.cj.platform_names import COUNTS, FINE_STATE, upload_status, winner_name
from app.cj.states import FINAL, BatchState
from app.contracts.cj_batches import (
    BatchItem,
    BatchView,
    Budget,
    EssayCounts,
    GradeProjection,
    LastError,
    Pair,
    Progress,
    ProjectionList,
    Score,
    ScoreList,
)
from app.contracts.cj_events import AssessmentResult

ENDED_BADLY = frozenset({BatchState.FAILED, BatchState.CANCELLED})


def item(row: Row[Any]) -> BatchItem:
    """Return one batch of a list."""
    return BatchItem(**_item(row))


def _item(row: Row[Any]) -> dict[str, Any]:
    state = BatchState(row.status)
    badly = state in ENDED_BADLY
    cap = int(row.plan["cap"])
    unanswered = row.asked - row.succeeded - row.failed
    ended = state in FINAL
    same = ("id", "bos_batch_id", "status", "assignment_id", "course_code", "language", "user_id", "org_id")
    times = ("created_at", "updated_at", "finished_at")
    return {name: getattr(row, name) for name in (*same, *times, "grade_scale", "essays_requested", "wave")} | {
        "correlation_id": str(row.correlation_id),
        "upload_status": upload_status(state, row.reason),
        "state": FINE_STATE[state],
        "stop_reason": row.reason,
        "stop_detail": row.detail,
        "last_error": LastError(reason=row.reason or state, detail=row.detail) if badly else None,
        "comparisons": Progress(
            asked=row.asked,
            succeeded=row.succeeded,
            failed=row.failed,
            pending=0 if ended else unanswered,
            cancelled=unanswered if ended else 0,
        ),
        "budget": Budget(
            cap=cap,
            source=row.plan["source"],
            used=row.asked,
            remaining=max(0, cap - row.asked),
            cost_usd=row.cost_usd,
            max_cost_usd=row.plan.get("max_cost_usd"),
        ),
    }


def view(row: Row[Any], covered: Coverage) -> BatchView:
    """Return one batch with everything that explains it."""
    return BatchView(
        **_item(row),
        essays=EssayCounts(
            requested=row.essays_requested, students=covered.essays - covered.anchors, anchors=covered.anchors
        ),
        essays_missing=row.essays_missing,
        plan=row.plan,
        decisions=row.decisions,
        processing_metadata=processing_metadata(row, covered),
    )


def processing_metadata(row: Row[Any], covered: Coverage) -> dict[str, object]:
    """Return what the platform keeps beside a batch, under its names."""
    overrides = row.request.get("llm_config_overrides") or {}
    kept: Mapping[str, object] = row.processing_metadata
    last: Mapping[str, object] = row.decisions[-1] if row.decisions else {}
    return dict(kept) | {
        "comparison_budget": {"max_pairs_requested": row.plan["cap"], "source": row.plan["source"]},
        "llm_overrides": {name: value for name, value in overrides.items() if value is not None},
        "llm_batching_mode": row.plan.get("batching_mode"),
        "last_scored_iteration": last.get("wave"),
        "last_score_change": last.get("max_score_change"),
        "max_possible_pairs": covered.possible,
        "successful_pairs_count": covered.pairs,
        "unique_coverage_complete": covered.possible > 0 and covered.pairs == covered.possible,
        "bt_scores": _by_id(row.last_scores, covered),
        "failed_reason": row.reason if row.status == BatchState.FAILED else None,
    }


def _by_id(scores: Mapping[str, float] | None, covered: Coverage) -> dict[str, float] | None:
    """Return stored scores by essay id instead of position."""
    return None if scores is None else {covered.ids[int(place)]: score for place, score in scores.items()}


def pair(row: Row[Any]) -> Pair:
    """Return one comparison with the ids of its essays."""
    same = ("number", "wave", "attempt", "repeat", "state", "confidence", "justification", "provider", "model")
    more = ("error_code", "error_message", "sent_at", "answered_at", "cost_usd", "asks")
    of_verdict = ("request_id", "prompt_tokens", "completion_tokens", "prompt_sha256", "effective_settings")
    return Pair(
        **{name: getattr(row, name) for name in (*same, *more, *of_verdict)},
        correlation_id=str(row.correlation_id),
        essay_a_id=row.essay_a,
        essay_b_id=row.essay_b,
        winner=winner_name(row.state, row.winner),
        winner_id={"a": row.essay_a, "b": row.essay_b}.get(row.winner) if row.state == COUNTS else None,
    )


def tallies(found: Stored) -> tuple[Counter[int], Counter[int]]:
    """Return wins and losses by position."""
    decided = [item for item in found.asked if item.state == COUNTS and item.winner in {"a", "b"}]
    wins = Counter(item.a if item.winner == "a" else item.b for item in decided)
    losses = Counter(item.b if item.winner == "a" else item.a for item in decided)
    return wins, losses


def scores(found: Stored, result: AssessmentResult) -> ScoreList:
    """Return all essays in rank order with what their scores rest on."""
    facts: Mapping[str, Any] = result.assessment_metadata
    wins, losses = tallies(found)
    by_id = {essay.essay_id: essay for essay in found.essays}
    rows = []
    for row in result.essay_results:
        essay = by_id[row.essay_id]
        rows.append(
            Score(
                rank=row.rank,
                essay_id=row.essay_id,
                label=essay.label,
                is_anchor=essay.is_anchor,
                known_grade=essay.grade,
                theta=row.bt_score,
                se=facts["bt_standard_errors"][row.essay_id],
                comparisons=facts["comparison_counts"][row.essay_id],
                wins=wins[essay.position],
                losses=losses[essay.position],
            )
        )
    return ScoreList(
        batch_id=found.batch.id,
        bos_batch_id=found.batch.bos_batch_id,
        final=found.is_final,
        comparisons_used=facts["comparison_count"],
        scores=rows,
        bt_se_summary=facts["bt_se_summary"],
        bt_quality_flags=facts["bt_quality_flags"],
    )


def projections(found: Stored, result: AssessmentResult) -> ProjectionList:
    """Return all grades with their probabilities, or why there are none."""
    facts: Mapping[str, Any] = result.assessment_metadata
    calibration = dict(facts["calibration_info"])
    summary = facts["grade_projection_summary"]
    available = bool(summary["projections_available"])
    rows = [
        GradeProjection(
            rank=row.rank,
            essay_id=row.essay_id,
            is_anchor=row.is_anchor,
            grade=row.letter_grade,
            probabilities=summary["grade_probabilities"].get(row.essay_id, {}),
            confidence=row.confidence_score,
            label=row.confidence_label,
            normalized_score=row.normalized_score,
        )
        for row in result.essay_results
    ]
    return ProjectionList(
        batch_id=found.batch.id,
        bos_batch_id=found.batch.bos_batch_id,
        final=found.is_final,
        grade_scale=found.batch.grade_scale,
        available=available,
        refused=calibration.pop("refused", None),
        calibration=calibration,
        projections=rows if available else [],
    )
