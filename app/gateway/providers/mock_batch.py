"""A batch interface over any judge, in this process: for demos and for tests of the batch mode.

Jobs live as long as the process; a job of an earlier process is reported as failed, so that its comparisons are
asked for again.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.gateway.providers.base import (
    Answer,
    FailureKind,
    JobProgress,
    JobState,
    Judge,
    JudgeFailed,
    Question,
    Sought,
)


@dataclass
class _Job:
    questions: Sequence[tuple[str, Question]]
    ready_at: datetime
    cancelled: bool = False


@dataclass
class InProcessBatches:
    """Answers a whole job ``latency_s`` after it was handed in."""

    judge: Judge
    clock: Callable[[], datetime]
    latency_s: float = 0.0
    _jobs: dict[str, _Job] = field(default_factory=dict)

    async def submit(self, questions: Sequence[tuple[str, Question]], *, job_key: str) -> str:
        """Keep the questions until they are ready."""
        self._jobs[job_key] = _Job(list(questions), self.clock() + timedelta(seconds=self.latency_s))
        return job_key

    async def find(self, job_key: str, sought: Sought | None = None) -> str | None:  # noqa: ARG002 - keys tell
        """Return the job's id if it was handed in."""
        return job_key if job_key in self._jobs else None

    async def look(self, job_id: str) -> JobProgress:
        """Return whether the job is ready."""
        job = self._jobs.get(job_id)
        if job is None:
            return JobProgress(JobState.FAILED, readable=False, detail="the job was lost with its process")
        if job.cancelled:
            return JobProgress(JobState.CANCELLED, readable=False)
        ready = self.clock() >= job.ready_at
        return JobProgress(JobState.COMPLETED if ready else JobState.RUNNING, readable=ready)

    async def results(self, job_id: str) -> AsyncIterator[tuple[str, Answer | JudgeFailed]]:
        """Yield a verdict, or why there is none, for each question."""
        job = self._jobs.get(job_id)
        if job is None:
            raise JudgeFailed("RESOURCE_NOT_FOUND", f"no job {job_id}", kind=FailureKind.REFUSED)
        for custom_id, question in job.questions:
            try:
                yield custom_id, await self.judge.judge(question)
            except JudgeFailed as failure:
                yield custom_id, failure

    async def cancel(self, job_id: str) -> None:
        """Stop the job."""
        if job_id in self._jobs:
            self._jobs[job_id].cancelled = True
