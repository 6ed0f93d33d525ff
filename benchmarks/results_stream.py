"""Peak memory and pace of handing out 200,000 comparisons in each form, against 20,000 of them and a bare read."""

import asyncio
import gc
import tempfile
import time
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from app.db.migrate import upgrade
from app.db.unit import Database
from app.roles.embedded import postgres
from app.runner.api.downloads import encoded
from app.runner.export.formats import Format, encoder
from app.runner.finish.readback import every_verdict
from app.runner.results.records import COMPARISONS, comparison_row
from app.settings import DatabaseSettings

FEW, MANY = 20_000, 200_000
A_RUN = """
INSERT INTO runner.runs (id, mode, status, batch_uuid, batch_label, correlation_id, package_id, spec)
VALUES (:run_id, 'execute', 'running', :batch, 'bench', :batch, 'pkg', '{}')
"""
FILL = """
INSERT INTO runner.comparisons
       (run_id, request_id, sequence, correlation_id, essay_a_id, essay_b_id, winner, confidence, justification,
        provider, model, prompt_sha256, requested_at, completed_at, raw)
SELECT :run_id, gen_random_uuid()::text, n, gen_random_uuid(), 'essay_' || n % 150, 'essay_' || (n + 1) % 150, 'a',
       3, repeat(md5(n::text), 10), 'mock', 'latent', repeat('a', 64), now(), now(), ''
FROM generate_series(1, :many) AS n
"""


async def pieces_of(database: Database, run_id: str, form: Format) -> AsyncIterator[bytes]:
    made_by = encoder(form, COMPARISONS, {"run_id": run_id})
    return await encoded(made_by, every_verdict(database, run_id), lambda row: comparison_row(row, {}))


async def measured(database: Database, run_id: str, form: Format) -> tuple[float, int]:
    """Return the peak in MB and the bytes of one table, under the tracer."""
    gc.collect()
    tracemalloc.start()
    size = 0
    async for piece in await pieces_of(database, run_id, form):
        size += len(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6, size


async def seconds(database: Database, run_id: str, form: Format | None) -> float:
    """Return how long a table takes, or for None the bare read of its rows."""
    started = time.perf_counter()
    taken = every_verdict(database, run_id) if form is None else await pieces_of(database, run_id, form)
    async for _ in taken:
        pass
    return time.perf_counter() - started


async def main() -> None:
    """Print one line a form."""
    with tempfile.TemporaryDirectory() as where, postgres(Path(where) / "postgres") as url:
        await asyncio.to_thread(upgrade, url)
        database = Database.connect(DatabaseSettings(url=url), application_name="bench")
        for run_id, many in (("few", FEW), ("many", MANY)):
            async with database.transaction() as connection:
                await connection.execute(text(A_RUN), {"run_id": run_id, "batch": uuid4()})
                await connection.execute(text(FILL), {"run_id": run_id, "many": many})
        floor = await seconds(database, "many", None)
        print(f"bare read of {MANY} rows: {MANY / floor:.0f} rows/s")
        for form in Format:
            low, _ = await measured(database, "few", form)
            high, size = await measured(database, "many", form)
            took = await seconds(database, "many", form)
            print(
                f"{form}: peak {low:.1f} MB for {FEW} rows, {high:.1f} MB for {MANY}: ratio {high / low:.2f} "
                f"(aim: under 1.5); {size / 1e6:.0f} MB in all; {took / floor:.2f} times the bare read"
            )
        await database.close()


if __name__ == "__main__":
    asyncio.run(main())
