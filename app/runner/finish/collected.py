"""Everything that came in for a run, read back for its end: announcements, verdicts, essays.

Fed by the rows that ``collect`` wrote; feeds ``scoresheet``, ``document`` and the reports.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.cj_events import (
    AssessmentResult,
    AssessmentResultEnvelope,
    CJCompleted,
    CJCompletedEnvelope,
    CJFailedEnvelope,
)
from app.contracts.envelope import read
from app.db.unit import Database
from app.runner.collect.announced import callbacks_of
from app.runner.collect.batch_results import reason_of
from app.runner.finish.readiness import Seen
from app.runner.runs.store import Run
from app.runner.tables import announcements, comparisons

CHUNK = 500
CANCELLED = "cancelled"


@dataclass(frozen=True)
class Announced:
    """What cj said, the last of each kind, and how often; ``raw`` are all of them by kind."""

    completion: CJCompleted | None
    result: AssessmentResult | None
    failure: str | None
    cancelled: bool
    first_at: datetime | None
    raw: Mapping[str, Sequence[bytes]]


async def announced(connection: AsyncConnection, run_id: str) -> Announced:
    """Read the announcements of a run."""
    wanted = (
        select(announcements.c.kind, announcements.c.raw, announcements.c.received_at)
        .where(announcements.c.run_id == run_id)
        .order_by(announcements.c.received_at, announcements.c.digest)
    )
    rows = (await connection.execute(wanted)).all()
    raw: dict[str, list[bytes]] = {}
    for row in rows:
        raw.setdefault(row.kind, []).append(row.raw)
    times = [row.received_at for row in rows if row.kind != "request"]
    failures = raw.get("failure", [])
    return Announced(
        completion=read(CJCompletedEnvelope, raw["completion"][-1]).data if "completion" in raw else None,
        result=read(AssessmentResultEnvelope, raw["result"][-1]).data if "result" in raw else None,
        failure=reason_of(read(CJFailedEnvelope, failures[-1]).data) if failures else None,
        cancelled=bool(failures) and _is_cancellation(failures[-1]),
        first_at=min(times) if times else None,
        raw=raw,
    )


def _is_cancellation(raw: bytes) -> bool:
    failed = read(CJFailedEnvelope, raw).data
    info = failed.system_metadata.error_info
    return CANCELLED in {failed.status, info.get("reason"), info.get("error_code")}


def seen(run: Run, told: Announced, now: datetime) -> Seen:
    """Return the facts on which the end of a run is decided."""
    facts = {} if told.result is None else told.result.assessment_metadata
    missing = facts.get("essays_missing")
    summary = None if told.completion is None else told.completion.processing_summary
    return Seen(
        received=run.comparisons_received,
        failed=run.comparisons_failed,
        completion=told.completion is not None,
        completion_failed=told.completion is not None and told.completion.status == "failed_critically",
        result=told.result is not None,
        failure=told.failure,
        expected=None if told.result is None else callbacks_of(told.result),
        essays_missing=len(missing) if isinstance(missing, list) else 0,
        too_few_essays=summary is not None and summary.single_essay_batch,
        first_announced_at=told.first_at,
        deadline_passed=run.deadline_at is not None and now >= run.deadline_at,
        cancelled=told.cancelled,
    )


_FIELDS = tuple(column for column in comparisons.c if column.name not in {"raw", "run_id"})


@dataclass(frozen=True)
class Which:
    """The callbacks of a run: those before its end, or, with ``until``, all up to that sequence, late or not."""

    run_id: str
    until: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what the rows must fulfil."""
        bound = comparisons.c.late.is_(False) if self.until is None else comparisons.c.sequence <= self.until
        return [comparisons.c.run_id == self.run_id, bound]


async def verdicts(database: Database, which: Which) -> AsyncIterator[Mapping[str, Any]]:
    """Yield callbacks of a run in order, without their raw bytes."""
    async for row in _stream(database, which, _FIELDS):
        yield row


async def raw_verdicts(database: Database, which: Which) -> AsyncIterator[Mapping[str, Any]]:
    """Yield sequence, request id and raw bytes of callbacks of a run, in order."""
    async for row in _stream(
        database, which, (comparisons.c.sequence, comparisons.c.request_id, comparisons.c.raw)
    ):
        yield row


async def _stream(database: Database, which: Which, columns: Sequence[Any]) -> AsyncIterator[Mapping[str, Any]]:
    last = 0
    while True:
        wanted = (
            select(*columns)
            .where(*which.conditions(), comparisons.c.sequence > last)
            .order_by(comparisons.c.sequence)
            .limit(CHUNK)
        )
        async with database.transaction() as connection:
            rows = (await connection.execute(wanted)).mappings().all()
        for row in rows:
            yield dict(row)
        if len(rows) < CHUNK:
            return
        last = int(rows[-1]["sequence"])
