"""The durable queue: order, back-pressure, counters, expiry, cancelling, and what happens when a process dies."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.db.listen import Wakeup
from app.db.unit import Database
from app.gateway import queue, tallies
from app.gateway.ask import MOST_DEATHS
from app.gateway.modes import Lane, Mode
from app.gateway.providers.base import Answer, FailureKind, Judge, Question
from app.gateway.tables import QUEUE_CHANNEL, requests
from app.gateway.work import Worker
from tests.integration.gateway_parts import SETTINGS, Gateway, Scripted, failure, opened, request, settings
from tests.integration.parts import Json

LANE = Lane(Mode.PER_REQUEST, "mock", "latent")


class Slow(Scripted):
    """Thinks until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.release, self.thinking = asyncio.Event(), asyncio.Event()

    async def judge(self, question: Question) -> Answer:
        self.thinking.set()
        await self.release.wait()
        return await super().judge(question)


@pytest.fixture
async def gateway(database: Database, database_url: str) -> AsyncIterator[Gateway]:
    async with opened(database, database_url, {"mock": Scripted()}) as found:
        yield found


def order(gateway: Gateway) -> list[object]:
    judge = gateway.parts.judges["mock"]
    assert isinstance(judge, Scripted)
    return [question.metadata["name"] for question in judge.asked]


async def test_higher_priorities_go_first_and_then_the_older_ones(database: Database, database_url: str) -> None:
    async with opened(database, database_url, {"mock": Scripted()}, settings(concurrency=1)) as gateway:
        for name, priority in (("first", 5), ("urgent", 10), ("last", 0), ("second", 5)):
            await gateway.ask(metadata={"name": name, "priority": priority})
        headers = {"X-Priority": "9"}
        await gateway.http.post("/api/v1/comparison", json=request(metadata={"name": "header"}), headers=headers)
        await gateway.work(20)
        assert order(gateway) == ["urgent", "header", "first", "second", "last"]
        bad = await gateway.http.post("/api/v1/comparison", json=request(), headers={"X-Priority": "11"})
        assert bad.status_code == 400


async def test_a_full_queue_takes_what_fits_and_says_when_to_come_back(
    database: Database, database_url: str
) -> None:
    async with opened(database, database_url, {"mock": Scripted()}, settings(queue_max_size=2)) as gateway:
        known = request()
        three = {"comparisons": [known, request(), request()]}
        answer = await gateway.http.post("/api/v1/comparisons", json=three)
        assert [item["status"] for item in answer.json()["items"]] == ["queued", "queued", "refused"]
        assert (
            answer.json()["items"][2] | {"error_code": "LLM_QUEUE_FULL", "retryable": True}
            == (answer.json()["items"][2])
        )
        assert answer.headers["Retry-After"] == "30"
        full = await gateway.ask()
        assert (full.status_code, full.headers["Retry-After"]) == (429, "30")
        assert full.json()["error"]["code"] == "LLM_QUEUE_FULL"
        whole = await gateway.http.post("/api/v1/comparisons", json={"comparisons": [request(), request()]})
        assert (whole.status_code, whole.headers["Retry-After"]) == (429, "30")
        again = await gateway.http.post("/api/v1/comparison", json=known)
        assert again.status_code == 202
        await gateway.work()
        assert (await gateway.ask()).status_code == 202


async def test_the_counters_say_the_same_as_a_count_whatever_was_done(
    database: Database, database_url: str
) -> None:
    moods = [failure(FailureKind.RETRY_AFTER), failure(FailureKind.REFUSED)]
    async with opened(database, database_url, {"mock": Scripted(*moods), "replay": Scripted()}) as gateway:
        wanted = await gateway.ask_many(3)
        await gateway.work(1)
        await gateway.ask_many(4, overrides={"provider_override": "replay"})
        await gateway.http.post("/api/v1/comparisons/cancel", json=_ids(wanted[:1]))
        async with database.transaction() as connection:
            before = (await tallies.counts(connection)).by
            await tallies.fold(connection)
            folded = (await tallies.counts(connection)).by
            rows = await connection.execute(
                select(requests.c.provider, requests.c.mode, requests.c.state, func.count()).group_by(
                    requests.c.provider, requests.c.mode, requests.c.state
                )
            )
            counted = {(row[0], row[1], row[2]): row[3] for row in rows}
        assert before == folded == counted
        view = (await gateway.http.get("/api/v1/queue")).json()
        assert view["states"] == Counter(await gateway.states())
        assert view["providers"]["replay"] == {"queued": 4}
        gateway.clock.pass_by(30)
        assert (await gateway.http.get("/api/v1/queue")).json()["oldest_age_s"] == 30


async def test_what_waited_too_long_is_answered_by_the_sweep_even_when_nobody_may_be_asked(
    database: Database, database_url: str
) -> None:
    outage = [failure(FailureKind.RETRY_AFTER) for _ in range(9)]
    chosen = settings(circuit_breaker_failure_threshold=1, circuit_breaker_open_s=1e6)
    async with opened(database, database_url, {"mock": Scripted(*outage)}, chosen) as gateway:
        await gateway.ask_many(3)
        await gateway.work()
        assert await gateway.callbacks() == []
        gateway.clock.pass_by(4 * 3600 + 1)
        await gateway.work(2)
        callbacks = await gateway.callbacks()
        assert [item["error_detail"]["error_code"] for item in callbacks] == ["TIMEOUT"] * 3
        assert {item["error_detail"]["details"]["expiry_reason"] for item in callbacks} == {"cleanup"}
        assert await gateway.states() == ["expired"] * 3
        await gateway.work(2)
        assert len(await gateway.callbacks()) == 3


def _ids(wanted: list[Json]) -> Json:
    return {"correlation_ids": [item["correlation_id"] for item in wanted]}


async def test_cancelling_ends_what_is_open_with_a_callback_and_counts_the_rest(gateway: Gateway) -> None:
    done = await gateway.ask_many(2)
    await gateway.work()
    waiting = await gateway.ask_many(3)
    stranger = {"correlation_id": str(uuid4())}
    answer = await gateway.http.post("/api/v1/comparisons/cancel", json=_ids([*done, *waiting, stranger]))
    assert answer.json() == {"cancelled": 3, "already_answered": 2, "unknown": 1}
    again = await gateway.http.post("/api/v1/comparisons/cancel", json=_ids(waiting))
    assert again.json() == {"cancelled": 0, "already_answered": 3, "unknown": 0}
    await gateway.work()
    callbacks = await gateway.callbacks()
    assert len(callbacks) == 5
    details = [item["error_detail"] for item in callbacks[2:]]
    assert {(detail["error_code"], detail["details"]["reason"]) for detail in details} == {
        ("PROCESSING_ERROR", "cancelled")
    }


async def test_an_answer_to_a_cancelled_comparison_is_dropped_and_its_cost_noted(
    database: Database, database_url: str
) -> None:
    slow = Slow()
    async with opened(database, database_url, {"mock": slow}) as gateway:
        wanted = await gateway.ask_many(1)
        worker, wakeup = Worker(gateway.parts), Wakeup(database_url, QUEUE_CHANNEL)
        stepping = asyncio.create_task(worker.step(wakeup))
        await slow.thinking.wait()
        answer = await gateway.http.post("/api/v1/comparisons/cancel", json=_ids(wanted))
        assert answer.json()["cancelled"] == 1
        slow.release.set()
        await stepping
        await gateway.work(worker=worker)
        [callback], [row] = await gateway.callbacks(), await gateway.rows()
    assert callback["error_detail"]["error_code"] == "PROCESSING_ERROR"
    assert (row.state, row.winner) == ("cancelled", None)
    assert row.cost_usd == pytest.approx(140e-6)


async def test_the_lease_of_a_dead_worker_is_taken_over_and_the_zombie_fenced_out(
    database: Database, database_url: str
) -> None:
    slow: dict[str, Judge] = {"mock": Slow()}
    async with opened(database, database_url, slow) as gateway, Wakeup(database_url, QUEUE_CHANNEL) as wakeup:
        zombie_judge = gateway.parts.judges["mock"]
        assert isinstance(zombie_judge, Slow)
        await gateway.ask()
        zombie = Worker(gateway.parts)
        thinking = asyncio.create_task(zombie.step(wakeup))
        async with asyncio.timeout(5):
            await zombie_judge.thinking.wait()
        gateway.clock.pass_by(SETTINGS.lease_s + 1)
        gateway.judges["mock"] = Scripted()
        await gateway.work()
        assert len(await gateway.callbacks()) == 1
        zombie_judge.release.set()
        await thinking
        await gateway.work(worker=zombie)
        [callback], [row] = await gateway.callbacks(), await gateway.rows()
    assert callback["request_metadata"]["attempts"] == row.attempts == 2
    assert row.generation == 2
    assert row.cost_usd == pytest.approx(2 * 140e-6)


async def test_a_worker_that_thinks_for_long_keeps_its_leases(database: Database, database_url: str) -> None:
    slow = Slow()
    async with opened(database, database_url, {"mock": slow}) as gateway, Wakeup(database_url, "x") as wakeup:
        await gateway.ask()
        worker = Worker(gateway.parts)
        for _ in range(8):
            await worker.step(wakeup)
            gateway.clock.pass_by(SETTINGS.lease_s / 2)
        await gateway.work(2)
        slow.release.set()
        await gateway.work(worker=worker)
        [row] = await gateway.rows()
    assert (row.state, row.attempts, len(slow.asked)) == ("succeeded", 1, 1)


async def test_a_worker_that_was_slow_does_not_take_its_own_leases_back(
    database: Database, database_url: str
) -> None:
    slow = Slow()
    async with opened(database, database_url, {"mock": slow}) as gateway, Wakeup(database_url, "x") as wakeup:
        await gateway.ask()
        worker = Worker(gateway.parts)
        for _ in range(4):
            await worker.step(wakeup)
            gateway.clock.pass_by(SETTINGS.lease_s * 2)
        slow.release.set()
        await gateway.work(worker=worker)
        [row] = await gateway.rows()
    assert (row.state, row.attempts, len(slow.asked)) == ("succeeded", 1, 1)


async def test_a_comparison_whose_process_dies_each_time_is_given_up_after_a_bounded_number_of_calls(
    gateway: Gateway,
) -> None:
    await gateway.ask()
    lease = timedelta(seconds=SETTINGS.lease_s)
    for _ in range(SETTINGS.queue_max_retries + 1 + MOST_DEATHS):
        async with gateway.database.transaction() as connection:
            assert await queue.claim(connection, LANE, "mayfly", now=gateway.clock(), lease=lease, limit=1)
        gateway.clock.pass_by(SETTINGS.lease_s + 1)
        async with gateway.database.transaction() as connection:
            await queue.reap(connection, gateway.clock(), 10)
    await gateway.work()
    assert await gateway.errors() == ["LLM_INTERNAL_ERROR"]
    assert order(gateway) == []


async def test_many_workers_share_a_queue_and_nothing_is_judged_twice(
    database: Database, database_url: str
) -> None:
    judge = Scripted()
    async with opened(database, database_url, {"mock": judge}, settings(concurrency=4)) as gateway:
        await gateway.ask_many(60)
        await asyncio.gather(*(gateway.work(20) for _ in range(4)))
        assert (len(judge.asked), len(await gateway.callbacks())) == (60, 60)


async def test_a_worker_that_is_stopped_ends_what_is_under_way_and_gives_the_rest_back(
    database: Database, database_url: str
) -> None:
    slow = Slow()
    chosen = settings(concurrency=2, drain_s=0)
    async with opened(database, database_url, {"mock": slow}, chosen) as gateway:
        await gateway.ask_many(3)
        async with Wakeup(database_url, QUEUE_CHANNEL) as wakeup:
            running = asyncio.create_task(Worker(gateway.parts).run(wakeup))
            await slow.thinking.wait()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        assert await gateway.states() == ["queued"] * 3
        assert sorted(row.attempts for row in await gateway.rows()) in ([0, 1, 1], [1, 1, 1])
        slow.release.set()
        await gateway.work()
        assert len(await gateway.callbacks()) == 3
