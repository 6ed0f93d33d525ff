"""Routes of assignments: criteria, task and rubric in, listed, shown, deleted."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.params import Depends as Dependency

from app.cj import anchors, assignments, metrics
from app.cj.assignments import Key, Order, Page
from app.cj.parts import Parts
from app.contracts.cj_http import (
    AssessmentInstructions,
    Deleted,
    InstructionsPage,
    InstructionsUpsert,
    JudgeRubric,
    JudgeRubricUpload,
    StudentPrompt,
    StudentPromptUpload,
)
from app.errors import NotFound

INSTRUCTIONS = "/admin/v1/assessment-instructions"
PROMPT, RUBRIC = "student_prompt_storage_id", "judge_rubric_storage_id"


def routes(parts: Parts, guarded: list[Dependency]) -> APIRouter:
    """Return the routes, all of them behind ``guarded``."""
    router = APIRouter(tags=["assignments"], dependencies=[*guarded, Depends(_counted)])
    _add_instructions(router, parts)
    _add_deletions(router, parts)
    _add_texts(router, parts)
    return router


async def _counted(request: Request) -> AsyncIterator[None]:
    """Count what an admin does, by the name of the route, and whether it was done."""
    operation = request.scope["endpoint"].__name__
    try:
        yield
    except Exception:
        metrics.ADMIN_OPERATIONS.labels(operation, "failure").inc()
        raise
    metrics.ADMIN_OPERATIONS.labels(operation, "success").inc()


def _add_instructions(router: APIRouter, parts: Parts) -> None:
    @router.post(INSTRUCTIONS, summary="Create or change an assignment")
    async def upsert(body: InstructionsUpsert) -> AssessmentInstructions:
        async with parts.database.transaction() as connection:
            return await assignments.upsert(connection, body, parts.clock())

    @router.get(INSTRUCTIONS, summary="Assignments, page by page")
    async def listed(
        page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
        page_size: Annotated[int, Query(ge=1, le=200)] = 50,
        grade_scale: Annotated[str | None, Query(max_length=50)] = None,
        order: Order = "newest",
    ) -> InstructionsPage:
        if grade_scale is not None:
            assignments.check_scale(grade_scale)
        async with parts.database.transaction() as connection:
            items, total = await assignments.listed(connection, Page(page, page_size, order), grade_scale)
        return InstructionsPage(items=list(items), total=total, page=page, page_size=page_size)

    @router.get(f"{INSTRUCTIONS}/assignment/{{assignment_id}}", summary="One assignment")
    async def show(assignment_id: str) -> AssessmentInstructions:
        async with parts.database.transaction() as connection:
            return await assignments.get(connection, assignment_id)


def _add_deletions(router: APIRouter, parts: Parts) -> None:
    async def delete(key: Key, value: str) -> Deleted:
        retired = 0
        async with parts.database.transaction() as connection:
            row_id = await assignments.hold_for_deletion(connection, key, value)
            if key == "assignment_id":
                retired = await anchors.retire_all(connection, value, parts.clock())
            await assignments.remove(connection, row_id)
        return Deleted(anchors_retired=retired, **{key: value})

    @router.delete(f"{INSTRUCTIONS}/assignment/{{assignment_id}}", summary="Delete an assignment and its anchors")
    async def delete_assignment(assignment_id: str) -> Deleted:
        return await delete("assignment_id", assignment_id)

    @router.delete(f"{INSTRUCTIONS}/course/{{course_id}}", summary="Delete the instructions of a course")
    async def delete_course(course_id: str) -> Deleted:
        return await delete("course_id", course_id)


def _add_texts(router: APIRouter, parts: Parts) -> None:
    async def keep(assignment_id: str, column: str, text: str) -> str:
        async with parts.database.transaction() as connection:
            await assignments.needed(connection, assignment_id)
        storage_id = await parts.content.keep(text)
        async with parts.database.transaction() as connection:
            await assignments.set_text(connection, assignment_id, column, storage_id)
        return storage_id

    async def fetch(assignment_id: str, column: str, what: str) -> tuple[str, str]:
        async with parts.database.transaction() as connection:
            assignment = await assignments.get(connection, assignment_id)
        storage_id = getattr(assignment, column)
        if storage_id is None:
            raise NotFound(f"assignment {assignment_id[:100]} has no {what}")
        return storage_id, await parts.content.fetch(storage_id)

    @router.post("/admin/v1/student-prompts", summary="Set the task of an assignment")
    async def set_prompt(body: StudentPromptUpload) -> StudentPrompt:
        storage_id = await keep(body.assignment_id, PROMPT, body.prompt_text)
        return StudentPrompt(
            assignment_id=body.assignment_id, student_prompt_storage_id=storage_id, prompt_text=body.prompt_text
        )

    @router.get("/admin/v1/student-prompts/assignment/{assignment_id}", summary="The task of an assignment")
    async def prompt(assignment_id: str) -> StudentPrompt:
        storage_id, text = await fetch(assignment_id, PROMPT, "student prompt")
        return StudentPrompt(assignment_id=assignment_id, student_prompt_storage_id=storage_id, prompt_text=text)

    @router.post("/admin/v1/judge-rubrics", summary="Set the rubric of an assignment")
    async def set_rubric(body: JudgeRubricUpload) -> JudgeRubric:
        storage_id = await keep(body.assignment_id, RUBRIC, body.rubric_text)
        return JudgeRubric(
            assignment_id=body.assignment_id, judge_rubric_storage_id=storage_id, rubric_text=body.rubric_text
        )

    @router.get("/admin/v1/judge-rubrics/assignment/{assignment_id}", summary="The rubric of an assignment")
    async def rubric(assignment_id: str) -> JudgeRubric:
        storage_id, text = await fetch(assignment_id, RUBRIC, "judge rubric")
        return JudgeRubric(assignment_id=assignment_id, judge_rubric_storage_id=storage_id, rubric_text=text)
