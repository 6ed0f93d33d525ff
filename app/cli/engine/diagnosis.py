"""One batch straight from the database, read-only: what ``extract`` and ``align-report`` are made of."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj import batch_reads
from app.cj.batch_reads import Coverage, Stored
from app.cj.batch_views import pair
from app.contracts.cj_batches import Pair
from app.contracts.cj_events import AssessmentResult
from app.db.unit import Database
from app.errors import Unavailable
from app.runner.runs import essays as run_essays
from app.runner.runs.essays import RunEssay
from app.settings import DatabaseSettings

Result = TypeVar("Result")
EVERY = 2**31 - 1


@dataclass(frozen=True)
class Diagnosed:
    """A batch, its comparisons, and the result that they give; no result without any verdict.

    ``run_essays`` are the runner's own notes of the essays, where it published the batch from this database.
    """

    row: Row[Any]
    covered: Coverage
    found: Stored
    pairs: Sequence[Pair]
    result: AssessmentResult | None
    run_essays: Sequence[RunEssay]


def diagnose(database_url: str, name: str) -> Diagnosed:
    """Return a batch by internal id (digits) or caller's id; raises ``NotFound``, or ``Unavailable``."""

    async def everything(connection: AsyncConnection) -> Diagnosed:
        row = await batch_reads.one(connection, name)
        found = await batch_reads.stored(connection, str(row.id))
        asked = await batch_reads.pairs(connection, row.id, after=0, limit=EVERY)
        result = batch_reads.outcome(found, datetime.now(UTC)) if found.has_scores else None
        covered = await batch_reads.coverage(connection, row.id)
        known = await _run_essays(connection, row.bos_batch_id)
        return Diagnosed(row, covered, found, [pair(item) for item in asked], result, known)

    return reading(database_url, everything)


def reading(database_url: str, act: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
    """Do ``act`` in one read-only transaction on one snapshot; raises ``Unavailable`` with one sentence."""
    try:
        return asyncio.run(_read(database_url, act))
    except DBAPIError as error:
        raise Unavailable(f"the database does not answer as cj's would: {_first_line(error.orig)}") from error
    except (OSError, TimeoutError) as error:
        raise Unavailable(f"the database does not answer ({type(error).__name__}); check DATABASE_URL") from error


def _first_line(error: object) -> str:
    return (str(error).splitlines() or [""])[0].rpartition(">: ")[2][:200]


async def _read(database_url: str, act: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
    database = Database.connect(DatabaseSettings(url=database_url), application_name="cj-runner-cli")
    try:
        async with database.transaction() as connection:
            await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            return await act(connection)
    finally:
        await database.close()


async def _run_essays(connection: AsyncConnection, bos_batch_id: str) -> list[RunEssay]:
    """Return what our own runner knows of the batch; nothing if others published it, or it lives elsewhere."""
    try:
        batch_uuid = UUID(bos_batch_id)
    except ValueError:
        return []
    there = await connection.execute(text("SELECT to_regclass('runner.run_essays') IS NOT NULL"))
    return await run_essays.of_batch(connection, batch_uuid) if there.scalar_one() else []
