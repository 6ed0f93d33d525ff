"""Routes of anchors: expert-graded essays of an assignment registered, listed, and what they were before."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.params import Depends as Dependency

from app.cj import anchors, assignments
from app.cj.anchors import NewAnchor, Stored
from app.cj.parts import Parts
from app.contracts.cj_http import AnchorHistory, AnchorList, AnchorRegistered, AnchorRegistration
from app.errors import NotFound
from app.faults.inject import fault_point
from app.faults.points import Point

LARGEST_ID = 2**31 - 1


def routes(parts: Parts, guarded: list[Dependency]) -> APIRouter:
    """Return the routes; registration needs no credential only where the settings open it."""
    router = APIRouter(tags=["anchors"])
    needed = [] if parts.settings.open_anchor_registration else guarded

    @router.post(
        "/api/v1/anchors/register",
        status_code=201,
        dependencies=needed,
        summary="Keep an expert-graded essay of an assignment",
    )
    async def register(body: AnchorRegistration) -> AnchorRegistered:
        async with parts.database.transaction() as connection:
            assignment = await assignments.needed(connection, body.assignment_id)
            anchors.check_grade(assignment.grade_scale, body.grade)
            new = _new(body, assignment.grade_scale)
            known = await anchors.find_text(connection, new)
        stored = await _stored(parts, known, body.essay_text)
        await fault_point(Point.ANCHOR_AFTER_STORE)
        async with parts.database.transaction() as connection:
            registered = await anchors.register(connection, new, stored, parts.clock())
        await fault_point(Point.ANCHOR_AFTER_COMMIT)
        return registered

    @router.get(
        "/admin/v1/anchors/assignment/{assignment_id}",
        dependencies=guarded,
        summary="The anchors of an assignment",
    )
    async def listed(assignment_id: str) -> AnchorList:
        async with parts.database.transaction() as connection:
            return await anchors.listed(connection, assignment_id)

    @router.get(
        "/admin/v1/anchors/assignment/{assignment_id}/history",
        dependencies=guarded,
        summary="What was replaced or deleted, newest first",
    )
    async def history(
        assignment_id: str,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    ) -> AnchorHistory:
        async with parts.database.transaction() as connection:
            return await anchors.history(connection, assignment_id, limit=limit, before=before)

    return router


def _new(body: AnchorRegistration, grade_scale: str) -> NewAnchor:
    digest = hashlib.sha256(body.essay_text.encode()).hexdigest()
    return NewAnchor(body.assignment_id, body.anchor_label or body.grade, body.grade, grade_scale, digest)


async def _stored(parts: Parts, known: str | None, text: str) -> Stored:
    """Return where the text lies: where it lay if it is still there, so that nothing is stored twice."""
    if known is None:
        return Stored(await parts.content.keep(text))
    try:
        await parts.content.fetch(known)
    except NotFound:
        return Stored(await parts.content.keep(text), lost=known)
    return Stored(known)
