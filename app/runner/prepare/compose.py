"""The request to cj, field by field. PURE."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.contracts.cj_events import (
    CJRequest,
    CJRequestEnvelope,
    EssayRef,
    LLMConfigOverrides,
    PromptRef,
    StorageRef,
    SystemMetadata,
)
from app.contracts.topics import Topic
from app.runner.runs.essays import RunEssay
from app.runner.runs.spec import Judge, RunRequest
from app.runner.runs.store import Run

SOURCE_SERVICE = "cj_runner"
EVENT_NAME = "els.cj_assessment.requested"


def compose(
    run: Run,
    request: RunRequest,
    essays: Sequence[RunEssay],
    *,
    prompt_storage_id: str | None,
    event_id: UUID,
    now: datetime,
) -> CJRequestEnvelope:
    """Return the envelope: guest semantics without an assignment, then with the task by reference."""
    batch_uuid = str(run.batch_uuid)
    assignment_id = None if request.assignment_id is None else str(request.assignment_id)
    data = CJRequest(
        entity_id=batch_uuid,
        parent_id=assignment_id,
        timestamp=now,
        system_metadata=SystemMetadata(
            entity_id=batch_uuid,
            entity_type="batch",
            parent_id=assignment_id,
            timestamp=now,
            processing_stage="pending",
            event=EVENT_NAME,
        ),
        essays_for_cj=[
            EssayRef(essay_id=essay.essay_id, text_storage_id=essay.storage_id or "") for essay in essays
        ],
        language=request.language,
        course_code=request.course_code,
        student_prompt_ref=_prompt(prompt_storage_id),
        llm_config_overrides=overrides(request.llm),
        assignment_id=assignment_id,
        user_id=request.user_id,
        org_id=request.org_id,
    )
    return CJRequestEnvelope(
        event_id=event_id,
        event_type=Topic.CJ_REQUESTED,
        event_timestamp=now,
        source_service=SOURCE_SERVICE,
        correlation_id=run.correlation_id,
        data=data,
        metadata=metadata(run, request),
    )


def overrides(llm: Judge) -> LLMConfigOverrides | None:
    """Return what the request wants of the judge, or None where it wants nothing."""
    wanted = LLMConfigOverrides(
        model_override=llm.model,
        temperature_override=llm.temperature,
        max_tokens_override=llm.max_tokens,
        provider_override=llm.provider,
        system_prompt_override=None if llm.system_prompt is None else llm.system_prompt.text,
        judge_rubric_override=None if llm.rubric is None else llm.rubric.text,
        reasoning_effort=llm.reasoning_effort,
        output_verbosity=llm.output_verbosity,
    )
    return wanted if any(value is not None for value in wanted.model_dump().values()) else None


def metadata(run: Run, request: RunRequest) -> dict[str, object]:
    """Return the envelope's metadata: the platform's keys, and the seed and stop rule of our own engine."""
    found: dict[str, object] = {
        "runner_mode": run.mode.value,
        "batch_label": run.batch_label,
        "run_id": run.id,
        "seed": request.design.seed,
        "stop_rule": request.design.stop_rule,
    }
    if request.budget.max_comparisons is not None:
        found["max_comparisons"] = request.budget.max_comparisons
    if request.design.batching_mode is not None:
        found["llm_batching_mode_hint"] = request.design.batching_mode
    return found


def _prompt(storage_id: str | None) -> PromptRef | None:
    if storage_id is None:
        return None
    return PromptRef(references={"student_prompt_text": StorageRef(storage_id=storage_id)})
