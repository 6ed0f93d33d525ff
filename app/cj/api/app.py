"""HTTP of the engine: assignments and anchors (for admins), and what a batch is doing."""

from typing import Annotated

from fastapi import Depends, FastAPI, Header
from fastapi.params import Depends as Dependency
from pydantic import BaseModel, Field

from app.cj import assignments, store
from app.cj.api import cancel
from app.cj.finish import SERVICE
from app.cj.parts import Parts
from app.contracts.cj_http import (
    AnchorList,
    AnchorRegistered,
    AnchorRegistration,
    AnchorSummary,
    AssessmentInstructions,
    InstructionsUpsert,
)
from app.edge import health, problems
from app.edge.tokens import require_admin
from app.settings import AuthSettings

PATH = "/admin/v1"


class StudentPrompt(BaseModel):
    """The task as students saw it."""

    assignment_id: str = Field(max_length=100)
    prompt_text: str = Field(min_length=10)


class JudgeRubric(BaseModel):
    """How judges should weigh what they read."""

    assignment_id: str = Field(max_length=100)
    rubric_text: str = Field(min_length=10)


def build(parts: Parts, auth: AuthSettings) -> FastAPI:
    """Return the application."""
    app = FastAPI(title="CJ engine", version="1", docs_url="/docs")
    problems.install(app, service=SERVICE, style="platform")
    app.include_router(health.routes(SERVICE, {"database": health.database_check(parts.database)}))

    def admin(authorization: Annotated[str | None, Header()] = None) -> str:
        return require_admin(auth, authorization)

    guarded: list[Dependency] = [Depends(admin)]
    _add_assignments(app, parts, guarded)
    _add_anchors(app, parts, guarded)
    app.include_router(cancel.routes(parts, guarded))

    @app.get("/api/v1/batches/{bos_batch_id}", dependencies=guarded, summary="What a batch is doing, and why")
    async def batch(bos_batch_id: str) -> dict[str, object]:
        async with parts.database.transaction() as connection:
            found = await store.find(connection, bos_batch_id)
        return {
            "id": found.id,
            "bos_batch_id": found.bos_batch_id,
            "status": found.status,
            "wave": found.wave,
            "budget": {"cap": found.plan.cap, "source": found.plan.source},
            "comparisons": {"asked": found.asked, "succeeded": found.succeeded, "failed": found.failed},
            "essays_missing": list(found.essays_missing),
            "decisions": list(found.decisions),
        }

    return app


def _add_assignments(app: FastAPI, parts: Parts, guarded: list[Dependency]) -> None:
    @app.post(f"{PATH}/assessment-instructions", dependencies=guarded, summary="Create or change an assignment")
    async def upsert(body: InstructionsUpsert) -> AssessmentInstructions:
        async with parts.database.transaction() as connection:
            return await assignments.upsert(connection, body, parts.clock())

    @app.get(
        f"{PATH}/assessment-instructions/assignment/{{assignment_id}}",
        dependencies=guarded,
        summary="One assignment",
    )
    async def show(assignment_id: str) -> AssessmentInstructions:
        async with parts.database.transaction() as connection:
            return await assignments.get(connection, assignment_id)

    async def set_text(assignment_id: str, column: str, text: str) -> dict[str, str]:
        async with parts.database.transaction() as connection:
            await assignments.get(connection, assignment_id)
        storage_id = await parts.content.keep(text)
        async with parts.database.transaction() as connection:
            await assignments.set_text(connection, assignment_id, column, storage_id)
        return {"assignment_id": assignment_id, column: storage_id}

    @app.post(f"{PATH}/student-prompts", dependencies=guarded, summary="Set the task of an assignment")
    async def student_prompt(body: StudentPrompt) -> dict[str, str]:
        return await set_text(body.assignment_id, "student_prompt_storage_id", body.prompt_text)

    @app.post(f"{PATH}/judge-rubrics", dependencies=guarded, summary="Set the rubric of an assignment")
    async def judge_rubric(body: JudgeRubric) -> dict[str, str]:
        return await set_text(body.assignment_id, "judge_rubric_storage_id", body.rubric_text)


def _add_anchors(app: FastAPI, parts: Parts, guarded: list[Dependency]) -> None:
    @app.post(
        "/api/v1/anchors/register",
        status_code=201,
        dependencies=guarded,
        summary="Keep an expert-graded essay of an assignment",
    )
    async def register(body: AnchorRegistration) -> AnchorRegistered:
        async with parts.database.transaction() as connection:
            assignment = await assignments.get(connection, body.assignment_id)
        assignments.check_grade(assignment.grade_scale, body.grade)
        storage_id = await parts.content.keep(body.essay_text)
        anchor = AnchorSummary(
            id=0,
            assignment_id=body.assignment_id,
            anchor_label=body.anchor_label or body.grade,
            grade=body.grade,
            grade_scale=assignment.grade_scale,
            text_storage_id=storage_id,
        )
        async with parts.database.transaction() as connection:
            return await assignments.register(connection, anchor, parts.clock())

    @app.get(
        f"{PATH}/anchors/assignment/{{assignment_id}}",
        dependencies=guarded,
        summary="The anchors of an assignment",
    )
    async def anchors(assignment_id: str) -> AnchorList:
        async with parts.database.transaction() as connection:
            return await assignments.list_anchors(connection, assignment_id)
