"""Budgets, stop rules, failures and cancelling: one batch each, from the request to its terminal event."""

import asyncio
from collections import Counter
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from app.cj import finish, metrics, prepare, send, waves, withdraw
from app.cj.api.app import build
from app.cj.states import BatchState
from app.cj.tables import BATCHES_CHANNEL, batches
from app.contracts.cj_events import CJFailedEnvelope
from app.contracts.topics import Topic
from app.db.leased import LeasedWork, Pace, Stage
from app.db.listen import Wakeup
from app.db.unit import Database
from app.edge.tokens import service_token
from app.errors import Unavailable
from tests.integration.cj_house import House, better_wins, callback, envelope, failure, house
from tests.integration.cj_system import AUTH
from tests.integration.parts import Json, in_process


def value(metric: Any, **labels: str) -> float:
    found = metric.labels(**labels) if labels else metric
    return float(found._value.get())


async def test_a_regular_batch_says_after_each_wave_why_it_went_on(database: Database) -> None:
    async with house(database, max_pairwise_comparisons=200) as engine:
        before = value(metrics.DECISIONS, decision="finalize_scoring")
        await engine.run(engine.request(24, stop_rule="cap", max_comparisons=156))
        facts = await engine.facts()
        assert (facts["stop_reason"], facts["comparison_count"]) == ("cap", 156)
        assert facts["cost_usd"] == pytest.approx(0.156)
        batch = await engine.batch()
        kept = batch.processing_metadata
        assert (kept["successful_pairs_count"], kept["unique_coverage_complete"]) == (156, False)
        assert kept["bt_se_summary"] == facts["bt_se_summary"]
        assert kept["bt_quality_flags"] == facts["bt_quality_flags"]
        assert batch.cost_usd == pytest.approx(0.156)
        assert batch.decisions == facts["decisions"]
        assert [entry["asked"] for entry in batch.decisions] == sorted(entry["asked"] for entry in batch.decisions)
        wave_sizes = Counter(pair.wave for pair in await engine.pairs())
        first = engine.gateway.asked[engine.gateway.order[0]]["metadata"]
        assert first["preferred_bundle_size"] == wave_sizes[1] == 12
        assert (first["cj_request_type"], first["comparison_iteration"]) == ("cj_comparison", 1)
        assert first["cj_llm_batching_mode"] == "serial_bundle"
        assert value(metrics.DECISIONS, decision="finalize_scoring") == before + 1


async def test_a_small_net_is_asked_again_as_often_as_its_passes_allow(database: Database) -> None:
    passes: Json = {"min_resampling_net_size": 5, "max_resampling_passes_for_small_net": 2}
    async with house(database, max_pairwise_comparisons=300, **passes) as engine:
        await engine.run(engine.request(5, stop={"threshold": 0.0}))
        times = Counter(tuple(sorted((pair.a, pair.b))) for pair in await engine.pairs())
        assert set(times.values()) == {3}
        assert len(times) == 10
        assert (await engine.facts())["stop_reason"] == "small_net_cap"
        assert (await engine.batch()).processing_metadata["resampling_pass_count"] == 2


async def test_a_regular_batch_ends_when_its_pass_is_used_up_however_large_its_budget(database: Database) -> None:
    async with house(database, max_pairwise_comparisons=300) as engine:
        await engine.run(engine.request(5, stop={"threshold": 0.0}))
        times = Counter(tuple(sorted((pair.a, pair.b))) for pair in await engine.pairs())
        assert (set(times.values()), len(times)) == ({2}, 10)
        facts = await engine.facts()
        assert facts["stop_reason"] == "no_pairs_left"
        why = "all 10 pairs were asked as often as 1 further passes allow; 280 comparisons of the cap stay unused"
        assert facts["decisions"][-1]["detail"].startswith(why)
        assert (await engine.batch()).detail == facts["decisions"][-1]["detail"]


@pytest.mark.parametrize(
    "wish", [{"stop_rule": "cap"}, {"stop": {"use_full_cap": True}}, {"stop": {"min_comparisons": 27}}]
)
async def test_the_full_cap_is_used_when_it_is_wished_for(database: Database, wish: Json) -> None:
    async with house(database) as engine:
        await engine.run(engine.request(5, max_comparisons=26, **wish))
        assert len(await engine.pairs()) == 26
        assert (await engine.facts())["stop_reason"] == "cap"


async def test_all_at_once_is_one_wave_of_every_pair_scored_once(database: Database) -> None:
    async with house(database, max_pairwise_comparisons=60) as engine:
        wish: Json = {"llm_batching_mode_hint": "provider_batch_api"}
        await engine.run(engine.request(24, **wish), engine.request(5, **wish))
        first, second = await engine.pairs(1), await engine.pairs(2)
        assert (len(first), {pair.wave for pair in first}) == (60, {1})
        assert (len(second), {pair.wave for pair in second}) == (10, {1})
        for number in (1, 2):
            batch = await engine.batch(number)
            assert (batch.status, batch.reason, len(batch.decisions)) == ("completed", "all_at_once", 2)


async def test_a_batch_stops_when_it_is_precise_enough(database: Database) -> None:
    async with house(database, max_pairwise_comparisons=300) as engine:
        await engine.run(engine.request(5, stop={"target_mean_se": 1.3}))
        facts = await engine.facts()
        assert facts["stop_reason"] == "precision"
        assert facts["bt_se_summary"]["mean_se"] <= 1.3
        assert facts["decisions"][-2]["mean_se"] > 1.3


async def test_both_orders_are_asked_and_a_disagreement_is_seen(database: Database) -> None:
    def first_one(asked: Json) -> Json:
        return better_wins(asked) | {"winner": "Essay A"}

    async with house(database, first_one) as engine:
        await engine.run(engine.request(4, max_comparisons=12, stop_rule="cap", design={"both_orders": True}))
        shown = Counter((pair.a, pair.b) for pair in await engine.pairs())
        assert all(shown[(b, a)] == times for (a, b), times in shown.items())
        facts = await engine.facts()
        assert facts["swap_consistency"] == {"n": 6, "inconsistent": 6, "share": 0.0}
        assert max(map(abs, (await engine.batch()).last_scores.values())) < 1e-9


async def test_pairs_that_the_caller_names_are_asked_as_often_and_as_shown(database: Database) -> None:
    async with house(database) as engine:
        wanted = [{"a": "e2", "b": "e0", "times": 2}, {"a": "e1", "b": "e3"}]
        await engine.run(engine.request(4, stop_rule="cap", design={"specified": wanted}))
        shown = Counter((pair.a, pair.b) for pair in await engine.pairs())
        assert shown == {(2, 0): 2, (1, 3): 1}
        assert (await engine.facts())["stop_reason"] == "no_pairs_left"


async def test_what_fails_is_asked_again_later_and_counts_once(database: Database) -> None:
    seen: Counter[tuple[str, str]] = Counter()

    def at_second_try(asked: Json) -> Json:
        pair = asked["metadata"]["essay_a_id"], asked["metadata"]["essay_b_id"]
        seen[pair] += 1
        return better_wins(asked) if seen[pair] > 1 else failure("RATE_LIMIT")

    async with house(database, at_second_try, retry_rate_limit_back_off_s=60, retry_spacing_s=5) as engine:
        await engine.run(engine.request(4, max_comparisons=4, stop_rule="cap"))
        pairs = await engine.pairs()
        assert [pair.attempt for pair in pairs] == [0, 0, 1, 1]
        assert [
            engine.gateway.asked[str(pair.correlation_id)]["metadata"]["cj_request_type"] for pair in pairs
        ] == [
            "cj_comparison",
            "cj_comparison",
            "cj_retry",
            "cj_retry",
        ]
        waited = [(pair.sent_at - pairs[0].answered_at).total_seconds() for pair in pairs[2:]]
        assert waited[0] >= 60
        assert waited[1] >= waited[0] + 4
        facts = await engine.facts()
        assert (facts["comparisons_succeeded"], facts["comparisons_failed"], facts["comparisons_retried"]) == (
            2,
            2,
            2,
        )
        assert facts["failure_codes"] == {"RATE_LIMIT": 2}


@pytest.mark.parametrize("retryable", [True, False])
async def test_a_batch_that_only_fails_ends_with_the_reason(database: Database, retryable: bool) -> None:
    async with house(database, lambda _: failure("OVERLOADED", retryable=retryable)) as engine:
        await engine.run(engine.request(24))
        why = await engine.why()
        assert why["reason"] == "low_success_rate"
        assert "OVERLOADED" in why["details"]
        assert len(await engine.pairs()) == (48 if retryable else 12)
        assert max(pair.attempt for pair in await engine.pairs()) == (3 if retryable else 0)


async def test_a_batch_half_of_which_fails_is_no_result(database: Database) -> None:
    def half(asked: Json) -> Json:
        odd = asked["metadata"]["comparison_number"] % 2
        return failure("REFUSED", retryable=False) if odd else better_wins(asked)

    async with house(database, half) as engine:
        await engine.run(engine.request(24, max_comparisons=60, llm_batching_mode_hint="provider_batch_api"))
        why = await engine.why()
        assert (why["reason"], why["details"][:8]) == ("low_success_rate", "30 of 60")


async def test_what_the_gateway_refuses_for_good_counts_and_what_it_has_no_room_for_comes_later(
    database: Database,
) -> None:
    state = {"full": True}

    def gate(_: Json) -> Json:
        return {"refused": "llm_queue_full", "retryable": True} if state["full"] else {"refused": "invalid_input"}

    async with house(database, gate) as engine:
        await engine.ask(engine.request(4, max_comparisons=2))
        await prepare.prepare(engine.parts, 1)
        with pytest.raises(Unavailable):
            await send.send(engine.parts, 1)
        assert {pair.state for pair in await engine.pairs()} == {"planned"}
        state["full"] = False
        engine.gateway.asked.clear()
        await engine.run()
        assert {pair.error_code for pair in await engine.pairs()} == {"invalid_input"}
        assert (await engine.why())["reason"] == "low_success_rate"


async def test_the_result_counts_the_callbacks_that_there_are_and_not_what_was_refused(database: Database) -> None:
    def gate(asked: Json) -> Json:
        number = asked["metadata"]["comparison_number"]
        if number == 3:
            return {"refused": "invalid_input"}
        return failure(retryable=False) if number == 4 else better_wins(asked)

    async with house(database, gate) as engine:
        await engine.run(engine.request(6, max_comparisons=15, stop_rule="cap"))
        facts = await engine.facts()
        assert (facts["comparisons_succeeded"], facts["comparisons_failed"]) == (13, 2)
        assert facts["callbacks_expected"] == 14


async def test_a_gateway_that_never_answers_cannot_keep_a_batch_open(database: Database) -> None:
    async with house(database) as engine:
        engine.gateway.down = True
        await engine.ask(engine.request(4))
        for _ in range(3):
            await engine.step()
        engine.clock.pass_by(4 * 3600)
        await engine.step()
        engine.gateway.down = False
        await engine.run()
        why = await engine.why()
        assert (why["reason"], why["progress_pct"]) == ("stuck_timeout_insufficient_progress", 0.0)
        assert why["batch_state"] == "WAITING_CALLBACKS"


async def test_a_content_store_that_never_answers_cannot_keep_a_batch_open(database: Database) -> None:
    async with house(database) as engine:
        request = engine.request(4)
        engine.texts.clear()
        await engine.ask(request)
        await engine.run()
        [completed] = await engine.events(Topic.CJ_COMPLETED)
        assert completed["processing_summary"]["single_essay_batch"] is True
        assert len((await engine.facts())["essays_missing"]) == 4


async def test_verdicts_that_came_are_used_at_the_time_out_and_late_ones_are_noted(database: Database) -> None:
    silent: list[Json] = []

    def all_but_one(asked: Json) -> Json | None:
        if asked["metadata"]["comparison_number"] == 5:
            silent.append(asked)
            return None
        return better_wins(asked)

    async with house(database, all_but_one) as engine:
        await engine.run(engine.request(12, max_comparisons=60))
        facts = await engine.facts()
        assert (facts["stop_reason"], facts["comparisons_given_up"]) == ("timeout", 1)
        assert facts["callbacks_expected"] == facts["comparisons_asked"] - 1
        assert engine.gateway.withdrawn == [silent[0]["correlation_id"]]
        assert engine.gateway.order.count(silent[0]["correlation_id"]) > 2
        before = await engine.batch()
        await engine.verdicts(callback(silent[0], better_wins(silent[0])))
        late, after = (await engine.pairs())[4], await engine.batch()
        assert (late.state, late.cost_usd, late.winner is None) == ("given_up", 0.001, False)
        assert after.cost_usd == pytest.approx(before.cost_usd + 0.001)
        assert (after.status, after.succeeded, after.failed) == ("completed", before.succeeded, before.failed)
        assert after.due_at is None


async def cancelled(engine: House, name: str | int) -> Any:
    async with in_process(build(engine.parts, AUTH)) as http:
        url = f"/api/v1/batches/{name}/cancel"
        assert (await http.post(url)).status_code == 401
        http.headers["Authorization"] = f"Bearer {service_token(AUTH, 'tests')}"
        return await http.post(url)


async def looked_at(engine: House, name: str) -> Json:
    async with in_process(build(engine.parts, AUTH)) as http:
        http.headers["Authorization"] = f"Bearer {service_token(AUTH, 'tests')}"
        shown: Json = (await http.get(f"/api/v1/batches/{name}")).json()
        return shown


@pytest.mark.parametrize("cancel_status", [200, 400, 404, 405, 501])
async def test_a_cancelled_batch_asks_no_more_and_keeps_what_was_paid_for(
    database: Database, cancel_status: int
) -> None:
    async with house(database) as engine:
        engine.gateway.cancel_status = cancel_status
        request = engine.request(6, max_comparisons=12)
        await engine.ask(request)
        await prepare.prepare(engine.parts, 1)
        await send.send(engine.parts, 1)
        first, *others = engine.gateway.taken()
        await engine.verdicts(first)
        bos_id = request["data"]["entity_id"]
        answers = [await cancelled(engine, name) for name in (bos_id, 1, bos_id)]
        assert [answer.status_code for answer in answers] == [202, 202, 202]
        assert answers[0].json()["comparisons_succeeded"] == 1
        [event] = await engine.events(Topic.CJ_FAILED)
        told = CJFailedEnvelope.model_validate(envelope(event)).data
        assert (told.status, told.system_metadata.error_info["reason"]) == ("cancelled", "cancelled")
        await engine.run()
        opened = {item["data"]["correlation_id"] for item in others}
        assert set(engine.gateway.withdrawn) == (opened if cancel_status == 200 else set())
        await engine.verdicts(*others)
        batch, pairs = await engine.batch(), await engine.pairs()
        assert (batch.status, batch.due_at, batch.succeeded) == ("cancelled", None, 1)
        assert batch.cost_usd == pytest.approx(0.003)
        assert Counter(pair.state for pair in pairs) == {"succeeded": 1, "cancelled": 2}
        assert all(pair.cost_usd == 0.001 for pair in pairs)
        shown = await looked_at(engine, bos_id)
        assert shown["comparisons"] == {"asked": 3, "succeeded": 1, "failed": 0, "pending": 0, "cancelled": 2}
        assert shown["stop_detail"] == "the batch was cancelled"


async def test_cancelling_what_has_ended_or_never_was_is_refused(database: Database) -> None:
    async with house(database) as engine:
        await engine.run(engine.request(4, max_comparisons=2))
        assert (await cancelled(engine, 1)).status_code == 409
        assert (await cancelled(engine, "99999999999999999999")).status_code == 404
        assert await engine.events(Topic.CJ_FAILED) == []


async def test_withdrawing_is_tried_again_while_the_gateway_is_away(database: Database) -> None:
    async with house(database) as engine:
        await engine.ask(engine.request(6))
        await prepare.prepare(engine.parts, 1)
        await send.send(engine.parts, 1)
        await cancelled(engine, 1)
        engine.gateway.down = True
        with pytest.raises(Unavailable):
            await withdraw.withdraw(engine.parts, 1)
        engine.gateway.down = False
        await withdraw.withdraw(engine.parts, 1)
        await withdraw.withdraw(engine.parts, 1)
        assert len(engine.gateway.withdrawn) == 3


@pytest.mark.parametrize("find_status", [401, 404, 413, 422])
async def test_a_gateway_that_does_not_tell_what_was_paid_for_keeps_nothing_from_being_taken_back(
    database: Database, find_status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withdraw, "MOST_A_CALL", 1)
    async with house(database) as engine:
        await engine.ask(engine.request(6))
        await prepare.prepare(engine.parts, 1)
        await send.send(engine.parts, 1)
        await cancelled(engine, 1)
        engine.gateway.find_status = find_status
        await withdraw.withdraw(engine.parts, 1)
        assert len(set(engine.gateway.withdrawn)) == 3
        assert (await engine.batch()).due_at is None


async def test_an_error_while_scoring_ends_the_batch_and_says_so(database: Database, database_url: str) -> None:
    async with house(database) as engine:
        await engine.ask(engine.request(4))
        for _ in range(2):
            await engine.step()
        async with database.transaction() as connection:
            await connection.execute(update(batches).values(status=BatchState.SCORING, last_scores={"0": "x"}))
        stages: dict[str, Stage] = {BatchState.SCORING: partial(waves.score, engine.parts)}
        broken = partial(finish.broken, engine.parts)
        worker = LeasedWork(database, batches, stages, broken, engine.clock, Pace(idle_s=0.1))
        async with asyncio.timeout(30), Wakeup(database_url, BATCHES_CHANNEL) as wakeup:
            while not await engine.events(Topic.CJ_FAILED):
                await worker.step(wakeup)
            await worker.step(wakeup)
        why = await engine.why()
        assert (why["reason"], why["details"]) == ("processing_error", "ValueError")


def test_no_label_of_the_engine_s_metrics_is_an_id() -> None:
    for metric in vars(metrics).values():
        assert not {"batch_id", "correlation_id"} & set(getattr(metric, "_labelnames", ()))
