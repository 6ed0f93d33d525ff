"""Money caps of batches: what is set aside, when a batch stops for them, and what is said at once."""

import pytest

from app.db.unit import Database
from tests.integration.cj_house import better_wins, house
from tests.integration.parts import Json


def without_hesitation(asked: Json) -> Json:
    return better_wins(asked) | {"cost_estimate": 0.25}


async def test_money_runs_out_before_the_cap_is_passed(database: Database) -> None:
    async with house(database, without_hesitation, first_wave_under_cost_cap=2) as engine:
        await engine.run(engine.request(8, max_cost_usd=3.0, stop_rule="cap"))
        batch, pairs = await engine.batch(), await engine.pairs()
        assert (batch.status, batch.reason) == ("completed", "cost_cap")
        assert batch.cost_usd <= 3.0
        assert batch.cost_usd > 3.0 - 0.25 * 1.5
        assert sum(pair.wave == 1 for pair in pairs) == 2
        assert all(pair.reserved_usd is not None for pair in pairs)
        assert (await engine.facts())["max_cost_usd"] == 3.0


@pytest.mark.parametrize("said", [0.0, 0.001])
async def test_what_a_verdict_may_have_cost_stays_set_aside_while_it_is_not_known(
    database: Database, said: float
) -> None:
    def unpriced(asked: Json) -> Json:
        return better_wins(asked) | {"cost_estimate": said, "cost_known": False}

    async with house(database, unpriced, max_pairwise_comparisons=500) as engine:
        await engine.run(engine.request(8, max_cost_usd=1.0, stop_rule="cap"))
        batch, pairs = await engine.batch(), await engine.pairs()
        assert (batch.status, batch.reason) == ("completed", "cost_cap")
        set_aside = [pair.reserved_usd for pair in pairs]
        assert sum(set_aside) <= 1.0 < sum(set_aside) + max(set_aside)
        assert not any(pair.cost_known for pair in pairs)


async def test_money_that_is_too_little_for_one_comparison_is_said_at_once(database: Database) -> None:
    async with house(database) as engine:
        await engine.run(engine.request(4, max_cost_usd=0.000001))
        why = await engine.why()
        assert (why["reason"], why["field"], engine.gateway.asked) == ("cost_cap", "metadata.max_cost_usd", {})
