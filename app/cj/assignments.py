"""Assignments: criteria, scale, task and rubric, kept by admins before students' essays are judged.

Fed by the admin API; feeds ``prepare``, which copies what a batch needs, so that nothing here can change a
batch that has begun.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj.states import BatchState
from app.cj.tables import anchors, assignments, batches
from app.contracts.cj_http import CONTEXT_ORIGINS, AssessmentInstructions, InstructionsUpsert
from app.contracts.grade_scales import SCALES
from app.errors import Conflict, InvalidInput, NotFound

USUAL_SCALE = "swedish_8_anchor"
USUAL_ORIGIN = CONTEXT_ORIGINS[0]
FIXED = ("grade_scale", "context_origin")
Key = Literal["assignment_id", "course_id"]
Order = Literal["newest", "oldest"]


class BadAssignment(InvalidInput):
    """The platform's engine answers 400 to what cannot be used."""

    code = "cj_validation_error"
    status = 400


async def upsert(connection: AsyncConnection, wanted: InstructionsUpsert, now: datetime) -> AssessmentInstructions:
    """Create or change an assignment; what is left out keeps its value, scale and origin never change."""
    key, value = _key(wanted)
    _check_names(wanted)
    given = wanted.model_dump(exclude_none=True)
    mine = select(assignments).where(assignments.c[key] == value).with_for_update()
    row = (await connection.execute(mine)).one_or_none()
    if row is None:
        new = {"grade_scale": USUAL_SCALE, "context_origin": USUAL_ORIGIN, "created_at": now} | given
        await connection.execute(insert(assignments).values(**new).on_conflict_do_nothing())
        row = (await connection.execute(mine)).one_or_none()
    if row is None:
        raise Conflict(f"assignment {value[:100]} was deleted at the same moment; send it again")
    for fixed in FIXED:
        if getattr(row, fixed) != given.get(fixed, getattr(row, fixed)):
            raise BadAssignment.at(fixed, f"is {getattr(row, fixed)} and cannot be changed")
    changes = {name: text for name, text in given.items() if name not in {"assignment_id", "course_id"}}
    changed = update(assignments).where(assignments.c.id == row.id).values(**changes).returning(assignments)
    return _shown((await connection.execute(changed)).one())


def _key(wanted: InstructionsUpsert) -> tuple[Key, str]:
    if wanted.assignment_id is not None and wanted.course_id is None:
        return "assignment_id", wanted.assignment_id
    if wanted.course_id is not None and wanted.assignment_id is None:
        return "course_id", wanted.course_id
    raise BadAssignment.at("assignment_id", "give exactly one of assignment_id and course_id")


def _check_names(wanted: InstructionsUpsert) -> None:
    if wanted.grade_scale is not None:
        check_scale(wanted.grade_scale)
    if wanted.context_origin is not None and wanted.context_origin not in CONTEXT_ORIGINS:
        raise BadAssignment.at("context_origin", f"unknown; known origins: {', '.join(CONTEXT_ORIGINS)}")


def check_scale(scale: str) -> None:
    """Raise unless the scale is known."""
    if scale not in SCALES:
        raise BadAssignment.at("grade_scale", f"unknown; known scales: {', '.join(sorted(SCALES))}")


async def get(connection: AsyncConnection, assignment_id: str) -> AssessmentInstructions:
    """Return an assignment; raises ``NotFound``."""
    wanted = select(assignments).where(assignments.c.assignment_id == assignment_id)
    row = (await connection.execute(wanted)).one_or_none()
    if row is None:
        raise NotFound(f"there is no assignment {assignment_id[:100]}")
    return _shown(row)


async def needed(connection: AsyncConnection, assignment_id: str, *, held: bool = False) -> AssessmentInstructions:
    """Return the assignment that a request's body names, ``held`` against deletion; raises ``BadAssignment``."""
    wanted = select(assignments).where(assignments.c.assignment_id == assignment_id)
    row = (await connection.execute(wanted.with_for_update(read=True) if held else wanted)).one_or_none()
    if row is None:
        raise BadAssignment.at("assignment_id", f"there is no assignment {assignment_id}: create it first")
    return _shown(row)


@dataclass(frozen=True)
class Page:
    """Which page of the list: ``number`` from 1; going through all pages is stable under inserts by ``oldest``."""

    number: int
    size: int
    order: Order = "newest"


async def listed(
    connection: AsyncConnection, page: Page, grade_scale: str | None
) -> tuple[Sequence[AssessmentInstructions], int]:
    """Return one page with the number of each assignment's anchors, and how many assignments there are."""
    chosen: list[ColumnElement[bool]] = [] if grade_scale is None else [assignments.c.grade_scale == grade_scale]
    counted = (
        select(func.count())
        .where(
            anchors.c.assignment_id == assignments.c.assignment_id,
            anchors.c.grade_scale == assignments.c.grade_scale,
        )
        .scalar_subquery()
    )
    by = assignments.c.id.desc() if page.order == "newest" else assignments.c.id
    offset = (page.number - 1) * page.size
    wanted = select(assignments, counted).where(*chosen).order_by(by).limit(page.size).offset(offset)
    rows = (await connection.execute(wanted)).all()
    total = (await connection.execute(select(func.count()).select_from(assignments).where(*chosen))).scalar_one()
    return [_shown(row, anchor_count=row[-1]) for row in rows], int(total)


async def hold_for_deletion(connection: AsyncConnection, key: Key, value: str) -> int:
    """Hold an assignment for its deletion and return its row's id; raises ``NotFound``, or ``Conflict``.

    A batch copies everything it needs in its first step; the assignment must stay until that is done.
    """
    wanted = select(assignments.c.id).where(assignments.c[key] == value).with_for_update()
    row_id = (await connection.execute(wanted)).scalar_one_or_none()
    if row_id is None:
        raise NotFound(f"there is no assignment with {key} {value[:100]}")
    if key == "assignment_id":
        waiting = select(func.count()).where(
            batches.c.assignment_id == value, batches.c.status == BatchState.RECEIVED
        )
        if count := (await connection.execute(waiting)).scalar_one():
            raise Conflict(f"batches that have yet to copy this assignment: {count}; try again in a moment")
    return int(row_id)


async def remove(connection: AsyncConnection, row_id: int) -> None:
    """Delete a held assignment."""
    await connection.execute(delete(assignments).where(assignments.c.id == row_id))


async def set_text(connection: AsyncConnection, assignment_id: str, column: str, storage_id: str) -> None:
    """Point an assignment to the stored text of its student prompt or judge rubric."""
    changed = update(assignments).where(assignments.c.assignment_id == assignment_id).values({column: storage_id})
    if (await connection.execute(changed)).rowcount == 0:
        raise Conflict(f"assignment {assignment_id} was deleted at the same moment")


def _shown(row: Row[Any], anchor_count: int | None = None) -> AssessmentInstructions:
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
        anchor_count=anchor_count,
    )
