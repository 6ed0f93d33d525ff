"""``cj-runner extract``: everything stored of one batch, as one JSON document with the platform's keys. PURE."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.cj.batch_views import processing_metadata, tallies
from app.cj.platform_names import FINE_STATE, upload_status
from app.cj.states import BatchState
from app.cj.store import Essay
from app.cli.engine.diagnosis import Diagnosed

Document = dict[str, Any]
WAVE_IS_DONE_AT_PCT = 100
SUCCESSES = frozenset({"essay_a", "essay_b", "tie"})


def document(seen: Diagnosed) -> Document:
    """Return the six sections; without any verdict the scores are null and there are no grades."""
    return {
        "batch_info": _batch_info(seen),
        "batch_state": _batch_state(seen),
        "comparisons": _comparisons(seen),
        "bradley_terry_stats": _bradley_terry_stats(seen),
        "grade_projections": _grade_projections(seen),
        "wins_losses": _wins_losses(seen),
    }


def succeeded(comparison: Mapping[str, Any]) -> bool:
    """Whether a comparison of the document has a verdict; an error is none."""
    return comparison["winner"] in SUCCESSES


def _batch_info(seen: Diagnosed) -> Document:
    row = seen.row
    facts = {} if seen.result is None else seen.result.assessment_metadata
    exactness = {name: facts.get(name) for name in ("bt_se_summary", "bt_quality_flags")}
    return {
        "id": row.id,
        "bos_batch_id": row.bos_batch_id,
        "event_correlation_id": str(row.correlation_id),
        "language": row.language,
        "course_code": row.course_code,
        "expected_essay_count": seen.covered.essays or row.essays_requested,
        "status": upload_status(BatchState(row.status), row.reason),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "completed_at": row.finished_at,
        "processing_metadata": processing_metadata(row, seen.covered)
        | exactness
        | {"stop_reason": row.reason, "detail": row.detail},
        "assignment_id": row.assignment_id,
        "user_id": row.user_id,
        "org_id": row.org_id,
    }


def _batch_state(seen: Diagnosed) -> Document:
    row = seen.row
    return {
        "state": FINE_STATE[BatchState(row.status)],
        "total_budget": row.plan["cap"],
        "total_comparisons": row.asked,
        "submitted_comparisons": sum(item.state != "planned" for item in seen.pairs),
        "completed_comparisons": row.succeeded,
        "failed_comparisons": row.failed,
        "current_iteration": row.wave,
        "completion_threshold_pct": WAVE_IS_DONE_AT_PCT,
    }


def _comparisons(seen: Diagnosed) -> list[Document]:
    return [
        {
            "id": item.number,
            "essay_a_els_id": item.essay_a_id,
            "essay_b_els_id": item.essay_b_id,
            "winner": item.winner,
            "confidence": item.confidence,
            "justification": item.justification,
            "request_correlation_id": item.correlation_id,
            "submitted_at": item.sent_at,
            "completed_at": item.answered_at,
            "error_code": item.error_code,
        }
        for item in seen.pairs
    ]


def _bradley_terry_stats(seen: Diagnosed) -> list[Document]:
    facts: Mapping[str, Any] = {} if seen.result is None else seen.result.assessment_metadata
    scores = {} if seen.result is None else {row.essay_id: row.bt_score for row in seen.result.essay_results}
    errors, counts = facts.get("bt_standard_errors", {}), facts.get("comparison_counts", {})
    rows = [
        {
            "els_essay_id": essay.essay_id,
            "current_bt_score": scores.get(essay.essay_id),
            "current_bt_se": errors.get(essay.essay_id),
            "comparison_count": counts.get(essay.essay_id, 0),
            "is_anchor": essay.is_anchor,
            "processing_metadata": _essay_metadata(essay),
        }
        for essay in seen.found.essays
    ]
    return sorted(rows, key=lambda row: -scores.get(str(row["els_essay_id"]), 0.0))


def _essay_metadata(essay: Essay) -> Document:
    facts: Document = {"text_storage_id": essay.text_storage_id, "is_anchor": essay.is_anchor}
    if not essay.is_anchor:
        return facts
    _, _, rest = essay.essay_id.partition("ANCHOR_")
    return facts | {
        "known_grade": essay.grade,
        "anchor_ref_id": rest.partition("_")[0],
        "anchor_label": essay.label,
    }


def _grade_projections(seen: Diagnosed) -> list[Document]:
    if seen.result is None or not _graded(seen.result.assessment_metadata):
        return []
    rows = [row for row in seen.result.essay_results if not row.is_anchor]
    return [
        {
            "els_essay_id": row.essay_id,
            "primary_grade": row.letter_grade,
            "confidence_score": row.confidence_score,
            "confidence_label": row.confidence_label,
            "normalized_score": row.normalized_score,
            "grade_scale": seen.found.batch.grade_scale,
        }
        for row in sorted(rows, key=lambda row: row.rank)
    ]


def _graded(facts: Mapping[str, Any]) -> bool:
    return bool(facts["grade_projection_summary"]["projections_available"])


def _wins_losses(seen: Diagnosed) -> Document:
    wins, losses = tallies(seen.found)
    ties = _ties(seen)
    return {
        essay.essay_id: {
            "wins": wins[essay.position],
            "losses": losses[essay.position],
            "total": wins[essay.position] + losses[essay.position] + ties.count(essay.essay_id),
        }
        for essay in seen.found.essays
    }


def _ties(seen: Diagnosed) -> Sequence[str]:
    return [name for item in seen.pairs if item.winner == "tie" for name in (item.essay_a_id, item.essay_b_id)]
