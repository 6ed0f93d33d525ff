"""Every handler run twice, and every transaction cut off once before and once after it commits."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.topics import Topic
from app.db.unit import Database
from tests.integration.cj_house import House, better_wins, failure, house
from tests.integration.parts import Json


class Died(Exception):
    """The process is gone."""


class DyingDatabase(Database):
    """Dies at one of its next transactions: before it commits, or right after."""

    def __init__(self, real: Database) -> None:
        super().__init__(real.engine)
        self.left: int | None = None
        self.after_commit = False

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        dying = self._is_it_now()
        async with super().transaction() as connection:
            yield connection
            if dying and not self.after_commit:
                raise Died
        if dying:
            raise Died

    def _is_it_now(self) -> bool:
        if self.left is None:
            return False
        self.left -= 1
        return self.left == -1


class FragileHouse(House):
    """Each step dies at its first transaction, then at its second, and so on, until it gets through."""

    async def work(self, stage: Any, batch_id: int) -> None:
        dying = self.parts.database
        assert isinstance(dying, DyingDatabase)
        for place in range(40):
            dying.left = place
            try:
                await super().work(stage, batch_id)
            except Died:
                continue
            finally:
                dying.left = None
            return
        raise AssertionError("the step never gets through")


def sometimes(asked: Json) -> Json:
    meta = asked["metadata"]
    if meta["comparison_number"] in {2, 5} and meta["cj_request_type"] == "cj_comparison":
        return failure()
    return better_wins(asked)


async def outcome(engine: House) -> Json:
    """Return what must not depend on what was disturbed."""
    batch, pairs = await engine.batch(), await engine.pairs()
    topics = [Topic.CJ_COMPLETED, Topic.RESULT_PUBLISHED, Topic.RESOURCE_CONSUMPTION, Topic.CJ_FAILED]
    return {
        "pairs": [(pair.a, pair.b, pair.attempt, pair.state, pair.winner) for pair in pairs],
        "scores": batch.last_scores,
        "counts": (batch.asked, batch.succeeded, batch.failed, round(batch.cost_usd, 9)),
        "decisions": [entry["decision"] for entry in batch.decisions],
        "events": [len(await engine.events(topic)) for topic in topics],
        "paid": len(engine.gateway.asked),
    }


async def test_everything_done_twice_is_as_if_done_once(database: Database) -> None:
    async with house(database, sometimes) as engine:
        request = engine.request(5, max_comparisons=12, stop_rule="cap", seed=4)
        engine.twice = True
        await engine.ask(request, request)
        await engine.run()
        twice = await outcome(engine)
    assert twice["events"] == [1, 1, 1, 0]
    assert twice["counts"][0] == twice["paid"] == len(twice["pairs"]) == 12
    assert Counter(state for *_, state, _ in twice["pairs"]) == {"succeeded": 10, "failed": 2}


@pytest.mark.parametrize("after_commit", [False, True], ids=["before the commit", "after the commit"])
async def test_a_process_that_dies_at_every_transaction_loses_and_doubles_nothing(
    database: Database, after_commit: bool
) -> None:
    async with house(database, sometimes) as engine:
        dying = DyingDatabase(database)
        dying.after_commit = after_commit
        fragile = FragileHouse(
            database, replace(engine.parts, database=dying), engine.gateway, engine.texts, engine.clock
        )
        request = fragile.request(5, max_comparisons=12, stop_rule="cap", seed=4)
        await fragile.run(request)
        disturbed = await outcome(fragile)
        await engine.run(engine.request(5, max_comparisons=12, stop_rule="cap", seed=4))
        again = [(pair.a, pair.b, pair.attempt, pair.state, pair.winner) for pair in await engine.pairs(2)]
        assert disturbed["pairs"] == again
        assert disturbed["scores"] == (await engine.batch(2)).last_scores
        assert disturbed["events"] == [1, 1, 1, 0]
        assert disturbed["counts"][0] == disturbed["paid"] == 12


LISTED = [("e1", "e0"), ("e0", "e1"), ("e2", "e1"), ("e1", "e2")]


async def test_listed_pairs_are_asked_as_often_as_listed_though_answers_fail_and_processes_die(
    database: Database,
) -> None:
    listed = [{"a": first, "b": second, "times": 3} for first, second in LISTED]
    async with house(database, sometimes) as engine:
        dying = DyingDatabase(database)
        fragile = FragileHouse(
            database, replace(engine.parts, database=dying), engine.gateway, engine.texts, engine.clock
        )
        await fragile.run(fragile.request(3, max_comparisons=14, stop_rule="cap", design={"specified": listed}))
        pairs = await fragile.pairs()
        judged = Counter((f"e{pair.a}", f"e{pair.b}") for pair in pairs if pair.state == "succeeded")
        assert judged == dict.fromkeys(LISTED, 3)
        assert Counter(pair.state for pair in pairs) == {"succeeded": 12, "failed": 2}
        assert (await outcome(fragile))["events"] == [1, 1, 1, 0]


async def test_verdicts_in_any_order_and_more_than_once_give_the_same_scores(database: Database) -> None:
    found: list[object] = []
    async with house(database) as engine:
        for disorder in (False, True):
            await engine.ask(engine.request(6, max_comparisons=15, stop_rule="cap", seed=1))
            for _ in range(60):
                await engine.step() if not disorder else await _disordered(engine)
            found.append((await engine.batch(len(found) + 1)).last_scores)
    assert found[0] == found[1]


async def _disordered(engine: House) -> None:
    held, engine.gateway.callbacks = engine.gateway.callbacks, []
    await engine.step()
    fresh = engine.gateway.taken()
    await engine.verdicts(*reversed(held), *fresh[:1])
    await engine.verdicts(*held[:2])
    engine.gateway.callbacks = fresh[1:]
