"""Money: held back before each call, so that no limit is ever passed, however many ask at once."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.db.unit import Database
from app.gateway import money
from app.gateway.money import NANO, Call, PriceTable, Wish
from app.gateway.providers.base import Answer, BatchJudge, FailureKind, Question, Usage
from app.gateway.providers.mock_batch import InProcessBatches
from app.gateway.tables import holds
from app.settings import DatabaseSettings
from tests.integration import gateway_parts
from tests.integration.gateway_parts import PRICE, Scripted, failure, opened, verdict

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CALLS = st.lists(
    st.tuples(
        st.integers(0, 400),  # the most that the call may cost
        st.floats(0, 1),  # the share of it that it does cost
        st.sampled_from([None, "one", "two"]),  # its batch
        st.sampled_from(["settle", "die", "hang"]),  # what becomes of it
    ),
    min_size=1,
    max_size=25,
)


async def _one(database: Database, caps: dict[str, int], call: tuple[int, float, str | None, str]) -> None:
    """Reserve, and then settle, die or hang, each in its own transaction, as one process among many."""
    amount, share, batch, fate = call
    wanted = Call(uuid4(), 1, "p", batch)
    limits = {key: caps[key] for key in money.keys_of(wanted, NOW) if key in caps}
    async with database.transaction() as connection:
        refused = await money.reserve(connection, [Wish(wanted, amount, limits)], NOW)
    await _check(database, caps)
    if refused or fate == "hang":
        return
    async with database.transaction() as connection:
        if fate == "settle":
            await money.settle(connection, [(wanted, amount * share / NANO)], NOW)
        else:
            await money.presume_spent(connection, [(wanted.queue_id, 1)])
    await _check(database, caps)


async def _check(database: Database, caps: dict[str, int]) -> None:
    async with database.transaction() as connection:
        for key, cap in caps.items():
            assert sum(await money.spent_and_reserved(connection, key)) <= cap


async def _check_holds(database: Database, caps: dict[str, int]) -> None:
    async with database.transaction() as connection:
        for key in caps:
            held = select(func.coalesce(func.sum(holds.c.amount), 0)).where(holds.c.key == key)
            _, reserved = await money.spent_and_reserved(connection, key)
            assert reserved == (await connection.execute(held)).scalar_one()


@given(calls=CALLS, day=st.integers(0, 2000), provider=st.integers(0, 2000), batch=st.integers(0, 500))
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
def test_spent_and_reserved_never_pass_a_limit_however_many_ask_at_once(
    database_url: str, calls: Any, day: int, provider: int, batch: int
) -> None:
    everybody, own = money.day_keys("p", NOW)
    caps = {everybody: day, own: provider, "batch:one": batch, "batch:two": batch}

    async def together() -> None:
        database = Database.connect(DatabaseSettings(url=database_url), application_name="money")
        async with database.transaction() as connection:
            await connection.exec_driver_sql("DELETE FROM gateway.budgets")
            await connection.exec_driver_sql("DELETE FROM gateway.holds")
        await asyncio.gather(*(_one(database, caps, call) for call in calls))
        await _check_holds(database, caps)
        await database.close()

    asyncio.run(together())


DEAR = Usage(prompt_tokens=1000, completion_tokens=100, cost_usd=0.004)


def dear(question: Question) -> Answer:
    return verdict(question, usage=DEAR)


class Dear(Scripted):
    async def judge(self, question: Question) -> Answer:
        await super().judge(question)
        return dear(question)


@pytest.mark.parametrize(
    ("limits", "metadata"),
    [
        ({"cost_limit_usd_per_day": 0.02}, {}),
        ({"cost_limit_usd_per_day_by_provider": {"mock": 0.02}}, {}),
        ({"cost_limit_usd_per_batch": 0.02}, {}),
        ({}, {"max_cost_usd": 0.02}),
        ({"cost_limit_usd_per_batch": 9.0}, {"max_cost_usd": 0.02}),
    ],
)
async def test_what_would_pass_a_limit_is_refused_before_the_call(
    database: Database, database_url: str, limits: dict[str, Any], metadata: dict[str, Any]
) -> None:
    judge = Dear()
    async with opened(database, database_url, {"mock": judge}, gateway_parts.settings(**limits)) as gateway:
        await gateway.ask_many(20, metadata=metadata, overrides={"max_tokens_override": 1000})
        await asyncio.gather(gateway.work(8), gateway.work(8))
        callbacks = await gateway.callbacks()
    assert len(callbacks) == 20
    codes = {item["error_detail"]["error_code"] for item in callbacks if item["error_detail"]}
    assert codes == {"LLM_COST_LIMIT_EXCEEDED"}
    assert 3 <= len(judge.asked) <= 5
    assert sum(item["cost_estimate"] for item in callbacks) == pytest.approx(0.004 * len(judge.asked))


async def test_a_model_without_a_price_counts_at_the_dearest_of_its_provider(
    database: Database, database_url: str
) -> None:
    judge = Scripted(*[verdict(Question("p", "", "", "new"), usage=Usage(1000, 900, cost_known=False))] * 20)
    chosen = gateway_parts.settings(cost_limit_usd_per_day=0.02)
    prices = PriceTable({("openai", "cheap"): (0.0, 1e-6), ("openai", "dear"): PRICE})
    async with opened(database, database_url, {"openai": judge}, chosen, prices=prices) as gateway:
        overrides = {"provider_override": "openai", "model_override": "new", "max_tokens_override": 1000}
        await gateway.ask_many(20, overrides=overrides)
        await gateway.work(20)
        callbacks = await gateway.callbacks()
    answered = [item for item in callbacks if item["winner"]]
    assert len(callbacks) == 20
    assert len(answered) == len(judge.asked)
    assert 3 <= len(answered) <= 4
    assert {(item["cost_estimate"], item["request_metadata"]["cost_known"]) for item in answered} == {(0.0, False)}


async def test_a_limit_of_nothing_lets_free_judges_through_and_nobody_else(
    database: Database, database_url: str
) -> None:
    free = Scripted()
    judges = {"local": free, "mock": Scripted()}
    async with opened(
        database, database_url, judges, gateway_parts.settings(cost_limit_usd_per_day=0.0)
    ) as gateway:
        await gateway.ask_many(1, overrides={"provider_override": "local"})
        await gateway.ask_many(1)
        await gateway.work()
        assert sorted(map(str, await gateway.errors())) == ["LLM_COST_LIMIT_EXCEEDED", "None"]
    assert len(free.asked) == 1


async def test_another_day_and_another_batch_have_their_own_limits(database: Database, database_url: str) -> None:
    chosen = gateway_parts.settings(cost_limit_usd_per_day=0.008, cost_limit_usd_per_batch=0.008)
    async with opened(database, database_url, {"mock": Dear()}, chosen) as gateway:
        for _ in range(2):
            await gateway.ask_many(3, overrides={"max_tokens_override": 1000})
            await gateway.work()
            gateway.clock.pass_by(24 * 3600)
        await gateway.ask_many(1, metadata={"bos_batch_id": "other"}, overrides={"max_tokens_override": 1000})
        await gateway.work()
        winners = [item["winner"] for item in await gateway.callbacks()]
    assert winners.count("Essay A") == 2


async def test_failed_calls_count_and_money_that_was_not_needed_is_free_again(
    database: Database, database_url: str
) -> None:
    judge = Scripted(failure(FailureKind.REFUSED, spent=Usage(cost_usd=0.002)), failure(FailureKind.REFUSED))
    async with opened(
        database, database_url, {"mock": judge}, gateway_parts.settings(cost_limit_usd_per_day=1)
    ) as gateway:
        await gateway.ask_many(2)
        await gateway.work()
        everybody, own = money.day_keys("mock", gateway.clock())
        async with database.transaction() as connection:
            for key in (everybody, own, "batch:batch"):
                assert await money.spent_and_reserved(connection, key) == (2_000_000, 0)


async def test_what_was_held_back_for_a_process_that_died_counts_as_spent(
    database: Database, database_url: str
) -> None:
    class Deadly(Scripted):
        async def judge(self, question: Question) -> Answer:
            del question
            raise asyncio.CancelledError

    async with opened(
        database, database_url, {"mock": Deadly()}, gateway_parts.settings(cost_limit_usd_per_day=1)
    ) as gateway:
        await gateway.ask()
        await gateway.work(2)
        everybody, _ = money.day_keys("mock", gateway.clock())
        async with database.transaction() as connection:
            spent, reserved = await money.spent_and_reserved(connection, everybody)
            assert (spent, reserved > 0) == (0, True)
        gateway.clock.pass_by(31)
        gateway.judges["mock"] = Scripted()
        await gateway.work()
        async with database.transaction() as connection:
            spent, left = await money.spent_and_reserved(connection, everybody)
        assert len(await gateway.callbacks()) == 1
        assert (spent, left) == (reserved + 140_000, 0)


async def test_an_answer_that_was_cut_off_counts_as_what_was_held_back_for_it(
    database: Database, database_url: str
) -> None:
    cut = failure(FailureKind.REFUSED, "CONNECTION_ERROR", spent=Usage(cost_known=False))
    chosen = gateway_parts.settings(cost_limit_usd_per_day=1)
    async with opened(database, database_url, {"mock": Scripted(cut)}, chosen) as gateway:
        await gateway.ask(overrides={"max_tokens_override": 1000})
        await gateway.work()
        [callback] = await gateway.callbacks()
        everybody, _ = money.day_keys("mock", gateway.clock())
        async with database.transaction() as connection:
            spent, reserved = await money.spent_and_reserved(connection, everybody)
    assert callback["request_metadata"]["cost_known"] is False
    assert (spent > 4_000_000, reserved) == (True, 0)


async def test_items_of_a_batch_job_are_held_back_for_one_by_one(database: Database, database_url: str) -> None:
    judge = Dear()
    batches: dict[str, BatchJudge] = {}
    chosen = gateway_parts.settings(
        queue_processing_mode="batch_api",
        batch_api_mode="opportunistic",
        batch_api_gather_s=0,
        cost_limit_usd_per_batch=0.02,
    )
    async with opened(database, database_url, {"mock": judge}, chosen, batches) as gateway:
        batches["mock"] = InProcessBatches(judge, gateway.clock)
        await gateway.ask_many(9, overrides={"max_tokens_override": 1000})
        await gateway.work(1)
        await gateway.jobs()
        codes = await gateway.errors()
    assert len(judge.asked) in {3, 4}
    assert codes.count("LLM_COST_LIMIT_EXCEEDED") == 9 - len(judge.asked)
