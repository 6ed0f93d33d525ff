"""Verdicts whose callbacks were lost: the engine asks the gateway by their ids, and pays for nothing twice."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from app.cj import missing, prepare, send, withdraw
from app.cj.tables import batches, comparisons
from app.contracts.topics import Topic
from app.db.listen import Wakeup
from app.db.unit import Database
from app.gateway.tables import QUEUE_CHANNEL, requests
from app.gateway.tables import messages as gateway_messages
from app.settings import CJSettings
from tests.integration.cj_house import House, better_wins, callback, house
from tests.integration.cj_system import LEVELS, System
from tests.integration.parts import Json, deliver, sent


@pytest.fixture
async def system(database: Database, database_url: str) -> AsyncIterator[System]:
    opened = System(database, database_url)
    await opened.open(CJSettings())
    async with opened.stack:
        yield opened


async def judged_but_lost(system: System, count: int = 4) -> None:
    """Have a wave judged at the gateway, whose callbacks the broker forgets."""
    await deliver(system.database, system.intake, await system.request(LEVELS * 2, max_comparisons=count))
    await prepare.prepare(system.parts, 1)
    await send.send(system.parts, 1)
    await judge(system)


async def judge(system: System) -> None:
    async with Wakeup(system.url, QUEUE_CHANNEL) as wakeup:
        for _ in range(3):
            wakeup.wake()
            await system.worker.step(wakeup)
    system.delivered = len(await told(system))


async def told(system: System) -> list[Json]:
    async with system.database.transaction() as connection:
        return await sent(connection, gateway_messages, Topic.COMPARISON_RESULT)


async def rows(system: System, *columns: Any) -> list[Any]:
    async with system.database.transaction() as connection:
        return list((await connection.execute(select(*columns).order_by(columns[0]))).all())


async def to_the_end(system: System) -> Json:
    for _ in range(30):
        if not await system.step():
            break
    facts: Json = (await system.result()).assessment_metadata
    return facts


async def test_verdicts_whose_callbacks_were_lost_are_found_by_their_ids_and_paid_once(system: System) -> None:
    await judged_but_lost(system)
    lost = await told(system)
    system.clock.pass_by(60)
    await missing.look_for(system.parts, 1)
    facts = await to_the_end(system)
    assert (facts["comparisons_succeeded"], facts["comparisons_failed"]) == (4, 0)
    assert [row.attempts for row in await rows(system, requests.c.seq, requests.c.attempts)] == [1] * 4
    assert len(await told(system)) == len(lost)
    spent = sum(event["data"]["cost_estimate"] for event in lost)
    assert facts["cost_usd"] == pytest.approx(spent)


async def test_a_callback_that_comes_after_its_verdict_was_found_counts_nothing_more(system: System) -> None:
    await judged_but_lost(system)
    system.clock.pass_by(60)
    await missing.look_for(system.parts, 1)
    await deliver(system.database, system.collect, *await told(system))
    assert (await to_the_end(system))["comparisons_succeeded"] == 4
    assert [tuple(row)[1:] for row in await rows(system, batches.c.id, batches.c.succeeded, batches.c.failed)] == [
        (4, 0)
    ]


async def test_a_verdict_that_was_found_holds_all_that_its_callback_would_have_told(system: System) -> None:
    await judged_but_lost(system)
    system.clock.pass_by(60)
    await missing.look_for(system.parts, 1)
    listed = (await system.http.get("/api/v1/batches/1/pairs")).json()["items"]
    by_id = {event["data"]["correlation_id"]: event["data"] for event in await told(system)}
    assert len(listed) == 4
    for pair in listed:
        data = by_id[pair["correlation_id"]]
        assert pair["request_id"] == data["request_id"]
        assert pair["prompt_tokens"] == data["token_usage"]["prompt_tokens"]
        assert pair["completion_tokens"] == data["token_usage"]["completion_tokens"]
        assert pair["prompt_sha256"] == data["request_metadata"]["prompt_sha256"]
        assert pair["effective_settings"] == data["request_metadata"]["effective_settings"] is not None


async def test_verdicts_are_not_looked_for_before_their_time(system: System) -> None:
    await judged_but_lost(system)
    system.clock.pass_by(59)
    await missing.look_for(system.parts, 1)
    assert {row.state for row in await rows(system, comparisons.c.number, comparisons.c.state)} == {"sent"}


async def test_only_those_whose_callbacks_were_lost_are_looked_for(system: System) -> None:
    await judged_but_lost(system)
    await deliver(system.database, system.collect, *(await told(system))[:3])
    system.clock.pass_by(60)
    await missing.look_for(system.parts, 1)
    assert (await to_the_end(system))["comparisons_succeeded"] == 4


async def test_the_gateway_tells_what_is_answered_open_and_unknown(system: System) -> None:
    await judged_but_lost(system)
    fresh = await system.request(LEVELS, max_comparisons=2)
    await deliver(system.database, system.intake, fresh)
    await prepare.prepare(system.parts, 2)
    await send.send(system.parts, 2)
    ids = [row.correlation_id for row in await rows(system, comparisons.c.batch_id, comparisons.c.correlation_id)]
    stranger = uuid4()
    found = await system.parts.gateway.find([*ids, stranger])
    assert found is not None
    assert [item.state for item in found] == ["answered"] * 4 + ["open"] * 2 + ["unknown"]
    assert [item.correlation_id for item in found] == [*ids, stranger]


async def test_looking_up_verdicts_needs_the_service_credential(system: System) -> None:
    client = system.parts.gateway._client
    answer = await client.call(
        "POST", "http://gateway/api/v1/comparisons/find", json={"correlation_ids": [str(uuid4())]}
    )
    assert answer.status_code == 401


async def test_a_gateway_that_lost_its_queue_is_asked_anew_at_once(system: System) -> None:
    await deliver(system.database, system.intake, await system.request(LEVELS, max_comparisons=2))
    await prepare.prepare(system.parts, 1)
    await send.send(system.parts, 1)
    async with system.database.transaction() as connection:
        await connection.execute(requests.delete())
    system.clock.pass_by(60)
    await missing.look_for(system.parts, 1)
    assert (await to_the_end(system))["comparisons_succeeded"] == 2
    assert [row.asks for row in await rows(system, comparisons.c.number, comparisons.c.asks)] == [2, 2]


async def waiting(inside: House) -> None:
    """Have a batch wait for verdicts of which none comes."""
    await inside.ask(inside.request(8, max_comparisons=4, stop_rule="cap"))
    for _ in range(3):
        await inside.step()


async def passing(inside: House, seconds: float, pause: float = 60.0) -> None:
    """Let time pass, and do what is due meanwhile."""
    for _ in range(int(seconds / pause)):
        inside.clock.pass_by(pause)
        await inside.step()


def never(asked: Json) -> Json | None:
    del asked
    return None


async def test_a_gateway_that_does_not_tell_is_asked_again_a_few_times_only(database: Database) -> None:
    async with house(database, never) as inside:
        await waiting(inside)
        asked = len(inside.gateway.order)
        assert asked == 4
        await passing(inside, 4 * 3600 - 60)
        assert len(inside.gateway.order) == 4 * asked
        assert {pair.asks for pair in await inside.pairs()} == {4}
        assert (await inside.batch()).status == "waiting_callbacks"
        await passing(inside, 420)
        assert (await inside.batch()).reason == "stuck_timeout_insufficient_progress"


async def test_a_gateway_that_still_works_is_waited_for_and_never_asked_again(database: Database) -> None:
    async with house(database, never) as inside:
        inside.gateway.knows = lambda name: {"correlation_id": name, "state": "open"}
        await waiting(inside)
        await passing(inside, 3 * 3600)
        assert len(inside.gateway.order) == 4
        looks = len(inside.gateway.looked_up)
        assert 3 * 3600 / 300 - 5 <= looks <= 3 * 3600 / 300 + 3


async def test_looks_grow_rarer_up_to_the_longest_pause(database: Database) -> None:
    async with house(database, never) as inside:
        inside.gateway.knows = lambda name: {"correlation_id": name, "state": "open"}
        await waiting(inside)
        started, at, seen = inside.clock(), list[float](), 0
        for _ in range(1500 // 10):
            inside.clock.pass_by(10)
            await inside.step()
            if len(inside.gateway.looked_up) > seen:
                seen = len(inside.gateway.looked_up)
                at.append((inside.clock() - started).total_seconds())
        assert at == pytest.approx([60, 120, 240, 480, 780, 1080, 1380], abs=30)


async def test_a_gateway_that_forgets_what_it_takes_is_asked_a_few_times_only(database: Database) -> None:
    async with house(database, never) as inside:
        inside.gateway.knows = lambda name: {"correlation_id": name, "state": "unknown"}
        await waiting(inside)
        await passing(inside, 3600)
        assert len(inside.gateway.order) == 16


async def test_a_batch_that_is_too_old_takes_what_the_gateway_has_before_it_ends(database: Database) -> None:
    async with house(database, never) as inside:
        await waiting(inside)
        asked = inside.gateway.asked

        def knows(name: str) -> Json:
            told = callback(asked[name], better_wins(asked[name]) or {})["data"]
            return {"correlation_id": name, "state": "answered", "result": told}

        inside.gateway.knows = knows
        inside.clock.pass_by(4 * 3600)
        for _ in range(4):
            await inside.step()
        ended = await inside.batch()
        assert (ended.status, ended.succeeded, ended.failed) == ("completed", 4, 0)


async def test_a_gateway_whose_answer_was_lost_is_asked_again_under_the_same_ids(database: Database) -> None:
    async with house(database, never) as inside:
        gateway, lost = inside.gateway, [True]

        class Losing(httpx.AsyncBaseTransport):
            async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
                answer = gateway.answer(request)
                if lost and lost.pop():
                    raise httpx.ReadError("the answer was lost")
                return answer

        async with httpx.AsyncClient(transport=Losing()) as client:
            inside.parts.gateway._client._client = client
            await waiting(inside)
        assert (len(gateway.order), len(gateway.asked)) == (8, 4)
        assert {pair.asks for pair in await inside.pairs()} == {1}


async def test_what_was_paid_for_when_a_batch_was_cancelled_is_noted_with_its_cost(system: System) -> None:
    await judged_but_lost(system)
    name = (await rows(system, batches.c.bos_batch_id))[0][0]
    assert (await system.http.post(f"/api/v1/batches/{name}/cancel")).is_success
    await withdraw.withdraw(system.parts, 1)
    async with system.database.transaction() as connection:
        known = (await connection.execute(select(batches.c.cost_usd))).scalar_one()
        paid = (await connection.execute(select(func.sum(requests.c.cost_usd)))).scalar_one()
    assert known == pytest.approx(paid)
    assert known > 0


async def test_scores_that_are_asked_for_are_to_the_last_digit_those_that_were_published(system: System) -> None:
    await system.run(await system.request(LEVELS * 3, max_comparisons=40))
    result = await system.result()
    shown = (await system.http.get("/api/v1/batches/1/scores")).json()["scores"]
    assert result.assessment_metadata["waves"] > 3
    assert [(row["essay_id"], row["theta"]) for row in shown] == [
        (row.essay_id, row.bt_score) for row in result.essay_results
    ]
