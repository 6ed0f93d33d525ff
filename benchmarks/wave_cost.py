"""What planning one wave costs in the database: rows a second, against a bare insert of the same rows."""

import asyncio
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import delete, insert

from app.cj import store, wishes
from app.cj.asked import Planned
from app.cj.plan import Plan
from app.cj.states import BatchState
from app.cj.stopping import StopRule
from app.cj.tables import batches, comparisons
from app.db.migrate import upgrade
from app.db.unit import Database
from app.roles.embedded import postgres
from app.settings import DatabaseSettings

SIZES = (12, 60, 500, 2_500)
TIMES = 15
PLAN = Plan(100_000, 1, StopRule.CAP, "runner_override", "serial_bundle")


def now() -> datetime:
    return datetime.now(UTC)


async def new_batch(database: Database) -> int:
    stamp = now()
    stamped = {"timestamp": stamp.isoformat()}
    request = stamped | {
        "entity_id": str(uuid4()),
        "system_metadata": stamped,
        "essays_for_cj": [{"essay_id": f"e{n}", "text_storage_id": f"t{n}"} for n in range(100)],
        "language": "en",
        "course_code": "ENG5",
        "user_id": "u",
    }
    row = {
        "bos_batch_id": request["entity_id"],
        "correlation_id": uuid4(),
        "status": BatchState.SCORING,
        "request": request,
        "plan": wishes.stored(PLAN),
    }
    async with database.transaction() as connection:
        return int((await connection.execute(insert(batches).values(row).returning(batches.c.id))).scalar_one())


def wave(size: int) -> tuple[list[Planned], list[UUID]]:
    planned = [Planned((n % 50, 50 + n % 50), 0, 0) for n in range(size)]
    return planned, [uuid4() for _ in planned]


async def the_engine_s_way(database: Database, batch_id: int, size: int) -> float:
    """Lock the batch, write the wave, note decision and scores, move on: the transaction of ``waves``."""
    planned, ids = wave(size)
    changes = {"last_scores": {str(n): 0.1 for n in range(100)}, "decision": {"wave": 1, "why": "budget_left"}}
    start = time.perf_counter()
    async with database.transaction() as connection:
        held = await store.lock_in(connection, batch_id, BatchState.SCORING)
        if held is None:
            raise RuntimeError("the batch has moved")
        await store.plan_comparisons(connection, held, planned, ids, now())
        await store.move(connection, held, BatchState.SENDING, now(), due_at=now(), changes=changes)
    return time.perf_counter() - start


async def bare(database: Database, batch_id: int, size: int) -> float:
    """Write the same rows and nothing else."""
    _, ids = wave(size)
    rows = [
        {
            "batch_id": batch_id,
            "number": n,
            "correlation_id": ids[n],
            "wave": 1,
            "a": n % 50,
            "b": 50 + n % 50,
            "repeat": 0,
            "attempt": 0,
            "state": "planned",
            "reserved_usd": None,
            "not_before": None,
        }
        for n in range(size)
    ]
    start = time.perf_counter()
    async with database.transaction() as connection:
        await connection.execute(insert(comparisons), rows)
    return time.perf_counter() - start


async def measure(database: Database) -> None:
    print("| rows a wave | bare, rows/s | engine, rows/s | ratio | reading all back, ms |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for size in SIZES:
        floor, ours, back = [], [], []
        for _ in range(TIMES):
            first, second = await new_batch(database), await new_batch(database)
            floor.append(await bare(database, first, size))
            ours.append(await the_engine_s_way(database, second, size))
            start = time.perf_counter()
            async with database.transaction() as connection:
                await store.comparisons_of(connection, second)
            back.append(time.perf_counter() - start)
        async with database.transaction() as connection:
            await connection.execute(delete(batches))
        low, high, read = map(statistics.median, (floor, ours, back))
        print(f"| {size} | {size / low:,.0f} | {size / high:,.0f} | {high / low:.2f} | {1000 * read:.1f} |")


async def run(url: str) -> None:
    await asyncio.to_thread(upgrade, url)
    database = Database.connect(DatabaseSettings(url=url), application_name="bench")
    await measure(database)
    await database.close()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="cj-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with postgres(Path(folder) / "postgres") as url:
            asyncio.run(run(url))


if __name__ == "__main__":
    main()
