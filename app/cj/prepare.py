"""A received batch becomes ready to judge: texts fetched, anchors added, the first wave planned.

Fed by ``intake``; feeds ``send``. What cannot be fetched is reported in the result, never silently dropped;
without the task or the rubric nothing is judged at all.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj import finish, metrics, store, waves, wishes
from app.cj.design import Policy
from app.cj.money import upper_estimate
from app.cj.parts import Parts
from app.cj.states import BatchState
from app.cj.store import Batch, Essay
from app.cj.tables import anchors, assignments, essays
from app.errors import AppError, FieldProblem, NotFound, Unavailable
from app.faults.inject import fault_point
from app.faults.points import Point
from app.settings import CJSettings

GUEST_PROMPT = "student_prompt_text"
COSTS_NOTHING = ("local", "replay")
PROMPT_FRAME = 3_000
"""Characters of a prompt beside the texts: markers, the form of the answer, a usual system prompt."""


class BatchRefused(AppError):
    """The request cannot be judged as it is."""

    code = "batch_refused"
    status = 422
    title = "The batch cannot be judged as it is"
    way_out = "Correct what the detail names and ask for a new batch."

    @classmethod
    def at(cls, field: str, message: str) -> "BatchRefused":
        """Return the refusal for one field."""
        return cls(f"{field}: {message}", problems=[FieldProblem(field, message)])


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
Context = Mapping[str, str | None]


@dataclass(frozen=True)
class _Fetched:
    """The texts of a batch: those that are there, and those that are not, with the reason."""

    essays: Sequence[Essay]
    texts: Sequence[str]
    missing: Sequence[Mapping[str, str]]

    @property
    def students(self) -> int:
        """Students whose text is there."""
        return sum(not essay.is_anchor for essay in self.essays)


async def prepare(parts: Parts, batch_id: int) -> None:
    """Fetch all texts and plan the first wave; ends the batch at once with fewer than two students.

    Raises ``BatchRefused`` for what can never be judged, ``Unavailable`` to be tried again while there is time.
    """
    async with parts.database.transaction() as connection:
        batch = await store.get(connection, batch_id)
        if batch.status is not BatchState.RECEIVED:
            return
        assignment = await _assignment(connection, batch)
    try:
        context = await _context(parts, batch, assignment)
        students = [_Source(ref.essay_id, ref.text_storage_id) for ref in batch.request.essays_for_cj]
        fetched = await _fetch_all(parts, [*students, *assignment.anchors])
    except Unavailable as error:
        if parts.too_old(batch):
            raise BatchRefused(f"the texts could not be fetched in time: {error.detail}") from error
        raise
    await fault_point(Point.BATCH_AFTER_TEXTS)
    _check_design(batch, fetched)
    plan = replace(batch.plan, first_estimate=_estimate(parts.settings, batch, context, fetched.texts))
    ready = replace(batch, plan=plan, grade_scale=assignment.grade_scale, essays_missing=fetched.missing)
    step = await waves.first_step(parts, ready, fetched.essays) if fetched.students > 1 else None
    async with parts.database.transaction() as connection:
        if await store.lock_in(connection, batch_id, BatchState.RECEIVED) is not None:
            changes = await _keep(connection, ready, fetched, context)
            if step is None:
                await finish.too_few(connection, ready, fetched.essays, parts.clock(), changes)
            else:
                await waves.plan_first(parts, connection, ready, step, changes)
            await fault_point(Point.BATCH_BEFORE_COMMIT)
    await fault_point(Point.BATCH_AFTER_COMMIT)


async def _keep(
    connection: AsyncConnection, batch: Batch, fetched: _Fetched, context: Context
) -> dict[str, object]:
    """Write the essays; return what else of a batch changes."""
    rows = [
        {"batch_id": batch.id, "content": text} | essay.__dict__
        for essay, text in zip(fetched.essays, fetched.texts, strict=True)
    ]
    if rows:
        await connection.execute(insert(essays), rows)
    return {
        "context": context,
        "grade_scale": batch.grade_scale,
        "essays_missing": fetched.missing,
        "plan": wishes.stored(batch.plan),
    }


async def _assignment(connection: AsyncConnection, batch: Batch) -> _Assignment:
    wanted = batch.request.assignment_id
    if wanted is None:
        return _GUEST
    row = (
        await connection.execute(select(assignments).where(assignments.c.assignment_id == wanted))
    ).one_or_none()
    if row is None:
        raise BatchRefused.at("data.assignment_id", f"unknown assignment {wanted}")
    known = await connection.execute(
        select(anchors)
        .where(anchors.c.assignment_id == wanted, anchors.c.grade_scale == row.grade_scale)
        .order_by(anchors.c.anchor_label)
    )
    taken = {ref.essay_id for ref in batch.request.essays_for_cj}
    sources = tuple(
        _Source(
            _anchor_id(batch, anchor.id, taken), anchor.text_storage_id, True, anchor.grade, anchor.anchor_label
        )
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


def _anchor_id(batch: Batch, anchor_id: int, taken: set[str]) -> str:
    """Return an id that no student has, the same whenever the batch is prepared."""
    for salt in range(len(taken) + 1):
        seed = f"{batch.bos_batch_id}/{anchor_id}" + (f"/{salt}" if salt else "")
        name = f"ANCHOR_{anchor_id}_{hashlib.sha256(seed.encode()).hexdigest()[:8]}"
        if name not in taken:
            return name
    raise BatchRefused.at("data.essays_for_cj", "the ids of the essays leave none for the anchors")


async def _context(parts: Parts, batch: Batch, assignment: _Assignment) -> Context:
    overrides = batch.request.llm_config_overrides
    rubric = None if overrides is None else overrides.judge_rubric_override
    if rubric is not None and assignment.origin == "canonical_national":
        field = "data.llm_config_overrides.judge_rubric_override"
        raise BatchRefused.at(field, "is not allowed for a canonical national assignment")
    prompt_id = _guest_prompt(batch) if assignment is _GUEST else assignment.prompt_id
    if rubric is None and assignment.rubric_id is not None:
        rubric = await _needed(parts, "judge rubric", "rubric_", assignment.rubric_id)
    task = None if prompt_id is None else await _needed(parts, "student prompt", "", prompt_id)
    return {"student_assignment": task, "criteria": assignment.criteria, "rubric": rubric}


def _guest_prompt(batch: Batch) -> str | None:
    """Return where a guest's task lies; a reference that names none, or no text, is a mistake."""
    if batch.request.student_prompt_ref is None:
        return None
    field = f"data.student_prompt_ref.references.{GUEST_PROMPT}"
    reference = batch.request.student_prompt_ref.references.get(GUEST_PROMPT)
    if reference is None:
        metrics.PROMPT_FAILURES.labels("missing_entry").inc()
        raise BatchRefused.at(field, "is missing; send student_prompt_ref = null for no task")
    if not reference.storage_id.strip():
        metrics.PROMPT_FAILURES.labels("missing_storage_id").inc()
        raise BatchRefused.at(field, "has an empty storage_id")
    return reference.storage_id


async def _needed(parts: Parts, what: str, prefix: str, storage_id: str) -> str:
    try:
        text = await parts.content.fetch(storage_id)
    except NotFound as error:
        reason = "empty_content" if "empty" in error.detail else "content_service_error"
        metrics.PROMPT_FAILURES.labels(prefix + reason).inc()
        raise BatchRefused(f"the {what} cannot be fetched: {error.detail}") from error
    except Unavailable:
        metrics.PROMPT_FAILURES.labels(f"{prefix}content_service_error").inc()
        raise
    metrics.PROMPT_SUCCESSES.inc()
    return text


async def _fetch_all(parts: Parts, sources: Sequence[_Source]) -> _Fetched:
    limit = asyncio.Semaphore(parts.settings.fetch_concurrency)

    async def fetch(source: _Source) -> str | NotFound:
        async with limit:
            try:
                return (await parts.content.fetch(source.storage_id)).replace("\x00", " ")
            except NotFound as error:
                return error

    answers = await asyncio.gather(*(fetch(source) for source in sources))
    found: list[Essay] = []
    texts: list[str] = []
    missing: list[dict[str, str]] = []
    for source, text in zip(sources, answers, strict=True):
        if isinstance(text, NotFound):
            missing.append({"essay_id": source.essay_id, "reason": text.detail})
            continue
        texts.append(text)
        place = len(found)
        found.append(
            Essay(place, source.essay_id, source.storage_id, source.is_anchor, source.grade, source.label)
        )
    return _Fetched(found, texts, missing)


def _check_design(batch: Batch, fetched: _Fetched) -> None:
    """Raise ``BatchRefused`` for a design that the essays do not allow."""
    design = batch.plan.design or {}
    known = {essay.essay_id for essay in fetched.essays} | {essay.label for essay in fetched.essays}
    known |= {item["essay_id"] for item in fetched.missing}
    named = [essay_id for item in design.get("specified", []) for essay_id in (item["a"], item["b"])]
    strangers = [essay_id for essay_id in dict.fromkeys(named) if essay_id not in known]
    if strangers:
        listed = ", ".join(essay_id[:64] for essay_id in strangers[:5])
        raise BatchRefused.at("metadata.design.specified", f"these are no essays of the batch: {listed}")
    if design.get("policy") == Policy.ANCHORS_ONLY and fetched.students == len(fetched.essays):
        raise BatchRefused.at("metadata.design.policy", "anchors_only needs anchors, and the assignment has none")


def _estimate(settings: CJSettings, batch: Batch, context: Context, texts: Sequence[str]) -> float:
    """Return what one comparison may cost at most, in USD, before any is known: from the two longest essays."""
    overrides = batch.request.llm_config_overrides
    provider = (None if overrides is None else overrides.provider_override) or settings.default_llm_provider
    if provider in COSTS_NOTHING:
        return 0.0
    longest = sum(sorted(map(len, texts))[-2:])
    shared = sum(len(text) for text in context.values() if text is not None)
    system = (None if overrides is None else overrides.system_prompt_override) or ""
    asked = None if overrides is None else overrides.max_tokens_override
    tokens = max(settings.first_cost_completion_tokens, asked or 0)
    prices = settings.first_cost_prompt_usd_per_1k_tokens, settings.first_cost_completion_usd_per_1k_tokens
    return upper_estimate(longest + shared + len(system) + PROMPT_FRAME, tokens, prices)
