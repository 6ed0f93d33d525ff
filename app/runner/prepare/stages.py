"""From accepted to published: preflight, anchors, uploads, the request; then the run waits for callbacks.

Fed by the worker; feeds ``huleedu.els.cj_assessment.requested.v1`` through the outbox. Every step may run
twice: registering and uploading are recognised when they come again, publishing happens under the lock.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

import structlog
from pydantic import ValidationError
from sqlalchemy import insert

from app.contracts.cj_events import CJRequestEnvelope
from app.contracts.cj_http import AnchorRegistration, AssessmentInstructions
from app.contracts.topics import Topic
from app.db.unit import Database
from app.edge.content_http import ContentStore
from app.errors import AppError, Unavailable
from app.faults.inject import fault_point
from app.faults.points import Point
from app.messaging import outbox
from app.runner.assets import store as packages
from app.runner.assets.inventory import AssetFile, Inventory
from app.runner.assets.outline import outline
from app.runner.names import about
from app.runner.prepare.assignments_http import Assignments
from app.runner.prepare.compose import PRE_SPECIFIED, compose
from app.runner.prepare.upload import upload
from app.runner.runs import essays, revisions, store
from app.runner.runs.recollection import Failure
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import AMONG_ANCHORS, PUBLISHING_MODES, Mode, RunState
from app.runner.runs.store import Change, Run
from app.runner.tables import announcements, messages
from app.settings import RunnerSettings

log = structlog.get_logger(__name__)
LISTENED = [
    topic.value for topic in (Topic.COMPARISON_RESULT, Topic.CJ_COMPLETED, Topic.RESULT_PUBLISHED, Topic.CJ_FAILED)
]
NAMESPACE = UUID("c3d0f1a2-6a0c-4d8e-8b58-6f0f7f6a9a10")


class PreflightFailed(AppError):
    """cj cannot judge this run as it is asked for."""

    code = "preflight_failed"
    status = 422
    title = "cj cannot judge this run"
    way_out = "Correct what the detail names and start a new run."


@dataclass(frozen=True)
class Parts:
    """What preparing needs; chosen in ``app/roles/worker.py``."""

    database: Database
    assignments: Assignments
    content: ContentStore
    settings: RunnerSettings
    clock: Callable[[], datetime]


async def prepare(parts: Parts, run_id: str) -> None:
    """Take a run from accepted (or from a try that was interrupted) to published, or on to its end."""
    async with parts.database.transaction() as connection:
        run = await store.lock(connection, run_id)
        if run.status is RunState.ACCEPTED:
            stock = await outline(connection, run.package_id)
            await essays.keep(connection, run.id, essays.choose(stock, run.batch_uuid))
            run = await store.move(
                connection, run, RunState.PREPARING, Change(due_at=parts.clock()), now=parts.clock()
            )
    if run.status is not RunState.PREPARING:
        return
    await fault_point(Point.PREPARE_AFTER_ESSAYS)
    request = RunRequest.model_validate(run.spec)
    with about(run):
        if run.mode not in PUBLISHING_MODES:
            await _finish_without_publishing(parts, run_id, None)
            return
        try:
            await _publish(parts, run, request)
        except Unavailable as error:
            if (parts.clock() - run.created_at).total_seconds() < parts.settings.prepare_patience_s:
                raise
            why = f"gave up after trying for a while: {error.said}"
            raise PreflightFailed(why, quoted=error.quoted) from error


async def _publish(parts: Parts, run: Run, request: RunRequest) -> None:
    async with parts.database.transaction() as connection:
        stock = await packages.load(connection, run.package_id)
    if run.mode is Mode.EXECUTE:
        await _preflight(parts, request)
        await _register_anchors(parts, request, stock)
        await fault_point(Point.PREPARE_AFTER_ANCHORS)
    if request.boundary is not None:
        await check_offer(parts.assignments, request)
    prompt_id = await _upload(parts, run, stock, await _judged(parts, run, request))
    judged = await _judged(parts, run, request)
    event_id = event_id_of(run.id)
    envelope = compose(run, request, judged, prompt_storage_id=prompt_id, event_id=event_id, now=parts.clock())
    if request.publish:
        await _send(parts, run.id, envelope)
    else:
        await _finish_without_publishing(parts, run.id, envelope)


async def _judged(parts: Parts, run: Run, request: RunRequest) -> list[essays.RunEssay]:
    """Return the essays that are compared: students, or anchors, in a boundary test those of its pairs."""
    role: essays.Role = "student" if run.mode is Mode.EXECUTE else "anchor"
    async with parts.database.transaction() as connection:
        found = await essays.of_run(connection, run.id, role)
    if request.boundary is None:
        return found
    met = {name for pair in essays.tested_in(request, found) for name in (pair.better, pair.worse)}
    return [essay for essay in found if essay.essay_id in met]


async def check_offer(cj: Assignments, request: RunRequest) -> None:
    """Raise ``PreflightFailed`` where cj would not ask all pairs of a boundary test; asks cj what it offers."""
    offer, wanted = await cj.offer(), request.budget.max_comparisons or 0
    if offer is None or PRE_SPECIFIED not in offer.pairing:
        raise PreflightFailed(
            "this cj cannot be given a list of pairs, and would ask others instead: boundary-test needs "
            "the engine of this repository (CJ_SERVICE_URL)"
        )
    if offer.max_comparisons < wanted:
        raise PreflightFailed(
            f"cj asks at most {offer.max_comparisons} comparisons a batch, and this test may ask {wanted}: take "
            "fewer iterations or pairs, or raise CJ_ASSESSMENT_SERVICE_MAX_PAIRWISE_COMPARISONS"
        )


def event_id_of(run_id: str) -> UUID:
    """Return the id of the event that asks for a run, the same however often it is made."""
    return uuid5(NAMESPACE, run_id)


async def _preflight(parts: Parts, request: RunRequest) -> None:
    check_assignment(await parts.assignments.get(str(request.assignment_id)), request)


def check_assignment(known: AssessmentInstructions, request: RunRequest) -> None:
    """Raise ``PreflightFailed`` where cj would not judge this run with this assignment."""
    wanted = request.expected_grade_scale
    if known.grade_scale != request.grade_scale:
        said = f"expected_grade_scale is {wanted}" if wanted else f"the package is read as {request.grade_scale}"
        raise PreflightFailed(f"{said}, but the assignment's scale is {known.grade_scale}")
    if request.llm.rubric is not None and known.context_origin == "canonical_national":
        raise PreflightFailed("llm.rubric is not allowed: the assignment is a canonical national one")
    if known.student_prompt_storage_id is None:
        raise PreflightFailed("the assignment has no student prompt: set it with cj first")


async def _register_anchors(parts: Parts, request: RunRequest, stock: Inventory) -> None:
    limit = asyncio.Semaphore(parts.settings.upload_concurrency)

    async def register(anchor: AnchorRegistration) -> None:
        async with limit:
            await parts.assignments.register(anchor)

    anchors = [_registration(request, file) for file in stock.of_kind("anchor")]
    await asyncio.gather(*(register(anchor) for anchor in anchors))


def _registration(request: RunRequest, file: AssetFile) -> AnchorRegistration:
    """Return an anchor as cj takes it; raises ``PreflightFailed`` naming the file that cj would not take."""
    try:
        return AnchorRegistration(
            assignment_id=str(request.assignment_id),
            grade=file.grade or "",
            anchor_label=file.stem,
            essay_text=file.text or "",
        )
    except ValidationError as error:
        problem = error.errors(include_input=False)[0]
        place = ".".join(map(str, problem["loc"]))
        raise PreflightFailed(f"the anchor {file.path} cannot be registered: {place}: {problem['msg']}") from error


async def _upload(parts: Parts, run: Run, stock: Inventory, judged: Sequence[essays.RunEssay]) -> str | None:
    """Upload the essays to be judged, and for guests the task; return the task's storage id."""
    paths = {essay.source_path for essay in judged}
    texts = {file.text_sha256 or "": file.text or "" for file in stock.files if file.path in paths}
    task = next(iter(stock.of_kind("instructions")), None) if run.mode in AMONG_ANCHORS else None
    prompt = {} if task is None or not task.text else {task.text_sha256 or "": task.text}
    at_once, now = parts.settings.upload_concurrency, parts.clock()
    stored = await upload(parts.database, parts.content, texts | prompt, at_once=at_once, now=now)
    await fault_point(Point.PREPARE_AFTER_UPLOADS)
    async with parts.database.transaction() as connection:
        for digest in texts:
            await essays.set_storage(connection, run.id, digest, stored[digest])
    if not prompt or task is None:
        return None
    storage_id = stored[next(iter(prompt))]
    log.info("prompt_uploaded", storage_id=storage_id, path=task.path)
    return storage_id


async def _send(parts: Parts, run_id: str, envelope: CJRequestEnvelope) -> None:
    now = parts.clock()
    async with parts.database.transaction() as connection:
        run = await store.lock(connection, run_id)
        if run.status is not RunState.PREPARING:
            return
        key = str(run.batch_uuid)
        event = outbox.event(envelope, Topic.CJ_REQUESTED, aggregate_type="run", aggregate_id=key, now=now)
        await outbox.add(connection, messages, [event])
        await connection.execute(insert(announcements).values(_kept(run, envelope)))
        change = Change(due_at=run.deadline_at, data={"essays": len(envelope.data.essays_for_cj)})
        await store.move(connection, run, RunState.PUBLISHED, change, now=now)
        await fault_point(Point.PUBLISH_BEFORE_COMMIT)
    await fault_point(Point.PUBLISH_AFTER_COMMIT)
    asked = len(envelope.data.essays_for_cj)
    log.info("runner_request_published", topic=Topic.CJ_REQUESTED, essays=asked, await_completion=True)
    log.info("hydrator_initialized", output_dir=str(parts.settings.files_dir / run.id))
    log.info("collector_started", topics=LISTENED, completion_timeout=_patience(run))


def _patience(run: Run) -> float | None:
    """Return for how many seconds a run waits for its end, from when it was accepted."""
    return None if run.deadline_at is None else (run.deadline_at - run.created_at).total_seconds()


async def _finish_without_publishing(parts: Parts, run_id: str, envelope: CJRequestEnvelope | None) -> None:
    now = parts.clock()
    async with parts.database.transaction() as connection:
        run = await store.lock(connection, run_id)
        if run.status is not RunState.PREPARING:
            return
        if envelope is not None:
            await connection.execute(insert(announcements).values(_kept(run, envelope)))
        await store.move(connection, run, RunState.FINISHING, Change(due_at=now), now=now)
    log.info("runner_request_skipped", reason="mode" if envelope is None else "publish_false")


def _kept(run: Run, envelope: CJRequestEnvelope) -> dict[str, object]:
    raw = envelope.to_json()
    return {"run_id": run.id, "kind": "request", "digest": hashlib.sha256(raw).hexdigest(), "raw": raw}


async def broken(parts: Parts, run_id: str, error: Exception) -> None:
    """End a run whose step raised an error that will not pass, with the reason that a person needs.

    One that has ended keeps its end, and the artefact that it has.
    """
    reason = error.code if isinstance(error, AppError) else "internal_error"
    detail = error.detail if isinstance(error, AppError) else f"{type(error).__name__}; see the worker's log"
    async with parts.database.transaction() as connection:
        run = await store.lock(connection, run_id)
        if run.status in {RunState.ACCEPTED, RunState.PREPARING}:
            log.error("runner_publish_failed", error_type=type(error).__name__, code=reason)
        if run.is_final:
            failure = Failure(code=reason, detail=detail[:2000])
            await revisions.give_up(connection, run, failure, parts.clock())
        else:
            change = Change(reason=reason, detail=detail[:2000])
            to = RunState.CANCELLED if run.status is RunState.CANCELLING else RunState.FAILED
            await store.move(connection, run, to, change, now=parts.clock())


async def out_of_time(parts: Parts, run_id: str) -> None:
    """Send a run whose deadline has passed on to its end; an earlier due date only means to look again."""
    now = parts.clock()
    async with parts.database.transaction() as connection:
        run = await store.lock(connection, run_id)
        if run.status in {RunState.PUBLISHED, RunState.RUNNING} and run.deadline_at and run.deadline_at <= now:
            with about(run):
                log.warning(
                    "collector_timeout",
                    elapsed=(now - run.created_at).total_seconds(),
                    event_counts={"comparisons": run.comparisons_received},
                )
            change = Change(reason="deadline", detail="the completion did not come in time", due_at=now)
            await store.move(connection, run, RunState.FINISHING, change, now=now)
