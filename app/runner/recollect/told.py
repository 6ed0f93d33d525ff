"""What cj told when it was asked, as the messages that would have said it. PURE.

Fed by ``batches_http``; feeds the same intake as Kafka. Each envelope says in its metadata where it was collected.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from app.contracts.cj_batches import BatchView, GradeProjection, Pair, ProjectionList, Score, ScoreList
from app.contracts.cj_events import (
    AssessmentResult,
    AssessmentResultEnvelope,
    CJCompleted,
    CJCompletedEnvelope,
    CJFailed,
    CJFailedEnvelope,
    EssayResult,
    ProcessingSummary,
    SystemMetadata,
)
from app.contracts.llm_events import ComparisonResult, ComparisonResultEnvelope, ErrorDetail, TokenUsage, Winner
from app.runner.runs.recollection import told_id

SOURCE = "cj_runner.recollect"
NAMESPACE = UUID("1f5f5b0e-6a2b-4a5e-9a8e-0b7f6f1c2d3e")
WINNERS: Mapping[str, Winner] = {"essay_a": "Essay A", "essay_b": "Essay B"}
UNGRADED = "U"
OF_PLAN = {
    "seed": "seed",
    "stop_rule": "rule",
    "llm_batching_mode": "batching_mode",
    "max_cost_usd": "max_cost_usd",
}


@dataclass(frozen=True)
class Source:
    """Whose batch was asked about, by which correlation id, and when."""

    batch_uuid: str
    correlation_id: UUID
    at: datetime

    def around(self, what: str, name: str) -> dict[str, Any]:
        """Return the fields of an envelope, but its data, for what the route ``what`` told."""
        place = f"GET /api/v1/batches/{self.batch_uuid}{what}"
        return {
            "event_id": uuid5(NAMESPACE, f"{self.batch_uuid}{what}/{name}"),
            "event_type": name,
            "event_timestamp": self.at,
            "source_service": SOURCE,
            "correlation_id": self.correlation_id,
            "metadata": {"collected_from": place},
        }


@dataclass
class Tally:
    """Answered comparisons of a batch, all and by the judge of a verdict; grows page by page."""

    callbacks: int = 0
    judges: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, pair: Pair) -> None:
        """Count one answered comparison."""
        self.callbacks += 1
        if pair.state == "succeeded":
            self.judges[pair.provider or "unknown", pair.model or "unknown"] += 1

    @property
    def judge(self) -> tuple[str, str]:
        """Provider and model of most verdicts; of equally many, the first by name."""
        unknown = ("unknown", "unknown")
        return min(self.judges, key=lambda judge: (-self.judges[judge], judge), default=unknown)


def has_callback(pair: Pair) -> bool:
    """Return whether cj counts an answer of the judge; one that the gateway refused to take has no provider."""
    answered = pair.state in {"succeeded", "failed"} and pair.answered_at is not None
    return answered and pair.provider is not None and (pair.state == "failed" or pair.winner in WINNERS)


def verdict(source: Source, pair: Pair) -> ComparisonResultEnvelope:
    """Return the callback of one answered comparison; not every cj keeps tokens, hash, settings and its id."""
    correlation_id, answered_at = UUID(pair.correlation_id), pair.answered_at or source.at
    winner = None if pair.state == "failed" else WINNERS.get(pair.winner or "")
    data = ComparisonResult(
        request_id=pair.request_id or told_id(correlation_id),
        correlation_id=correlation_id,
        winner=winner,
        justification=pair.justification,
        confidence=pair.confidence,
        error_detail=None if winner else _error(pair, correlation_id, answered_at),
        provider=pair.provider or "unknown",
        model=pair.model or "unknown",
        token_usage=_tokens(pair),
        cost_estimate=max(0.0, pair.cost_usd or 0.0),
        requested_at=pair.sent_at or answered_at,
        completed_at=answered_at,
        request_metadata=_metadata(source, pair),
    )
    around = source.around("/pairs", f"comparison.{pair.number}")
    return ComparisonResultEnvelope(**(around | {"correlation_id": correlation_id}), data=data)


def _metadata(source: Source, pair: Pair) -> dict[str, object]:
    known = {"prompt_sha256": pair.prompt_sha256, "effective_settings": pair.effective_settings}
    return {
        "essay_a_id": pair.essay_a_id,
        "essay_b_id": pair.essay_b_id,
        "bos_batch_id": source.batch_uuid,
        "comparison_number": pair.number,
        "comparison_iteration": pair.wave,
    } | {name: value for name, value in known.items() if value is not None}


def _tokens(pair: Pair) -> TokenUsage:
    asked, said = max(0, pair.prompt_tokens or 0), max(0, pair.completion_tokens or 0)
    return TokenUsage(prompt_tokens=asked, completion_tokens=said, total_tokens=asked + said)


def _error(pair: Pair, correlation_id: UUID, at: datetime) -> ErrorDetail:
    return ErrorDetail(
        error_code=pair.error_code or "UNKNOWN",
        message=pair.error_message or "cj keeps no message of this failure",
        correlation_id=correlation_id,
        timestamp=at,
        service="cj",
        operation="judge",
    )


def completion(source: Source, view: BatchView, scored: ScoreList | None) -> CJCompletedEnvelope:
    """Return the thin announcement of a batch that completed."""
    students = [row for row in scored.scores if not row.is_anchor] if scored is not None else []
    good = [row.essay_id for row in students if row.comparisons > 0]
    bad = [row.essay_id for row in students if row.comparisons == 0]
    bad += [str(item["essay_id"]) for item in view.essays_missing if "essay_id" in item]
    took = ((view.finished_at or source.at) - view.created_at).total_seconds()
    summary = ProcessingSummary(
        total_essays=view.essays.requested,
        successful=len(good),
        failed=max(0, view.essays.requested - len(good)),
        successful_essay_ids=good,
        failed_essay_ids=bad,
        processing_time_seconds=round(max(0.0, took), 2),
        single_essay_batch=view.stop_reason == "insufficient_essays",
    )
    data = CJCompleted(
        **_base(source, view),
        status="completed_successfully" if good else "failed_critically",
        system_metadata=_system(source, view, "completed", {}),
        processing_summary=summary,
    )
    return CJCompletedEnvelope(**source.around("", data.event_name), data=data)


def failure(source: Source, view: BatchView) -> CJFailedEnvelope:
    """Return the announcement of a batch that failed or was cancelled."""
    why = view.last_error
    info: dict[str, object] = {
        "reason": view.status if why is None else why.reason,
        "details": "" if why is None else why.detail or "",
    }
    cancelled = view.status == "cancelled"
    data = CJFailed(
        **_base(source, view),
        status="cancelled" if cancelled else "failed_critically",
        system_metadata=_system(source, view, "cancelled" if cancelled else "failed", info),
    )
    return CJFailedEnvelope(**source.around("", data.event_name), data=data)


def result(
    source: Source, view: BatchView, scored: ScoreList, graded: ProjectionList | None, tally: Tally
) -> AssessmentResultEnvelope:
    """Return the rich result of a batch that completed; ``tally`` counts all of its answered comparisons."""
    grades = {} if graded is None else {row.essay_id: row for row in graded.projections}
    provider, model = tally.judge
    data = AssessmentResult(
        **_base(source, view),
        batch_id=source.batch_uuid,
        assignment_id=view.assignment_id,
        model_used=model,
        model_provider=provider,
        essay_results=[_row(row, grades.get(row.essay_id)) for row in scored.scores],
        assessment_metadata=_facts(view, scored, graded) | {"callbacks_expected": tally.callbacks},
        assessed_at=view.finished_at or source.at,
    )
    return AssessmentResultEnvelope(**source.around("/scores", data.event_name), data=data)


def _row(row: Score, grade: GradeProjection | None) -> EssayResult:
    return EssayResult(
        essay_id=row.essay_id,
        normalized_score=0.0 if grade is None else grade.normalized_score,
        letter_grade=UNGRADED if grade is None else grade.grade,
        confidence_score=0.0 if grade is None else grade.confidence,
        confidence_label=_label(grade),
        bt_score=row.theta,
        rank=row.rank,
        is_anchor=row.is_anchor,
        display_name=f"ANCHOR GRADE {row.known_grade}" if row.is_anchor else None,
    )


def _label(grade: GradeProjection | None) -> Any:
    return "LOW" if grade is None else grade.label


def _facts(view: BatchView, scored: ScoreList, graded: ProjectionList | None) -> dict[str, object]:
    counts, plan = view.comparisons, view.plan
    available = graded is not None and graded.available
    design = plan.get("design")
    known = {name: plan[key] for name, key in OF_PLAN.items() if key in plan}
    return known | {
        "anchors": _anchors(scored.scores),
        "comparison_count": scored.comparisons_used,
        "comparisons_asked": counts.asked,
        "comparisons_succeeded": counts.succeeded,
        "comparisons_failed": counts.failed,
        "bt_standard_errors": {row.essay_id: row.se for row in scored.scores},
        "comparison_counts": {row.essay_id: row.comparisons for row in scored.scores},
        "bt_se_summary": dict(scored.bt_se_summary),
        "bt_quality_flags": dict(scored.bt_quality_flags),
        "swap_consistency": view.processing_metadata.get("swap_consistency"),
        "essays_missing": [dict(item) for item in view.essays_missing],
        "grade_scale": view.grade_scale,
        "grade_projection_summary": {
            "projections_available": available,
            "grade_probabilities": _shares(graded.projections) if graded is not None and available else {},
        },
        "calibration_info": {} if graded is None else dict(graded.calibration) | {"refused": graded.refused},
        "cost_usd": view.budget.cost_usd,
        "stop_reason": view.stop_reason,
        "waves": view.wave,
        "decisions": [dict(item) for item in view.decisions],
        "design_policy": design.get("policy") if isinstance(design, Mapping) else None,
        "both_orders": design.get("both_orders", False) if isinstance(design, Mapping) else False,
    }


def _anchors(rows: Sequence[Score]) -> list[dict[str, object]]:
    return [{"id": row.essay_id, "label": row.label, "grade": row.known_grade} for row in rows if row.is_anchor]


def _shares(rows: Iterable[GradeProjection]) -> dict[str, dict[str, float]]:
    return {row.essay_id: dict(row.probabilities) for row in rows}


def _base(source: Source, view: BatchView) -> dict[str, Any]:
    return {
        "entity_id": source.batch_uuid,
        "timestamp": view.finished_at or source.at,
        "cj_assessment_job_id": str(view.id),
    }


def _system(source: Source, view: BatchView, stage: str, info: dict[str, object]) -> SystemMetadata:
    return SystemMetadata(
        entity_id=source.batch_uuid,
        entity_type="batch",
        timestamp=view.finished_at or source.at,
        processing_stage=stage,
        started_at=view.created_at,
        completed_at=view.finished_at,
        error_info=info,
    )
