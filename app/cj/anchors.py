"""Anchors of an assignment: registered by admins, replaced with their history kept.

Fed by the admin API; feeds ``prepare``. A replaced text stays in the content store, since batches that ran
with it name it; the history says which text was an anchor until when.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj import assignments
from app.cj.assignments import BadAssignment
from app.cj.tables import anchor_history, anchors
from app.contracts.cj_http import AnchorHistory, AnchorList, AnchorRegistered, AnchorSummary, FormerAnchor
from app.contracts.grade_scales import SCALES
from app.errors import NotFound

KEPT = ("assignment_id", "anchor_label", "grade", "grade_scale", "text_storage_id")


@dataclass(frozen=True)
class NewAnchor:
    """An anchor as it was sent; ``text_sha256`` is the hash of its text."""

    assignment_id: str
    anchor_label: str
    grade: str
    grade_scale: str
    text_sha256: str


@dataclass(frozen=True)
class Stored:
    """Where its text lies; ``lost`` is a former place that no longer has it."""

    storage_id: str
    lost: str | None = None


def check_grade(scale: str, grade: str) -> None:
    """Raise unless ``grade`` is one of the scale's."""
    known = SCALES[scale].grades
    if grade not in known:
        raise BadAssignment.at("grade", f"{grade} is not a grade of {scale}: {', '.join(known)}")


async def find_text(connection: AsyncConnection, new: NewAnchor) -> str | None:
    """Return the storage id of an anchor that has this very text already."""
    wanted = select(anchors.c.text_storage_id).where(*_same(new), anchors.c.text_sha256 == new.text_sha256)
    return (await connection.execute(wanted)).scalar_one_or_none()


async def register(connection: AsyncConnection, new: NewAnchor, text: Stored, now: datetime) -> AnchorRegistered:
    """Keep an anchor; the same one again changes nothing, another text or grade replaces it."""
    await assignments.needed(connection, new.assignment_id, held=True)
    mine = select(anchors).where(*_same(new)).with_for_update()
    held = (await connection.execute(mine)).one_or_none()
    if held is None:
        values = new.__dict__ | {"text_storage_id": text.storage_id, "created_at": now}
        fresh = insert(anchors).values(**values).on_conflict_do_nothing().returning(anchors.c.id)
        anchor_id = (await connection.execute(fresh)).scalar_one_or_none()
        if anchor_id is not None:
            return _registered(anchor_id, text.storage_id, new)
        held = (await connection.execute(mine)).one()
    return await _again(connection, held, new, text, now)


def _same(new: NewAnchor) -> tuple[Any, ...]:
    return (
        anchors.c.assignment_id == new.assignment_id,
        anchors.c.anchor_label == new.anchor_label,
        anchors.c.grade_scale == new.grade_scale,
    )


async def _again(
    connection: AsyncConnection, held: Row[Any], new: NewAnchor, text: Stored, now: datetime
) -> AnchorRegistered:
    former = {name: getattr(held, name) for name in KEPT} | {"anchor_id": held.id, "superseded_at": now}
    same_text = held.text_storage_id == text.storage_id
    if not same_text and held.text_sha256 == new.text_sha256 and held.text_storage_id != text.lost:
        twin = former | {"text_storage_id": text.storage_id, "reason": "twin"}
        await connection.execute(insert(anchor_history).values(**twin))
        text, same_text = Stored(held.text_storage_id), True
    if not same_text or held.grade != new.grade:
        await connection.execute(insert(anchor_history).values(**former, reason="replaced"))
    changes = {"grade": new.grade, "text_storage_id": text.storage_id, "text_sha256": new.text_sha256}
    await connection.execute(update(anchors).where(anchors.c.id == held.id).values(**changes))
    return _registered(held.id, text.storage_id, new)


def _registered(anchor_id: int, storage_id: str, new: NewAnchor) -> AnchorRegistered:
    return AnchorRegistered(anchor_id=anchor_id, storage_id=storage_id, grade_scale=new.grade_scale)


async def retire_all(connection: AsyncConnection, assignment_id: str, now: datetime) -> int:
    """Move all anchors of an assignment into the history; return how many there were."""
    columns = [anchors.c[name] for name in KEPT]
    gone = select(anchors.c.id, *columns, literal("deleted"), literal(now)).where(
        anchors.c.assignment_id == assignment_id
    )
    names = ["anchor_id", *KEPT, "reason", "superseded_at"]
    await connection.execute(insert(anchor_history).from_select(names, gone))
    return (await connection.execute(delete(anchors).where(anchors.c.assignment_id == assignment_id))).rowcount


async def listed(connection: AsyncConnection, assignment_id: str) -> AnchorList:
    """Return the anchors of an assignment; raises ``NotFound`` for an unknown one."""
    assignment = await assignments.get(connection, assignment_id)
    rows = await connection.execute(
        select(anchors).where(anchors.c.assignment_id == assignment_id).order_by(anchors.c.anchor_label)
    )
    shown = [_shown(row) for row in rows]
    by_scale = Counter(anchor.grade_scale for anchor in shown)
    return AnchorList(
        assignment_id=assignment_id,
        grade_scale=assignment.grade_scale,
        anchor_count=by_scale[assignment.grade_scale],
        anchors=[anchor for anchor in shown if anchor.grade_scale == assignment.grade_scale],
        anchor_count_total=len(shown),
        anchor_count_by_scale=dict(by_scale),
    )


def _shown(row: Row[Any]) -> AnchorSummary:
    kept = {name: getattr(row, name) for name in KEPT}
    return AnchorSummary(id=row.id, created_at=row.created_at.isoformat(), **kept)


async def history(
    connection: AsyncConnection, assignment_id: str, *, limit: int, before: int | None
) -> AnchorHistory:
    """Return former anchors, newest first, also of a deleted assignment; raises ``NotFound`` if it never was."""
    wanted = select(anchor_history).where(anchor_history.c.assignment_id == assignment_id)
    if before is not None:
        wanted = wanted.where(anchor_history.c.id < before)
    rows = (await connection.execute(wanted.order_by(anchor_history.c.id.desc()).limit(limit))).all()
    if not rows and before is None:
        try:
            await assignments.get(connection, assignment_id)
        except NotFound:
            raise NotFound(
                f"there is no assignment {assignment_id[:100]}, and never was one with anchors"
            ) from None
    items = [
        FormerAnchor(
            id=row.id,
            anchor_id=row.anchor_id,
            anchor_label=row.anchor_label,
            grade=row.grade,
            grade_scale=row.grade_scale,
            text_storage_id=row.text_storage_id,
            reason=row.reason,
            superseded_at=row.superseded_at.isoformat(),
        )
        for row in rows
    ]
    following = items[-1].id if len(items) == limit else None
    return AnchorHistory(assignment_id=assignment_id, items=items, next=following)
