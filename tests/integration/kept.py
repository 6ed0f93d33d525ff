"""A run that ended with all its files, and a second revision of them, for tests of what is kept."""

import hashlib
import shutil
from pathlib import Path

import orjson
from sqlalchemy import insert, select, update

from app.contracts.artefact import rendered, sealed
from app.runner.runs import store
from app.runner.tables import run_events, run_files, runs
from tests.integration.house import House
from tests.integration.parts import Json, deliver


async def ended(house: House, verdicts: int = 3) -> Json:
    """Return a completed run, the last of its comparisons failed."""
    run, ids = await house.running()
    good = [house.verdict(run, ids[place], ids[place + 1]) for place in range(verdicts - 1)]
    failed = house.verdict(run, ids[0], ids[3], winner=None, justification=None, confidence=None)
    await deliver(house.database, house.verdicts, *good, failed)
    facts = {"comparisons_succeeded": verdicts - 1, "comparisons_failed": 1}
    await deliver(house.database, house.completed, house.completion(run))
    await deliver(house.database, house.resulted, house.result(run, ids, **facts))
    done = await house.finish(run["id"])
    assert done["status"] == "completed", done
    return done


async def revised(house: House, run: Json, number: int) -> None:
    """Write a later revision, as whoever revises does: a whole set below ``revisions/``, its rows, its event."""
    folder = house.files / run["id"]
    place = folder / f"revisions/{number}"
    shutil.copytree(folder, place, ignore=lambda _, names: {"revisions"} & set(names))
    [artefact] = place.glob("assessment_run.*.json")
    document = orjson.loads(artefact.read_bytes())
    document["metadata"]["labels"] = {"revision": str(number)}
    for entry in document["validation"]["manifest"]:
        entry["path"] = f"revisions/{number}/{entry['path']}"
    artefact.write_text("".join(rendered(sealed(document))))
    house.clock.pass_by(60)
    async with house.database.transaction() as connection:
        first = run_files.c.run_id == run["id"], run_files.c.revision == 1
        kept = (await connection.execute(select(run_files).where(*first))).mappings().all()
        await connection.execute(insert(run_files), [_row(folder, dict(row), number, house) for row in kept])
        held = await store.lock(connection, run["id"])
        event = {"number": held.last_event + 1, "type": "run.artefact_revised", "at": house.clock()}
        why = {"revision": number, "why": "2 verdicts came late"}
        await connection.execute(insert(run_events).values(run_id=run["id"], data=why, **event))
        moved = {"revision": number, "last_event": held.last_event + 1}
        await connection.execute(update(runs).where(runs.c.id == run["id"]).values(**moved))


def _row(folder: Path, row: Json, number: int, house: House) -> Json:
    path = f"revisions/{number}/{row['path']}"
    content = (folder / path).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return row | {
        "path": path,
        "revision": number,
        "sha256": digest,
        "bytes": len(content),
        "created_at": house.clock(),
    }
