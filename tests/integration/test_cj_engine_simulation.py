"""A hundred batches of random shape at once, over the real database: all end, once each, and counts add up."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from app.cj.tables import batches, comparisons
from app.contracts.topics import Topic
from app.db.unit import Database
from tests.integration.cj_house import House, better_wins, failure, house
from tests.integration.parts import Json

BATCHES = 100


def wishes(rng: np.random.Generator) -> Json:
    """Return what one batch wishes for."""
    found: Json = {
        "seed": int(rng.integers(100)),
        "max_comparisons": int(rng.integers(1, 13)),
        "stop_rule": str(rng.choice(["stability", "cap", "precision"])),
        "stop": {"min_comparisons": int(rng.integers(1, 8))},
        "design": {"both_orders": bool(rng.random() < 0.3)},
    }
    if rng.random() < 0.4:
        found["llm_batching_mode_hint"] = "provider_batch_api"
    if rng.random() < 0.3:
        found["max_cost_usd"] = float(rng.uniform(0.0, 0.8))
    return found


async def disturbed(engine: House, rng: np.random.Generator) -> None:
    """Take the verdicts in disorder, some of them twice, some only later."""
    taken = engine.gateway.taken()
    told = [taken[place] for place in rng.permutation(len(taken))]
    later = len(told) // 5
    engine.gateway.callbacks = told[:later]
    await engine.verdicts(*told[later:], *told[-3:])


@pytest.mark.timeout(300)
async def test_a_hundred_batches_all_end_once_and_their_counts_add_up(database: Database) -> None:
    rng = np.random.default_rng(2026)

    def moody(asked: Json) -> Json | None:
        mood = asked["metadata"]["seed"] % 10
        luck = rng.random()
        if mood == 0 or (mood < 4 and luck < 0.15):
            return failure("RATE_LIMIT", retryable=luck < 0.1, cost=0.001)
        return None if mood == 5 and luck < 0.05 else better_wins(asked)

    async with house(database, moody, first_cost_completion_usd_per_1k_tokens=0.01) as engine:
        requests = [engine.request(int(rng.integers(1, 7)), **wishes(rng)) for _ in range(BATCHES)]
        await engine.ask(*requests)
        for _ in range(60):
            async with database.transaction() as connection:
                left = await connection.execute(select(batches.c.id).where(batches.c.due_at.is_not(None)))
                if not left.all() and not engine.gateway.callbacks:
                    break
            await disturbed(engine, rng)
            await engine.step() or await engine._wait()
        await engine.run()
        await check(engine, {request["data"]["entity_id"] for request in requests})


async def check(engine: House, wanted: set[str]) -> None:
    async with engine.database.transaction() as connection:
        ended: list[Any] = list((await connection.execute(select(batches))).all())
        rows: list[Any] = list((await connection.execute(select(comparisons))).all())
    completed = [event["entity_id"] for event in await engine.events(Topic.CJ_COMPLETED)]
    failed = [event["entity_id"] for event in await engine.events(Topic.CJ_FAILED)]
    assert Counter([*completed, *failed]) == dict.fromkeys(wanted, 1)
    assert {batch.status for batch in ended} == {"completed", "failed"}
    assert len(rows) == len(engine.gateway.asked)
    by_batch: dict[int, list[Any]] = {batch.id: [] for batch in ended}
    for row in rows:
        by_batch[row.batch_id].append(row)
    for batch in ended:
        _check_one(batch, by_batch[batch.id])
    reasons = {batch.reason for batch in ended}
    assert {"cap", "all_at_once", "cost_cap", "low_success_rate", "insufficient_essays"} <= reasons


def _check_one(batch: Any, rows: list[Any]) -> None:
    states = Counter(row.state for row in rows)
    assert batch.asked == len(rows) <= batch.plan["cap"]
    assert batch.succeeded == states["succeeded"]
    assert batch.failed == states["failed"] + states["given_up"]
    assert batch.asked == batch.succeeded + batch.failed
    assert batch.cost_usd <= (batch.plan["max_cost_usd"] or 1e9) + 1e-9
    assert abs(batch.cost_usd - sum(row.cost_usd or 0 for row in rows)) < 1e-9
    times = Counter((min(row.a, row.b), max(row.a, row.b)) for row in rows if row.attempt == 0)
    if batch.plan["rule"] == "stability" and batch.plan["min_comparisons"] <= batch.plan["cap"]:
        assert max(times.values(), default=0) <= 5 * (1 + batch.plan["design"]["both_orders"])
