"""The queue's depth: claiming, counting and accepting with 100 and with 100,000 comparisons waiting."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from app.db.migrate import upgrade
from app.db.unit import Database
from app.gateway import queue, tallies
from app.gateway.modes import Lane, Mode
from app.roles.embedded import postgres
from app.settings import DatabaseSettings

LANE = Lane(Mode.PER_REQUEST, "mock", "latent")
DEPTHS, ROUNDS, AT_ONCE = (100, 100_000), 40, 50
FILL = text("""
    INSERT INTO gateway.requests (queue_id, correlation_id, digest, lane, provider, model, user_prompt, settings,
                                  metadata, callback_topic, expires_at)
    SELECT gen_random_uuid(), gen_random_uuid(), 'd', :lane, 'mock', 'latent', repeat('x', 3000), '{}', '{}', 't',
           now() + interval '4 hours'
    FROM generate_series(1, :count)
""")


async def claim_and_return(database: Database) -> None:
    """Find the lanes, lease 50 comparisons of one, and roll back, so that the depth stays."""
    async with database.engine.connect() as connection:
        [lane] = await queue.lanes(connection, queue.OTHER_LANES)
        now = datetime.now(UTC)
        claimed = await queue.claim(connection, lane, "bench", now=now, lease=timedelta(60), limit=AT_ONCE)
        if len(claimed) != AT_ONCE:
            raise SystemExit(f"claimed {len(claimed)} of {AT_ONCE}")
        await connection.rollback()


async def count(database: Database) -> None:
    """Sum the counters."""
    async with database.transaction() as connection:
        await tallies.counts(connection)


async def nothing(database: Database) -> None:
    """The floor: one round trip."""
    async with database.transaction() as connection:
        await connection.execute(text("SELECT 1"))


async def middle(act: Callable[[Database], Awaitable[None]], database: Database) -> float:
    """Return the median seconds of an act."""
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await act(database)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


async def measure(url: str) -> None:
    """Print the times at both depths and their ratios (aim: below 2)."""
    database = Database.connect(DatabaseSettings(url=url), application_name="bench")
    found: dict[int, dict[str, float]] = {}
    filled = 0
    for depth in DEPTHS:
        async with database.transaction() as connection:
            await connection.execute(FILL, {"lane": LANE.key, "count": depth - filled})
            await tallies.fold(connection)
        filled = depth
        acts = {"floor": nothing, f"claim {AT_ONCE}": claim_and_return, "count": count}
        found[depth] = {name: await middle(act, database) for name, act in acts.items()}
    for name in found[DEPTHS[0]]:
        low, high = (found[depth][name] for depth in DEPTHS)
        print(f"{name:10s} {low * 1e3:7.2f} ms at 100, {high * 1e3:7.2f} ms at 100,000: ratio {high / low:.2f}")
    await database.close()


def main() -> None:
    """Measure on a fresh database."""
    with tempfile.TemporaryDirectory() as where, postgres(Path(where)) as url:
        upgrade(url)
        asyncio.run(measure(url))


if __name__ == "__main__":
    main()
