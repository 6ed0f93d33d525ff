"""A received batch becomes ready to judge: texts fetched, anchors added, the first wave planned.

Fed by ``intake``; feeds ``send``. What cannot be fetched is reported in the result, never silently dropped.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj import finish, store, waves
from app.cj.parts import Parts
from app.cj.states import BatchState
from app.cj.store import Batch, Essay
from app.cj.tables import anchors, assignments, essays
from app.errors import AppError, NotFound

GUEST_PROMPT = "student_prompt_text"


class BatchRefused(AppError):
    """The request cannot be judged as it is."""

    code = "batch_refused"
    status = 422


@dataclass(frozen=True)
class _Source:
    """An essay before its text is there."""

    essay_id: str
    storage_id: str
    is_anchor: bool = False
    grade: str | None = None
    label: str | None = None


@dataclass(frozen=True)
class _Assignment:
    """What the assignment row gives to a batch."""

    criteria: str | None
    grade_scale: str | None
    prompt_id: str | None
    rubric_id: str | None
    origin: str | None
    anchors: tuple[_Source, ...]


_GUEST = _Assignment(None, None, None, None, None, ())


async def prepare(parts: Parts, batch_id: int) -> None:
    """Fetch all texts and plan the first wave; ends the batch at once with fewer than two students."""
    async with parts.database.transaction() as connection:
        batch = await store.get(connection, batch_id)
        if batch.status is not BatchState.RECEIVED:
            return
        assignment = await _assignment(connection, batch)
    context = await _context(parts, batch, assignment)
    students = [_Source(ref.essay_id, ref.text_storage_id) for ref in batch.request.essays_for_cj]
    found, missing = await _fetch_all(parts, [*students, *assignment.anchors])
    async with parts.database.transaction() as connection:
        held = await store.lock_in(connection, batch_id, BatchState.RECEIVED)
        if held is None:
            return
        if found:
            await connection.execute(insert(essays), [{"batch_id": batch_id} | essay.__dict__ for essay in found])
        changes = {"context": context, "grade_scale": assignment.grade_scale, "essays_missing": missing}
        if sum(not essay.is_anchor for essay in found) < 2:
            await finish.too_few(parts, connection, held, changes)
        else:
            await waves.plan_first(parts, connection, held, len(found), changes)


async def _assignment(connection: AsyncConnection, batch: Batch) -> _Assignment:
    wanted = batch.request.assignment_id
    if wanted is None:
        return _GUEST
    row = (
        await connection.execute(select(assignments).where(assignments.c.assignment_id == wanted))
    ).one_or_none()
    if row is None:
        raise BatchRefused(f"unknown assignment {wanted}")
    known = await connection.execute(
        select(anchors)
        .where(anchors.c.assignment_id == wanted, anchors.c.grade_scale == row.grade_scale)
        .order_by(anchors.c.anchor_label)
    )
    sources = tuple(
        _Source(_anchor_id(batch, anchor.id), anchor.text_storage_id, True, anchor.grade, anchor.anchor_label)
        for anchor in known
    )
    return _Assignment(
        row.instructions_text,
        row.grade_scale,
        row.student_prompt_storage_id,
        row.judge_rubric_storage_id,
        row.context_origin,
        sources,
    )


def _anchor_id(batch: Batch, anchor_id: int) -> str:
    digest = hashlib.sha256(f"{batch.bos_batch_id}/{anchor_id}".encode()).hexdigest()[:8]
    return f"ANCHOR_{anchor_id}_{digest}"


async def _context(parts: Parts, batch: Batch, assignment: _Assignment) -> dict[str, str | None]:
    overrides = batch.request.llm_config_overrides
    rubric = None if overrides is None else overrides.judge_rubric_override
    if rubric is not None and assignment.origin == "canonical_national":
        raise BatchRefused("a rubric override is not allowed for a canonical national assignment")
    prompt_id = assignment.prompt_id
    if assignment is _GUEST and batch.request.student_prompt_ref is not None:
        reference = batch.request.student_prompt_ref.references.get(GUEST_PROMPT)
        prompt_id = None if reference is None else reference.storage_id
    if rubric is None and assignment.rubric_id is not None:
        rubric = await _needed(parts, "judge rubric", assignment.rubric_id)
    task = None if prompt_id is None else await _needed(parts, "student prompt", prompt_id)
    return {"student_assignment": task, "criteria": assignment.criteria, "rubric": rubric}


async def _needed(parts: Parts, what: str, storage_id: str) -> str:
    try:
        return await parts.content.fetch(storage_id)
    except NotFound as error:
        raise BatchRefused(f"the {what} cannot be fetched: {error.detail}") from error


async def _fetch_all(parts: Parts, sources: Sequence[_Source]) -> tuple[list[Essay], list[dict[str, str]]]:
    limit = asyncio.Semaphore(parts.settings.fetch_concurrency)

    async def fetch(source: _Source) -> str | NotFound:
        async with limit:
            try:
                return await parts.content.fetch(source.storage_id)
            except NotFound as error:
                return error

    texts = await asyncio.gather(*(fetch(source) for source in sources))
    found: list[Essay] = []
    missing: list[dict[str, str]] = []
    for source, text in zip(sources, texts, strict=True):
        if isinstance(text, NotFound):
            missing.append({"essay_id": source.essay_id, "reason": text.detail})
            continue
        found.append(
            Essay(
                len(found), source.essay_id, source.storage_id, text, source.is_anchor, source.grade, source.label
            )
        )
    return found, missing
