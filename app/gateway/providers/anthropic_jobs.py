"""Anthropic's message batches: many questions in one call, answered within a day.

Fed by the gateway's batch mode. The provider keeps no note of ours with a job: each custom id begins with a
mark of the job's key instead, which shows in the results once the job has ended. After a crash between the job's
start and our note of it, ``find`` so says yes or no for ended jobs, and "not yet" while one runs that may be it.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import cast

import anthropic
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from anthropic.types.messages import MessageBatch
from anthropic.types.messages.batch_create_params import Request
from pydantic import BaseModel

from app.gateway.manifest import Manifest
from app.gateway.providers import failures
from app.gateway.providers.anthropic import read
from app.gateway.providers.anthropic_payload import PROVIDER, request
from app.gateway.providers.asking import Sent, settle
from app.gateway.providers.base import (
    Answer,
    FailureKind,
    JobProgress,
    JobState,
    JudgeFailed,
    Question,
    Sought,
)
from app.gateway.providers.bodies import lines_in
from app.gateway.providers.result_lines import row_of
from app.settings import ProviderSettings

MOST_ITEMS = 100_000
MARK_LENGTH = 16
LOOK_AGAIN_S = 60.0
_CUSTOM_ID = re.compile(r"[A-Za-z0-9_-]{1,47}")
SOUGHT_FOR = timedelta(days=3)
"""Older jobs are not looked through: the comparisons of such a job have outlived their time to live."""
CLOCKS_DIFFER_BY = timedelta(minutes=5)
_STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "timeout_error": 504,
    "overloaded_error": 529,
}


def mark_of(job_key: str) -> str:
    """Return the mark of a job's key: 16 hex digits."""
    return hashlib.sha256(job_key.encode()).hexdigest()[:MARK_LENGTH]


class AnthropicJobs:
    """Starts, finds, follows, reads and cancels jobs."""

    def __init__(
        self,
        asked: anthropic.AsyncAnthropic,
        settings: ProviderSettings,
        manifest: Manifest,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = asked
        self._settings = settings
        self._manifest = manifest
        self._clock = clock
        self._started: dict[str, str] = {}
        self._known: set[str] = set()
        self._marks: dict[str, str] = {}

    def describe(self, question: Question) -> Sent:
        """Return what would be sent for ``question``; raises ``JudgeFailed``."""
        return request(question, self._settings, self._manifest)[1]

    async def submit(self, questions: Sequence[tuple[str, Question]], *, job_key: str) -> str:
        """Start the job; see ``BatchJudge``. Custom ids are at most 47 letters, digits, ``_`` and ``-``."""
        if not 1 <= len(questions) <= MOST_ITEMS:
            raise _unfit(f"a batch job takes 1 to {MOST_ITEMS} questions, these are {len(questions)}")
        mark = mark_of(job_key)
        requests = [self._item(mark, custom_id, question) for custom_id, question in questions]
        with failures.translating(PROVIDER, self._clock):
            job = await self._client.messages.batches.create(requests=requests)
        self._started[job_key] = job.id
        self._known.add(job.id)
        return job.id

    def _item(self, mark: str, custom_id: str, question: Question) -> Request:
        if not _CUSTOM_ID.fullmatch(custom_id):
            raise _unfit("a custom id of a batch job is 1 to 47 letters, digits, _ and -")
        payload, _ = request(question, self._settings, self._manifest)
        return {"custom_id": f"{mark}-{custom_id}", "params": cast("MessageCreateParamsNonStreaming", payload)}

    async def find(self, job_key: str, sought: Sought | None = None) -> str | None:
        """Return the id of the job with our mark among those of the last three days, or None.

        To be called only where an earlier ``submit`` with this key may have happened. Raises ``JudgeFailed``
        (``RETRY_AFTER``) while a job is running that may be the one: neither on record nor seen by this process,
        begun late enough and with as many questions. A stranger's that looks the same ends within a day.
        """
        if job_key in self._started:
            return self._started[job_key]
        mark = mark_of(job_key)
        running = 0
        with failures.translating(PROVIDER, self._clock):
            async for job in self._strangers(sought):
                if job.processing_status != "ended":
                    running += 1
                elif await self._mark(job) == mark:
                    return job.id
        if running:
            raise JudgeFailed(
                "LLM_PROVIDER_UNAVAILABLE",
                "a batch job that is not on record is running at anthropic; whose it is shows when it ends",
                kind=FailureKind.RETRY_AFTER,
                retry_after_s=LOOK_AGAIN_S,
            )
        return None

    async def _strangers(self, sought: Sought | None) -> AsyncIterator[MessageBatch]:
        """Yield the jobs of the last three days that may be the one that is sought."""
        oldest = self._clock() - SOUGHT_FOR
        if sought is not None:
            oldest = max(oldest, sought.since - CLOCKS_DIFFER_BY)
        async for job in self._client.messages.batches.list(limit=100):
            if job.created_at < oldest:
                break
            on_record = job.id in self._known or (sought is not None and job.id in sought.recorded)
            if not on_record and (sought is None or _size(job) == sought.items):
                yield job

    async def _mark(self, job: MessageBatch) -> str:
        """Return the mark in the first result of an ended job, empty where it has none; read once a process."""
        if job.id not in self._marks and job.results_url is not None and job.archived_at is None:
            async with self._client.messages.batches.with_streaming_response.results(job.id) as response:
                async for line in lines_in(response.iter_bytes()):
                    if (row := row_of(_Row, line, provider=PROVIDER, job_id=job.id)) is not None:
                        self._marks[job.id] = row.custom_id.partition("-")[0]
                        break
        return self._marks.get(job.id, "")

    async def look(self, job_id: str) -> JobProgress:
        """Return where the job stands."""
        with failures.translating(PROVIDER, self._clock):
            job = await self._client.messages.batches.retrieve(job_id)
        self._known.add(job_id)
        counts = job.request_counts
        detail = f"{counts.succeeded} succeeded, {counts.errored} errored, {counts.expired} expired"
        return JobProgress(_state(job), job.results_url is not None, detail, job.expires_at)

    async def results(self, job_id: str) -> AsyncIterator[tuple[str, Answer | JudgeFailed]]:
        """Yield each item as its line comes."""
        with failures.translating(PROVIDER, self._clock):
            async with self._client.messages.batches.with_streaming_response.results(job_id) as response:
                async for line in lines_in(response.iter_bytes()):
                    if (row := row_of(_Row, line, provider=PROVIDER, job_id=job_id)) is not None:
                        yield row.custom_id[MARK_LENGTH + 1 :], self._outcome(row.result)

    def _outcome(self, result: "_Result") -> Answer | JudgeFailed:
        at = self._clock()
        if result.type == "expired":
            return failures.expired(PROVIDER)
        if result.type == "canceled":
            return failures.cancelled(PROVIDER)
        if result.message is None:
            refusal = failures.refusal_of(500, result.error)
            refusal = failures.refusal_of(_STATUS.get(refusal.kind, 500), result.error)
            return failures.refused(PROVIDER, refusal, at)
        try:
            with failures.translating(PROVIDER, self._clock):
                said = read(result.message)
            model = self._manifest.find(PROVIDER, said.model)
            return settle(Sent(PROVIDER, model, ""), said, None, at=at, batch=True)
        except JudgeFailed as failure:
            return failure

    async def cancel(self, job_id: str) -> None:
        """Ask the provider to stop the job; a job that has ended stays as it is."""
        with failures.translating(PROVIDER, self._clock):
            try:
                await self._client.messages.batches.cancel(job_id)
            except (anthropic.ConflictError, anthropic.BadRequestError):
                job = await self._client.messages.batches.retrieve(job_id)
                if job.processing_status != "ended":
                    raise

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()


class _Result(BaseModel):
    type: str
    message: dict[str, object] | None = None
    error: dict[str, object] | None = None


class _Row(BaseModel):
    """One line of the results."""

    custom_id: str
    result: _Result


def _size(job: MessageBatch) -> int:
    """Return how many questions a job has; until it ends all of them count as being processed."""
    counts = job.request_counts
    return counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired


def _state(job: MessageBatch) -> JobState:
    if job.processing_status != "ended":
        return JobState.RUNNING
    if job.cancel_initiated_at is not None and job.request_counts.canceled:
        return JobState.CANCELLED
    return JobState.EXPIRED if job.request_counts.expired else JobState.COMPLETED


def _unfit(message: str) -> JudgeFailed:
    return JudgeFailed("LLM_INVALID_CONFIG", message, kind=FailureKind.REFUSED)
