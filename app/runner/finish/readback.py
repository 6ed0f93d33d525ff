"""What a run came to, read back: verdicts in chunks, and the scores and projections that its artefact has.

Fed by rows, and by the file that ``write`` puts beside the artefact; feeds the API. Between two chunks no
connection is held, so that a reader, however slow, keeps none from others.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.db.unit import Database
from app.errors import NotFound
from app.runner.finish.collected import Which, announced, verdicts
from app.runner.results.kept import KIND, Kept, kept_results
from app.runner.results.records import artefact_ids
from app.runner.results.scoresheet import Duel, score_sheet
from app.runner.runs import essays
from app.runner.runs.spec import RunRequest
from app.runner.runs.store import Run
from app.runner.tables import comparisons, run_files

CHUNK = 1_000
_SHOWN = tuple(column for column in comparisons.c if column.name not in {"raw", "run_id"})


async def names_of(database: Database, run_id: str) -> Mapping[str, str]:
    """Return the name in the artefact of each travelling id of a run."""
    async with database.transaction() as connection:
        judged = await essays.of_run(connection, run_id)
        told = await announced(connection, run_id)
    return artefact_ids(judged, told.result)


async def every_verdict(database: Database, run_id: str) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
    """Yield all callbacks of a run that are there now, late ones too, in order, ``CHUNK`` at a time.

    They are never changed and numbered in the order in which they are committed, so that chunks read one after
    the other are one whole.
    """
    async with database.transaction() as connection:
        mine = select(func.max(comparisons.c.sequence)).where(comparisons.c.run_id == run_id)
        end = (await connection.execute(mine)).scalar_one() or 0
    last = 0
    while last < end:
        wanted = (
            select(*_SHOWN)
            .where(comparisons.c.run_id == run_id, comparisons.c.sequence.between(last + 1, end))
            .order_by(comparisons.c.sequence)
            .limit(CHUNK)
        )
        async with database.transaction() as connection:
            rows = (await connection.execute(wanted)).mappings().all()
        if not rows:
            return
        last = int(rows[-1]["sequence"])
        yield [dict(row) for row in rows]


async def kept(database: Database, files_dir: Path, run: Run) -> Kept:
    """Return scores and projections of a run that ended: those of the latest revision of its artefact.

    A run that ended without a score has no such file; one that ended before there were such files is put
    together from its rows in the same way. Raises ``NotFound`` if the file is gone from the disk.
    """
    wanted = select(run_files.c.path).where(run_files.c.run_id == run.id, run_files.c.kind == KIND)
    async with database.transaction() as connection:
        path = (await connection.execute(wanted.order_by(run_files.c.revision.desc()).limit(1))).scalar()
    if path is None:
        return await _from_rows(database, run)
    try:
        return await asyncio.to_thread(lambda: Kept.from_json((files_dir / run.id / path).read_bytes()))
    except FileNotFoundError as error:
        raise NotFound(f"{path} is gone from the disk of the service") from error


async def _from_rows(database: Database, run: Run) -> Kept:
    async with database.transaction() as connection:
        judged = await essays.of_run(connection, run.id)
        told = await announced(connection, run.id)
    duels = [
        Duel(row[f"essay_{winner}_id"], row[f"essay_{'b' if winner == 'a' else 'a'}_id"], None, None)
        async for row in verdicts(database, Which(run.id))
        if (winner := row["winner"]) is not None
    ]
    sheet = await asyncio.to_thread(score_sheet, judged, told.result, duels)
    return kept_results(RunRequest.model_validate(run.spec), judged, sheet, told.result)
