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
from app.runner.runs.essays import RunEssay, names_of, tested_in
from app.runner.runs.spec import Judge, RunRequest
from app.runner.runs.store import Run

SOURCE_SERVICE = "cj_runner"
PRE_SPECIFIED = "pre_specified"
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
        metadata=metadata(run, request, essays),
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


def metadata(run: Run, request: RunRequest, essays: Sequence[RunEssay]) -> dict[str, object]:
    """Return the envelope's metadata: the platform's keys, and the wishes that only our own engine knows.

    What is not asked for is not sent, so that the engine's own setting counts; another engine passes over
    ``seed``, ``stop_rule``, ``stop``, ``design`` and ``max_cost_usd``.
    """
    design, budget = request.design, request.budget
    stop = design.stop.model_dump(exclude={"rule"}, exclude_none=True)
    pairs = _pairs(request, essays)
    wishes = {
        "max_comparisons": budget.max_comparisons,
        "max_cost_usd": budget.max_cost_usd,
        "llm_batching_mode_hint": design.batching_mode,
        "stop": stop or None,
        "design": {name: value for name, value in pairs.items() if value} or None,
    }
    always: dict[str, object] = {
        "runner_mode": run.mode.value,
        "batch_label": run.batch_label,
        "run_id": run.id,
        "seed": design.seed,
        "stop_rule": "cap" if request.boundary is not None else design.stop.rule,
    }
    return always | {name: value for name, value in wishes.items() if value is not None}


def _pairs(request: RunRequest, essays: Sequence[RunEssay]) -> dict[str, object]:
    """Return how pairs are chosen; a boundary test lists its own, each in both positions."""
    design, wanted = request.design, request.boundary
    if wanted is not None:
        shown = [
            (one, other)
            for pair in tested_in(request, essays)
            for one, other in ((pair.better, pair.worse), (pair.worse, pair.better))
        ]
        listed = [{"a": one, "b": other, "times": wanted.iterations} for one, other in shown]
        return {"policy": PRE_SPECIFIED, "specified": listed}
    ids = names_of(essays)
    return {
        "policy": design.pairing,
        "both_orders": design.both_orders,
        "early_repeats": design.early_repeats,
        "specified": [{"a": ids[pair.a], "b": ids[pair.b], "times": pair.times} for pair in design.pairs],
    }


def _prompt(storage_id: str | None) -> PromptRef | None:
    if storage_id is None:
        return None
    return PromptRef(references={"student_prompt_text": StorageRef(storage_id=storage_id)})
