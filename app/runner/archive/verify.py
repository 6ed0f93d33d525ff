"""A revision of a run checked against all that is known of it: rows of files, the disk, the artefact, verdicts.

Fed by the route; reads files in threads and rows in bites, so that nothing is held and nobody waits for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from anyio import CapacityLimiter, to_thread
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.artefact import Document
from app.db.unit import Database
from app.runner.archive import rows
from app.runner.archive.audit import Artefact, file_checks
from app.runner.archive.checks import MISSING, MOST_NAMED, Check, Tally, money, same
from app.runner.archive.listing import folder_of
from app.runner.archive.places import Folder
from app.runner.results.document import comparison
from app.runner.runs.store import Run
from app.runner.tables import comparisons

BITE = 500
_FIELDS = tuple(column for column in comparisons.c if column.name not in {"raw", "run_id"})


def folder(files_dir: Path, run_id: str, revision: int) -> Folder:
    """Return where the files of a revision lie; the first has all later ones in its own folder."""
    return Folder(
        files_dir, f"{run_id}/{folder_of(revision)}", passing_over="revisions" if revision == 1 else None
    )


async def verify(
    database: Database, files_dir: Path, run: Run, revision: int, limiter: CapacityLimiter
) -> list[Check]:
    """Return all findings on one revision of a run that ended."""
    async with database.transaction() as connection:
        entries = await rows.entries(connection, run.id, revision)
    files = folder(files_dir, run.id, revision)
    checks = await to_thread.run_sync(lambda: list(file_checks(files, entries)), limiter=limiter)
    name = next((entry.name for entry in entries if entry.kind == "artefact"), None)
    if name is None:
        return checks
    artefact, against = Artefact(files, name), AgainstRows(run, name)
    records = artefact.records()
    while bite := await to_thread.run_sync(_bite, records, limiter=limiter):
        async with database.transaction() as connection:
            await against.compare(connection, bite)
    checks += await to_thread.run_sync(artefact.checks, entries, limiter=limiter)
    async with database.transaction() as connection:
        return checks + await against.checks(connection, artefact)


def _bite(records: Iterator[Document]) -> list[Document]:
    return list(islice(records, BITE))


class AgainstRows:
    """The comparisons of an artefact held against the rows from which they were made, bite by bite."""

    def __init__(self, run: Run, name: str) -> None:
        self._run, self._name = run, name
        self._last, self._place, self._alike, self._in_time = 0, 0, 0, 0
        self._tally = Tally()
        self._different: list[Check] = []

    async def compare(self, connection: AsyncConnection, records: Sequence[Document]) -> None:
        """Compare some more records, in order."""
        numbers = [number for record in records if isinstance(number := record.get("sequence"), int)]
        wanted = select(*_FIELDS).where(comparisons.c.run_id == self._run.id, comparisons.c.sequence.in_(numbers))
        found = {row["sequence"]: dict(row) for row in (await connection.execute(wanted)).mappings()}
        for record in records:
            self._one(record, found.get(record.get("sequence")))
            self._place += 1

    def _one(self, record: Document, row: Mapping[str, Any] | None) -> None:
        difference = self._difference(record, row)
        if difference is not None and len(self._different) < MOST_NAMED:
            path = f"{self._name}#/llm_comparisons/{self._place}"
            self._different.append(Check("row", path, ok=False, expected="as in the database", found=difference))
        self._alike += difference is None
        if row is not None and row["sequence"] > self._last:
            self._tally.add(comparison(row))
            self._in_time += not row["late"]
            self._last = row["sequence"]

    def _difference(self, record: Document, row: Mapping[str, Any] | None) -> str | None:
        if row is None:
            return MISSING
        if row["sequence"] <= self._last:
            return "comes again, or out of order"
        expected = comparison(row)
        names = [name for name, value in record.items() if name not in expected or expected[name] != value]
        return f"differs in {', '.join(names)}" if names else None

    async def checks(self, connection: AsyncConnection, artefact: Artefact) -> list[Check]:
        """Return the findings once every record was compared."""
        query = select(func.count()).where(comparisons.c.run_id == self._run.id, comparisons.c.late.is_(False))
        in_time = int((await connection.execute(query)).scalar_one())
        metadata = artefact.document.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        alike = f"{self._alike} comparisons as in the database"
        return [
            *self._different,
            Check("rows", self._name, self._alike == self._place, f"{self._place} comparisons", alike),
            same("left_out", self._name, 0, in_time - self._in_time),
            same("run", f"{self._name}#/metadata/run_id", self._run.id, metadata.get("run_id")),
            same("run", f"{self._name}#/metadata/batch_uuid", self._run.batch_uuid, metadata.get("batch_uuid")),
            *self._sums(artefact.tally),
        ]

    def _sums(self, found: Tally) -> Iterator[Check]:
        path, told = f"{self._name}#/costs", self._tally
        yield same("database", f"{path}/prompt_tokens", told.prompt_tokens, found.prompt_tokens)
        yield same("database", f"{path}/completion_tokens", told.completion_tokens, found.completion_tokens)
        yield money("database", f"{path}/total_usd", told.usd, found.usd)
