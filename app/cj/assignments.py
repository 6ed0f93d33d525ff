"""Assignments and their anchors: what teachers register before students' essays are judged."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj.tables import anchors, assignments
from app.contracts.cj_http import (
    AnchorList,
    AnchorRegistered,
    AnchorSummary,
    AssessmentInstructions,
    InstructionsUpsert,
)
from app.contracts.grade_scales import SCALES
from app.errors import InvalidInput, NotFound


class BadAssignment(InvalidInput):
    """The platform's engine answers 400 to what cannot be used."""

    code = "cj_validation_error"
    status = 400


async def upsert(connection: AsyncConnection, wanted: InstructionsUpsert, now: datetime) -> AssessmentInstructions:
    """Create or change an assignment; omitted references keep their value, scale and origin never change."""
    if (wanted.assignment_id is None) == (wanted.course_id is None):
        raise BadAssignment.at("assignment_id", "give exactly one of assignment_id and course_id")
    if wanted.grade_scale not in SCALES:
        raise BadAssignment.at("grade_scale", f"unknown; known scales: {', '.join(sorted(SCALES))}")
    key = assignments.c.assignment_id if wanted.assignment_id is not None else assignments.c.course_id
    value = wanted.assignment_id if wanted.assignment_id is not None else wanted.course_id
    values = wanted.model_dump(exclude_none=True)
    await connection.execute(insert(assignments).values(created_at=now, **values).on_conflict_do_nothing())
    row = (await connection.execute(select(assignments).where(key == value).with_for_update())).one()
    for fixed in ("grade_scale", "context_origin"):
        if getattr(row, fixed) != getattr(wanted, fixed):
            raise BadAssignment.at(fixed, f"is {getattr(row, fixed)} and cannot be changed")
    changes = {name: values[name] for name in values if name not in {"assignment_id", "course_id"}}
    changed = update(assignments).where(assignments.c.id == row.id).values(**changes).returning(assignments)
    return _shown((await connection.execute(changed)).one())


async def get(connection: AsyncConnection, assignment_id: str) -> AssessmentInstructions:
    """Return an assignment; raises ``NotFound``."""
    wanted = select(assignments).where(assignments.c.assignment_id == assignment_id)
    row = (await connection.execute(wanted)).one_or_none()
    if row is None:
        raise NotFound(f"there is no assignment {assignment_id[:100]}")
    return _shown(row)


async def set_text(connection: AsyncConnection, assignment_id: str, column: str, storage_id: str) -> None:
    """Point an assignment to the stored text of its student prompt or judge rubric."""
    await get(connection, assignment_id)
    await connection.execute(
        update(assignments).where(assignments.c.assignment_id == assignment_id).values({column: storage_id})
    )


def check_grade(scale: str, grade: str) -> None:
    """Raise unless ``grade`` is one of the scale's."""
    known = SCALES[scale].grades
    if grade not in known:
        raise BadAssignment.at("grade", f"{grade} is not a grade of {scale}: {', '.join(known)}")


async def register(connection: AsyncConnection, anchor: AnchorSummary, now: datetime) -> AnchorRegistered:
    """Keep an anchor; the same label in the same scale is replaced."""
    values = anchor.model_dump(exclude={"id", "created_at"})
    statement = insert(anchors).values(created_at=now, **values)
    kept = statement.on_conflict_do_update(
        index_elements=[anchors.c.assignment_id, anchors.c.anchor_label, anchors.c.grade_scale],
        set_={"grade": anchor.grade, "text_storage_id": anchor.text_storage_id},
    ).returning(anchors.c.id)
    anchor_id = (await connection.execute(kept)).scalar_one()
    return AnchorRegistered(anchor_id=anchor_id, storage_id=anchor.text_storage_id, grade_scale=anchor.grade_scale)


async def list_anchors(connection: AsyncConnection, assignment_id: str) -> AnchorList:
    """Return the anchors of an assignment; raises ``NotFound`` for an unknown one."""
    assignment = await get(connection, assignment_id)
    rows = (
        await connection.execute(
            select(anchors).where(anchors.c.assignment_id == assignment_id).order_by(anchors.c.anchor_label)
        )
    ).all()
    shown = [
        AnchorSummary(
            id=row.id,
            assignment_id=row.assignment_id,
            anchor_label=row.anchor_label,
            grade=row.grade,
            grade_scale=row.grade_scale,
            text_storage_id=row.text_storage_id,
            created_at=row.created_at.isoformat(),
        )
        for row in rows
    ]
    by_scale: dict[str, int] = {}
    for anchor in shown:
        by_scale[anchor.grade_scale] = by_scale.get(anchor.grade_scale, 0) + 1
    return AnchorList(
        assignment_id=assignment_id,
        grade_scale=assignment.grade_scale,
        anchor_count=by_scale.get(assignment.grade_scale, 0),
        anchors=[anchor for anchor in shown if anchor.grade_scale == assignment.grade_scale],
        anchor_count_total=len(shown),
        anchor_count_by_scale=by_scale,
    )


def _shown(row: Row[Any]) -> AssessmentInstructions:
    return AssessmentInstructions(
        id=row.id,
        assignment_id=row.assignment_id,
        course_id=row.course_id,
        instructions_text=row.instructions_text,
        grade_scale=row.grade_scale,
        context_origin=row.context_origin,
        student_prompt_storage_id=row.student_prompt_storage_id,
        judge_rubric_storage_id=row.judge_rubric_storage_id,
        created_at=row.created_at.isoformat(),
    )
