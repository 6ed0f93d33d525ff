"""OpenAI's batch jobs: a file of questions goes up, a job runs within a day, two files of results come down.

Fed by the gateway's batch mode. A job carries our key in its metadata, so that it is found again after a crash
between its start and our note of it; a crash before that leaves a file that the provider deletes by itself.
"""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import openai
from openai.types import Batch
from pydantic import BaseModel, Field

from app.gateway.manifest import Manifest
from app.gateway.providers import failures
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
from app.gateway.providers.openai import PROVIDER, read, request
from app.gateway.providers.result_lines import row_of
from app.settings import ProviderSettings

ENDPOINT: Literal["/v1/responses"] = "/v1/responses"
JOB_KEY = "job_key"
MOST_ITEMS = 50_000
MOST_BYTES = 200 * 1024 * 1024
KEPT_S = 7 * 86_400
_LOOKED_THROUGH = 1_000
_STATES = {
    "completed": JobState.COMPLETED,
    "expired": JobState.EXPIRED,
    "cancelled": JobState.CANCELLED,
    "failed": JobState.FAILED,
}


class OpenAIJobs:
    """Starts, finds, follows, reads and cancels jobs."""

    def __init__(
        self,
        asked: openai.AsyncOpenAI,
        settings: ProviderSettings,
        manifest: Manifest,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = asked
        self._settings = settings
        self._manifest = manifest
        self._clock = clock

    def describe(self, question: Question) -> Sent:
        """Return what would be sent for ``question``; raises ``JudgeFailed``."""
        return request(question, self._settings, self._manifest)[1]

    async def submit(self, questions: Sequence[tuple[str, Question]], *, job_key: str) -> str:
        """Upload the questions and start the job; see ``BatchJudge``. All must ask the same model."""
        lines = self._lines(questions)
        with failures.translating(PROVIDER, self._clock):
            file = await self._client.files.create(
                file=("questions.jsonl", lines),
                purpose="batch",
                expires_after={"anchor": "created_at", "seconds": KEPT_S},
            )
            job = await self._client.batches.create(
                input_file_id=file.id,
                endpoint=ENDPOINT,
                completion_window="24h",
                metadata={JOB_KEY: job_key},
                output_expires_after={"anchor": "created_at", "seconds": KEPT_S},
            )
        return job.id

    def _lines(self, questions: Sequence[tuple[str, Question]]) -> bytes:
        rows, models = [], set()
        for custom_id, question in questions:
            payload, sent = request(question, self._settings, self._manifest)
            models.add(sent.model.name)
            rows.append(
                json.dumps({"custom_id": custom_id, "method": "POST", "url": ENDPOINT, "body": payload}) + "\n"
            )
        lines = "".join(rows).encode()
        if not rows or len(models) > 1 or len(rows) > MOST_ITEMS or len(lines) > MOST_BYTES:
            raise JudgeFailed(
                "LLM_INVALID_CONFIG",
                f"a batch job takes 1 to {MOST_ITEMS} questions to one model, in {MOST_BYTES} bytes at most; "
                f"these are {len(rows)} to {len(models)} models in {len(lines)} bytes",
                kind=FailureKind.REFUSED,
            )
        return lines

    async def find(self, job_key: str, sought: Sought | None = None) -> str | None:  # noqa: ARG002 - keys tell
        """Return the id of the job with our key among the newest 1,000, or None."""
        with failures.translating(PROVIDER, self._clock):
            looked = 0
            async for job in self._client.batches.list(limit=100):
                if (job.metadata or {}).get(JOB_KEY) == job_key:
                    return job.id
                looked += 1
                if looked >= _LOOKED_THROUGH:
                    break
        return None

    async def look(self, job_id: str) -> JobProgress:
        """Return where the job stands."""
        with failures.translating(PROVIDER, self._clock):
            job = await self._client.batches.retrieve(job_id)
        state = _STATES.get(job.status, JobState.RUNNING)
        readable = state is not JobState.RUNNING and bool(job.output_file_id or job.error_file_id)
        expires = None if job.expires_at is None else datetime.fromtimestamp(job.expires_at, UTC)
        return JobProgress(state, readable, _detail(job), expires)

    async def results(self, job_id: str) -> AsyncIterator[tuple[str, Answer | JudgeFailed]]:
        """Yield the items of the output file, then those of the error file; each line is read as it comes."""
        with failures.translating(PROVIDER, self._clock):
            job = await self._client.batches.retrieve(job_id)
            for file_id in (job.output_file_id, job.error_file_id):
                if file_id is None:
                    continue
                async with self._client.files.with_streaming_response.content(file_id) as response:
                    async for line in lines_in(response.iter_bytes()):
                        if (row := row_of(_Row, line, provider=PROVIDER, job_id=job_id)) is not None:
                            yield row.custom_id, self._outcome(row)

    def _outcome(self, row: "_Row") -> Answer | JudgeFailed:
        at = self._clock()
        if row.response is None or row.error is not None:
            return _not_run(row.error, at)
        if row.response.status_code != 200:
            refusal = failures.refusal_of(row.response.status_code, row.response.body)
            return failures.refused(PROVIDER, refusal, at)
        try:
            with failures.translating(PROVIDER, self._clock):
                said = read(row.response.body, PROVIDER, at)
            model = self._manifest.find(PROVIDER, said.model)
            return settle(Sent(PROVIDER, model, ""), said, None, at=at, batch=True)
        except JudgeFailed as failure:
            return failure

    async def cancel(self, job_id: str) -> None:
        """Ask the provider to stop the job; a job that has ended stays as it is."""
        with failures.translating(PROVIDER, self._clock):
            try:
                await self._client.batches.cancel(job_id)
            except (openai.ConflictError, openai.BadRequestError):
                job = await self._client.batches.retrieve(job_id)
                if job.status not in _STATES:
                    raise

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()


class _Response(BaseModel):
    status_code: int = Field(ge=100, le=999)
    body: dict[str, Any]


class _Row(BaseModel):
    """One line of an output or error file."""

    custom_id: str
    response: _Response | None = None
    error: dict[str, object] | None = None


def _not_run(error: dict[str, object] | None, at: datetime) -> JudgeFailed:
    """Return the failure of an item that was never asked, which costs nothing."""
    code = str((error or {}).get("code") or "")
    if code == "batch_expired":
        return failures.expired(PROVIDER)
    if code == "batch_cancelled":
        return failures.cancelled(PROVIDER)
    return failures.refused(PROVIDER, failures.refusal_of(500, error), at)


def _detail(job: Batch) -> str:
    """Return the codes of what was wrong with the job as a whole."""
    errors = job.errors.data if job.errors is not None and job.errors.data else []
    return ", ".join(dict.fromkeys(failures.word(error.code) for error in errors if error.code))
