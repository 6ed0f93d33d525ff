"""How many comparisons are in each state: summed from the counters that a trigger keeps, never counted.

Fed by every write to the queue; feeds back-pressure, the queue's route and its gauges.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.gateway.tables import tallies

WAITING = ("queued", "delayed")
OPEN = ("queued", "delayed", "processing", "in_job")
_FOLD = text("""
    WITH picked AS MATERIALIZED (
        SELECT id FROM gateway.tallies FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM gateway.tallies AS old USING picked WHERE old.id = picked.id
        RETURNING old.provider, old.mode, old.state, old.delta
    )
    INSERT INTO gateway.tallies (provider, mode, state, delta)
    SELECT provider, mode, state, sum(delta) FROM gone GROUP BY 1, 2, 3 HAVING sum(delta) <> 0
""")


@dataclass(frozen=True)
class Counts:
    """Counts by (provider, mode, state)."""

    by: Mapping[tuple[str, str, str], int]

    def of(self, *states: str) -> int:
        """Return how many are in any of ``states``."""
        return sum(count for (_, _, state), count in self.by.items() if state in states)


async def counts(connection: AsyncConnection) -> Counts:
    """Return the counts as the present transaction sees them."""
    key = (tallies.c.provider, tallies.c.mode, tallies.c.state)
    rows = await connection.execute(select(*key, func.sum(tallies.c.delta)).group_by(*key))
    return Counts({(row[0], row[1], row[2]): int(row[3]) for row in rows if row[3]})


async def fold(connection: AsyncConnection) -> None:
    """Put the deltas together, so that the next sum is short; others may fold at the same time."""
    await connection.execute(_FOLD)
