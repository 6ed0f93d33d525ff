"""Events around one comparative-judgement batch: the request, and the three answers."""

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from app.contracts.envelope import Envelope, Wire

CourseCode = Literal["ENG5", "ENG6", "ENG7", "SV1", "SV2", "SV3"]
COURSE_CODES = ("ENG5", "ENG6", "ENG7", "SV1", "SV2", "SV3")
ConfidenceLabel = Literal["HIGH", "MID", "LOW"]


class SystemMetadata(Wire):
    """Processing facts that every base event carries."""

    entity_id: str | None = None
    entity_type: str | None = None
    parent_id: str | None = None
    timestamp: datetime
    processing_stage: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    event: str | None = None
    error_info: dict[str, object] = Field(default_factory=dict)


class BaseEvent(Wire):
    """Fields that all batch events share; ``entity_id`` is the batch uuid."""

    event_name: str
    entity_id: str | None = None
    entity_type: str | None = "batch"
    parent_id: str | None = None
    timestamp: datetime


class EssayRef(Wire):
    """An essay by reference: its text lies in the content store."""

    essay_id: str = Field(min_length=1, max_length=255)
    text_storage_id: str = Field(min_length=1, max_length=256)
    spellcheck_metrics: dict[str, object] | None = None


class StorageRef(Wire):
    """Where a text lies."""

    storage_id: str
    path: str = ""


class PromptRef(Wire):
    """References to stored texts by role; the one in use is ``student_prompt_text``."""

    references: dict[str, StorageRef]


class LLMConfigOverrides(Wire):
    """What the requester wants of the judge; null means the engine's default."""

    model_override: str | None = None
    temperature_override: float | None = Field(default=None, ge=0, le=2)
    max_tokens_override: int | None = Field(default=None, gt=0)
    provider_override: str | None = None
    system_prompt_override: str | None = None
    judge_rubric_override: str | None = None
    reasoning_effort: str | None = None
    output_verbosity: str | None = None


class CJRequest(BaseEvent):
    """``ELS_CJAssessmentRequestV1``; ``assignment_id = None`` means guest: no stored anchors, no grades."""

    event_name: str = "els.cj_assessment.requested"
    system_metadata: SystemMetadata
    essays_for_cj: list[EssayRef]
    language: str = Field(max_length=10)
    course_code: CourseCode
    student_prompt_ref: PromptRef | None = None
    llm_config_overrides: LLMConfigOverrides | None = None
    assignment_id: str | None = Field(default=None, max_length=100)
    user_id: str
    org_id: str | None = None


class RawCJRequest(Wire):
    """The request as it came, before it is checked: so that a broken one can be answered with a failure event."""

    model_config = ConfigDict(frozen=True, extra="allow")

    entity_id: object = None


class ProcessingSummary(Wire):
    """Students only."""

    total_essays: int = Field(ge=0)
    successful: int = Field(ge=0)
    failed: int = Field(ge=0)
    successful_essay_ids: list[str] = Field(default_factory=list)
    failed_essay_ids: list[str] = Field(default_factory=list)
    processing_time_seconds: float = 0.0
    single_essay_batch: bool = False


class CJCompleted(BaseEvent):
    """``CJAssessmentCompletedV1``: the thin announcement that a batch is done, well or badly."""

    event_name: str = "cj_assessment.completed"
    status: str
    system_metadata: SystemMetadata
    cj_assessment_job_id: str
    processing_summary: ProcessingSummary | None = None


class CJFailed(BaseEvent):
    """``CJAssessmentFailedV1``: no result will come; ``system_metadata.error_info`` says why."""

    event_name: str = "cj_assessment.failed"
    status: str = "failed_critically"
    system_metadata: SystemMetadata
    cj_assessment_job_id: str


class EssayResult(Wire):
    """One essay (student or anchor) in rank order; ``bt_score`` in logits."""

    essay_id: str
    normalized_score: float = Field(ge=0, le=1)
    letter_grade: str = Field(max_length=8)
    confidence_score: float = Field(ge=0, le=1)
    confidence_label: ConfidenceLabel
    bt_score: float
    rank: int = Field(ge=1)
    is_anchor: bool = False
    feedback_uri: str | None = None
    metrics_uri: str | None = None
    display_name: str | None = None


class AssessmentResult(BaseEvent):
    """``AssessmentResultV1``: the rich result.

    ``assessment_metadata`` holds the wire's own keys and, from our engine, ``bt_standard_errors``
    and ``comparison_counts`` (by essay id), ``grade_projection_summary.grade_probabilities``
    (by essay id, then grade), ``comparisons_succeeded``, ``comparisons_failed``, ``callbacks_expected``,
    ``essays_missing``.
    """

    event_name: str = "assessment.result.published"
    batch_id: str
    cj_assessment_job_id: str
    assignment_id: str | None = None
    assessment_method: str = "cj_assessment"
    model_used: str
    model_provider: str
    model_version: str | None = None
    essay_results: list[EssayResult]
    assessment_metadata: dict[str, object] = Field(default_factory=dict)
    assessed_at: datetime


class ResourceConsumption(BaseEvent):
    """``ResourceConsumptionV1``: how many comparisons were made for whom."""

    event_name: str = "resource.consumption.reported"
    user_id: str
    org_id: str | None = None
    resource_type: str = "cj_comparison"
    quantity: int = Field(ge=0)
    service_name: str = "cj_assessment_service"
    processing_id: str
    consumed_at: datetime


class RawCJRequestEnvelope(Envelope[RawCJRequest]):
    """The envelope of a request as it came; its metadata is checked by whoever reads the wishes in it."""

    metadata: Any = None


CJRequestEnvelope = Envelope[CJRequest]
CJCompletedEnvelope = Envelope[CJCompleted]
CJFailedEnvelope = Envelope[CJFailed]
AssessmentResultEnvelope = Envelope[AssessmentResult]
