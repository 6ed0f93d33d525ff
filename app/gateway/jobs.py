"""Batch jobs of providers: handed in, looked at, read as far as they are, ended; each step survives dying.

Fed by ``jobs_gather``; feeds the ledger. A job's row says where it stands: a process that dies leaves it to the
next one, which finds the job at the provider by its key instead of handing it in twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.leased import LeasedWork, Pace, Stage
from app.db.rows import shaped
from app.faults.inject import fault_point
from app.faults.points import Point
from app.gateway import ledger, metrics, observe, queue
from app.gateway.callbacks import Outcome, expired
from app.gateway.failures import back_off
from app.gateway.parts import Parts
from app.gateway.providers.base import (
    Answer,
    BatchJudge,
    FailureKind,
    JobProgress,
    JobState,
    JudgeFailed,
    Sought,
)
from app.gateway.question import described, question
from app.gateway.queue import FIELDS, Queued
from app.gateway.tables import jobs, requests

log = structlog.get_logger(__name__)
CHUNK = 200
JOBS_AT_ONCE = 4
MOST_LOOKS = 200
"""Failed steps of a job in a row: some hours, with the longest back-off."""
RECORDED_FOR = timedelta(days=3)
NOT_TAKEN = frozenset({400, 401, 402, 403, 404, 413, 422, 429})
"""Answers after which a job was certainly not started."""
FINAL = {
    JobState.COMPLETED: "completed",
    JobState.EXPIRED: "expired",
    JobState.CANCELLED: "cancelled",
    JobState.FAILED: "failed",
}


@dataclass(frozen=True)
class Jobs:
    """The steps of a job's life, for ``LeasedWork``."""

    parts: Parts

    def worker(self) -> LeasedWork:
        """Return the worker over jobs."""
        stages: dict[str, Stage] = {"planned": self.submit, "running": self.look}
        pace = Pace(concurrency=JOBS_AT_ONCE, lease_s=self.parts.settings.lease_s)
        return LeasedWork(
            self.parts.database, jobs, stages, self.broken, self.parts.clock, pace, told={"job_id": "id"}
        )

    async def submit(self, job_id: UUID) -> None:
        """Hand a planned job in, or find it where it was handed in before our note of it was lost."""
        job, items = await self._load(job_id)
        judge = self.parts.batch_judges.get(job.provider)
        if judge is None:
            await self._give_up(job, JudgeFailed("LLM_PROVIDER_UNAVAILABLE", "no batch jobs", kind=_BROKEN))
            return
        if not items:
            await self._end(job, "cancelled", "no comparison of it is wanted any more")
            return
        try:
            found = await judge.find(str(job_id), await self._sought(job)) if job.handed_in else None
            provider_job_id = found or await self._hand_in(job, judge, items)
        except JudgeFailed as failure:
            await self._failed_step(job, failure)
            return
        await fault_point(Point.JOB_AFTER_SUBMIT)
        now, count = self.parts.clock(), job.items if found else len(items)
        values = {"status": "running", "provider_job_id": provider_job_id, "submitted_at": now, "tries": 0}
        await self._change(job_id, "planned", values | {"due_at": now})
        await fault_point(Point.JOB_AFTER_STORE)
        self._count(job, "scheduled")
        metrics.JOB_ITEMS.labels(job.provider, self._label(job)).observe(count)
        log.info("batch_api_job_scheduled", job_id=str(job_id), provider_job_id=provider_job_id, items=count)

    async def _hand_in(self, job: Row[Any], judge: BatchJudge, items: Sequence[Queued]) -> str:
        """Start the job; that it may have been started is noted before, and taken back where it was refused."""
        await self._change(job.id, "planned", {"handed_in": True, "items": len(items)})
        await fault_point(Point.JOB_BEFORE_SUBMIT)
        try:
            questions = [(str(item.queue_id), question(item)) for item in items]
            return await judge.submit(questions, job_key=str(job.id))
        except JudgeFailed as failure:
            if failure.http_status in NOT_TAKEN:
                await self._change(job.id, "planned", {"handed_in": False})
            raise

    async def _sought(self, job: Row[Any]) -> Sought:
        """Return what tells a job that may have been started from all others, those of other processes too."""
        of_this = (jobs.c.provider == job.provider, jobs.c.created_at > job.created_at - RECORDED_FOR)
        recorded = select(jobs.c.provider_job_id).where(*of_this, jobs.c.provider_job_id.is_not(None))
        async with self.parts.database.transaction() as connection:
            ids = frozenset((await connection.execute(recorded)).scalars())
        return Sought(job.items, job.created_at, ids)

    async def look(self, job_id: UUID) -> None:
        """Look at a running job; read what it has, pass a cancellation on, end it when it is over."""
        job, _ = await self._load(job_id, with_items=False)
        judge = self.parts.batch_judges.get(job.provider)
        if judge is None or job.provider_job_id is None:
            await self._give_up(job, JudgeFailed("LLM_PROVIDER_UNAVAILABLE", "no batch jobs", kind=_BROKEN))
            return
        try:
            await self._pass_cancellation_on(job, judge)
            progress = await judge.look(job.provider_job_id)
            if progress.readable:
                await self._read(job, judge)
        except JudgeFailed as failure:
            await self._failed_step(job, failure)
            return
        if progress.state is JobState.RUNNING:
            later = self.parts.clock() + timedelta(seconds=self.parts.settings.batch_api_poll_s)
            await self._change(job_id, "running", {"due_at": later, "tries": 0})
            return
        await self._close(job, progress)

    async def broken(self, job_id: UUID, error: Exception) -> None:
        """Answer what is left of a job whose step crashed."""
        job, _ = await self._load(job_id, with_items=False)
        await self._give_up(job, JudgeFailed("LLM_INTERNAL_ERROR", type(error).__name__, kind=_REFUSED))

    async def _load(self, job_id: UUID, *, with_items: bool = True) -> tuple[Row[Any], list[Queued]]:
        async with self.parts.database.transaction() as connection:
            job = (await connection.execute(select(jobs).where(jobs.c.id == job_id))).one()
            return job, await _items(connection, job_id) if with_items else []

    async def _pass_cancellation_on(self, job: Row[Any], judge: BatchJudge) -> None:
        if job.cancel_wanted and not job.cancel_sent:
            await judge.cancel(job.provider_job_id)
            await self._change(job.id, "running", {"cancel_sent": True})
            log.info("batch_api_job_cancel_sent", job_id=str(job.id), provider_job_id=job.provider_job_id)

    async def _read(self, job: Row[Any], judge: BatchJudge) -> None:
        chunk: dict[str, Answer | JudgeFailed] = {}
        async for custom_id, result in judge.results(job.provider_job_id):
            chunk[custom_id] = result
            if len(chunk) >= CHUNK:
                await self._write(job, chunk)
                chunk = {}
        await self._write(job, chunk)

    async def _write(self, job: Row[Any], results: Mapping[str, Answer | JudgeFailed]) -> None:
        """Write results of comparisons that are still in the job; of those cancelled meanwhile, note the cost."""
        ids = [found for key in results if (found := _uuid(key)) is not None]
        if not ids:
            return
        await fault_point(Point.JOB_AFTER_READ)
        now, late = self.parts.clock(), list[Outcome]()
        async with self.parts.database.transaction() as connection:
            items = await _items(connection, job.id, ids)
            outcomes = [self._outcome(job, item, results[str(item.queue_id)], now) for item in items]
            settled = await ledger.write(self.parts, connection, outcomes, now)
            for item in await queue.left_job(connection, job.id, ids):
                late.append(self._outcome(job, item, results[str(item.queue_id)], now))
            await ledger.write(self.parts, connection, late, now)
        await fault_point(Point.JOB_AFTER_WRITE)
        for outcome in [*outcomes, *late]:
            observe.read(self.parts, outcome.item, outcome.result)
        observe.ended(self.parts, settled.ended, now)

    def _outcome(self, job: Row[Any], item: Queued, result: Answer | JudgeFailed, now: datetime) -> Outcome:
        asked_at = job.submitted_at or now
        elapsed_ms = int(max(0.0, (now - asked_at).total_seconds()) * 1000)
        told = described(self.parts.batch_judges.get(job.provider), item, result)
        return Outcome(item, told, elapsed_ms, asked_at=asked_at)

    async def _close(self, job: Row[Any], progress: JobProgress) -> None:
        """End a job that is over at the provider; what it did not answer is asked for one by one, or fails."""
        outcome = FINAL[progress.state]
        code = "LLM_PROVIDER_TIMEOUT" if progress.state is JobState.EXPIRED else "LLM_PROVIDER_API_ERROR"
        why = f"the batch job {outcome} without an answer to this comparison {progress.detail[:200]}".strip()
        await self._answer_rest(job, JudgeFailed(code, why, kind=FailureKind.RETRY_AFTER))
        await fault_point(Point.JOB_BEFORE_END)
        await self._end(job, outcome, progress.detail)

    async def _failed_step(self, job: Row[Any], failure: JudgeFailed) -> None:
        """Try a step again later, or give the job up."""
        rules = ledger.rules(self.parts)
        patient = job.tries < MOST_LOOKS
        if failure.retryable and patient:
            wait = back_off(job.tries + 1, rules, self.parts.draw(), failure.retry_after_s)
            later = self.parts.clock() + timedelta(seconds=wait)
            await self._change(job.id, job.status, {"due_at": later, "tries": job.tries + 1})
            log.warning("batch_api_job_step_failed", job_id=str(job.id), code=failure.code, again_in_s=wait)
            return
        await self._give_up(job, failure)

    async def _give_up(self, job: Row[Any], failure: JudgeFailed) -> None:
        await self._answer_rest(job, failure)
        await self._end(job, "failed", failure.message[:500])

    async def _answer_rest(self, job: Row[Any], failure: JudgeFailed) -> None:
        now = self.parts.clock()
        asked_at = job.submitted_at or now
        async with self.parts.database.transaction() as connection:
            items = await _items(connection, job.id)
            outcomes = [
                expired(item, now, "ttl") if now > item.expires_at else Outcome(item, failure, asked_at=asked_at)
                for item in items
            ]
            settled = await ledger.write(self.parts, connection, outcomes, now)
        observe.ended(self.parts, settled.ended, now)

    async def _end(self, job: Row[Any], outcome: str, detail: str) -> None:
        now = self.parts.clock()
        await self._change(
            job.id, job.status, {"status": "done", "outcome": outcome, "detail": detail[:500], "finished_at": now}
        )
        self._count(job, outcome)
        if job.submitted_at is not None:
            seconds = (now - job.submitted_at).total_seconds()
            metrics.JOB_SECONDS.labels(job.provider, self._label(job)).observe(seconds)
        log.info(_ENDED[outcome], job_id=str(job.id), items=job.items, detail=detail[:200])

    async def _change(self, job_id: UUID, status: str, values: Mapping[str, object]) -> None:
        async with self.parts.database.transaction() as connection:
            await connection.execute(
                update(jobs).where(jobs.c.id == job_id, jobs.c.status == status).values(**values)
            )

    def _count(self, job: Row[Any], status: str) -> None:
        metrics.JOBS.labels(job.provider, self._label(job), status).inc()

    def _label(self, job: Row[Any]) -> str:
        return self.parts.label(job.provider, job.model)


_ENDED = {
    "completed": "batch_api_job_completed",
    "expired": "batch_api_job_expired",
    "cancelled": "batch_api_job_cancelled",
    "failed": "batch_api_job_failed",
}
_BROKEN = FailureKind.BROKEN
_REFUSED = FailureKind.REFUSED


async def _items(connection: AsyncConnection, job_id: UUID, only: list[UUID] | None = None) -> list[Queued]:
    statement = select(*FIELDS).where(requests.c.job_id == job_id, queue.in_state("in_job"))
    if only is not None:
        statement = statement.where(requests.c.queue_id.in_(only))
    rows = await connection.execute(statement.order_by(requests.c.queue_id).with_for_update())
    return [shaped(Queued, row) for row in rows]


def _uuid(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None
