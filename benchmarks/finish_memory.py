"""Peak memory of ending a run with 10,000 collected comparisons, against holding them once."""

import asyncio
import gc
import itertools
import resource
import tempfile
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import orjson
import uuid6
from sqlalchemy import insert, update

from app.cli.demo_data import archive_of
from app.db.migrate import upgrade
from app.db.unit import Database
from app.roles.embedded import postgres
from app.runner.assets import store as packages
from app.runner.assets.inventory import take_stock
from app.runner.assets.unpack import Limits, from_zip
from app.runner.finish.collected import verdicts
from app.runner.finish.conclude import finish
from app.runner.finish.write import Parts
from app.runner.results.document import comparison
from app.runner.runs.accept import NewIds, accept
from app.runner.runs.essays import of_run
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import RunState
from app.runner.tables import comparisons, run_essays, runs
from app.settings import DatabaseSettings, RunnerSettings

ESSAYS, COMPARISONS = 150, 10_000
REASON = "The better text develops its ideas further and shows a wider range of vocabulary. " * 4


def now() -> datetime:
    return datetime.now(UTC)


async def a_run(database: Database) -> str:
    """Return the id of a finishing run with its comparisons collected."""
    text = b"One sentence of a text that is long enough to be taken. " * 4
    archive = archive_of(
        {f"anchor_essays/e{n:03d}_{'ABCDEF'[n % 2]}.txt": text + str(n).encode() for n in range(ESSAYS)}
    )
    stock = take_stock(from_zip(archive, Limits(1000, 10**6, 10**8)), min_text_characters=50)
    request = RunRequest.model_validate(
        {
            "mode": "anchor-align-test",
            "batch_label": "bench",
            "assets": {"package_id": "pkg"},
            "llm": {"provider": "mock"},
        }
    )
    ids = NewIds(f"run_{uuid6.uuid7().hex}", uuid4(), uuid4())
    async with database.transaction() as connection:
        await packages.keep(connection, "pkg", "bench", stock, 50, now())
        await accept(connection, request, ids, now())
        await connection.execute(update(run_essays).values(storage_id="x"))
        names = [essay.essay_id for essay in await of_run(connection, ids.run_id)]
    pairs = itertools.islice(itertools.cycle(itertools.combinations(names, 2)), COMPARISONS)
    rows = [_row(ids, number, a, b) for number, (a, b) in enumerate(pairs, start=1)]
    async with database.transaction() as connection:
        for start in range(0, len(rows), 1_000):
            await connection.execute(insert(comparisons), rows[start : start + 1_000])
        values = {"status": RunState.FINISHING, "published_at": now(), "deadline_at": now()}
        await connection.execute(update(runs).values(comparisons_received=COMPARISONS, **values))
    return ids.run_id


def _row(ids: NewIds, number: int, a: str, b: str) -> dict[str, object]:
    request_id = str(uuid4())
    facts = {"essay_a_id": a, "essay_b_id": b, "bos_batch_id": str(ids.batch_uuid)}
    raw = orjson.dumps({"data": {"request_id": request_id, "justification": REASON, "request_metadata": facts}})
    return {
        "run_id": ids.run_id,
        "request_id": request_id,
        "sequence": number,
        "correlation_id": uuid4(),
        "essay_a_id": a,
        "essay_b_id": b,
        "winner": "a",
        "confidence": 3.0,
        "justification": f"{REASON} {number}",
        "provider": "mock",
        "model": "latent",
        "prompt_sha256": "a" * 64,
        "requested_at": now(),
        "completed_at": now(),
        "raw": raw,
    }


async def main() -> None:
    """Print the peaks and their ratio."""
    with tempfile.TemporaryDirectory() as where, postgres(Path(where) / "postgres") as url:
        await asyncio.to_thread(upgrade, url)
        database = Database.connect(DatabaseSettings(url=url), application_name="bench")
        run_id = await a_run(database)
        gc.collect()
        tracemalloc.start()
        held = [comparison(row) async for row in verdicts(database, run_id)]
        once = tracemalloc.get_traced_memory()[0]
        del held
        gc.collect()
        tracemalloc.reset_peak()
        before, started = tracemalloc.get_traced_memory()[0], time.perf_counter()
        await finish(Parts(database, RunnerSettings(files_dir=Path(where) / "files"), now), run_id)
        peak, seconds = tracemalloc.get_traced_memory()[1] - before, time.perf_counter() - started
        await database.close()
    print(f"{COMPARISONS} comparisons held once: {once / 1e6:.1f} MB; peak of ending the run: {peak / 1e6:.1f} MB")
    print(
        f"ratio {peak / once:.2f} (aim: under 2); {seconds:.1f} s under the tracer; process peak "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB"
    )


if __name__ == "__main__":
    asyncio.run(main())
