"""Whole batches through the real broker: requests and verdicts in, one terminal event out for each."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any
from uuid import uuid4

import orjson
import pytest

from app.cj import collect, finish, intake
from app.cj.api.app import build
from app.cj.tables import BATCHES_CHANNEL, batches, messages
from app.contracts.topics import ALL, Topic
from app.db.leased import LeasedWork, Pace, Stage
from app.db.listen import Wakeup
from app.db.unit import Database
from app.edge.tokens import service_token
from app.messaging.bus import Outgoing
from app.messaging.consume import ConsumeLoop
from app.messaging.kafka import consuming, ensure_topics, producing
from app.messaging.relay import Relay, RelayTimes
from app.settings import KafkaSettings
from tests.integration.cj_house import STAGES, House, better_wins, failure, house
from tests.integration.cj_system import AUTH
from tests.integration.parts import Json, in_process

TERMINAL = (Topic.CJ_COMPLETED, Topic.CJ_FAILED)


class Running:
    """The engine's loops on a real broker; callbacks go out as soon as the gateway has been asked."""

    def __init__(self, engine: House, kafka: KafkaSettings, url: str, stack: AsyncExitStack) -> None:
        self.engine, self.kafka, self.url, self.stack = engine, kafka, url, stack
        self.asked_silent = asyncio.Event()
        scripts = SCRIPTS | {SILENT: self.say_nothing}
        engine.gateway.script = lambda asked: scripts.get(asked["metadata"]["seed"], better_wins)(asked)

    def say_nothing(self, asked: Json) -> None:
        assert asked["correlation_id"]
        self.asked_silent.set()

    async def start(self) -> None:
        engine, enter = self.engine, self.stack.enter_async_context
        await ensure_topics(self.kafka, ALL)
        self.producer = await enter(producing(self.kafka, "tests"))
        routes: list[Any] = [intake.route(engine.parts.settings, engine.clock), collect.route(engine.clock)]
        topics = [route.topic for route in routes]
        consumer = await enter(consuming(self.kafka, f"cj-{uuid4()}", topics))
        self.listener = await enter(consuming(self.kafka, f"listener-{uuid4()}", list(TERMINAL)))
        stages: dict[str, Stage] = {state: partial(stage, engine.parts) for state, stage in STAGES.items()}
        broken = partial(finish.broken, engine.parts)
        worker = LeasedWork(engine.database, batches, stages, broken, engine.clock, Pace(idle_s=0.1))
        relay = Relay("cj", engine.database, messages, self.producer, RelayTimes(idle=0.1))
        wakeup = await enter(Wakeup(self.url, BATCHES_CHANNEL))
        relay_wakeup = await enter(Wakeup(self.url, messages.channel))
        loops = [
            ConsumeLoop("cj", engine.database, messages, consumer, routes).run(idle_s=0.1),
            worker.run(wakeup),
            relay.run(relay_wakeup),
            self.answer(),
        ]
        for loop in loops:
            self.stack.push_async_callback(stopped, asyncio.create_task(loop))

    async def answer(self) -> None:
        """Send what the gateway has to say, each callback twice."""
        while True:
            await self.engine.gateway.news.wait()
            self.engine.gateway.news.clear()
            told = self.engine.gateway.taken()
            await self.send(Topic.COMPARISON_RESULT, *told, *told)

    async def send(self, topic: Topic, *payloads: Json) -> None:
        if payloads:
            await self.producer.send([Outgoing(topic, None, orjson.dumps(payload)) for payload in payloads])

    async def terminal(self, wanted: set[str]) -> dict[str, list[Json]]:
        """Return the terminal events of some batches, once each of them has one."""
        found: dict[str, list[Json]] = {name: [] for name in wanted}
        async with asyncio.timeout(100):
            while not all(found.values()):
                for record in await self.listener.poll(timeout_s=0.2, limit=100):
                    event = orjson.loads(record.value)["data"]
                    found.get(event["entity_id"], []).append(event | {"topic": record.topic})
        return found


async def stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def half(asked: Json) -> Json:
    odd = asked["metadata"]["comparison_number"] % 2
    return failure("REFUSED", retryable=False) if odd else better_wins(asked)


ALL_FAIL, HALF_FAIL, SILENT = 101, 102, 103
SCRIPTS: dict[int, Callable[[Json], Json | None]] = {
    ALL_FAIL: lambda _: failure("BROKEN", retryable=False),
    HALF_FAIL: half,
}


@pytest.fixture
async def running(database: Database, database_url: str, kafka: KafkaSettings) -> AsyncIterator[Running]:
    settings: Json = {"min_resampling_net_size": 5, "score_stability_threshold": 0.05}
    async with house(database, **settings) as engine, AsyncExitStack() as stack:
        found = Running(engine, kafka, database_url, stack)
        await found.start()
        yield found


@pytest.mark.timeout(180)
async def test_every_kind_of_batch_comes_to_its_one_terminal_event_over_the_broker(running: Running) -> None:
    engine = running.engine
    at_once: Json = {"llm_batching_mode_hint": "provider_batch_api"}
    requests = {
        "regular": engine.request(24, max_comparisons=96),
        "small": engine.request(5),
        "at once": engine.request(24, max_comparisons=60, **at_once),
        "single": engine.request(1),
        "all fail": engine.request(24, seed=ALL_FAIL),
        "half fail": engine.request(24, max_comparisons=60, seed=HALF_FAIL, **at_once),
        "cancelled": engine.request(6, seed=SILENT),
        "refused": engine.request(4, max_comparisons=-1),
    }
    names = {request["data"]["entity_id"]: kind for kind, request in requests.items()}
    await running.send(Topic.CJ_REQUESTED, *requests.values(), requests["regular"])
    await cancel_when_asked(engine, requests["cancelled"]["data"]["entity_id"], running.asked_silent)
    told = {names[name]: events for name, events in (await running.terminal(set(names))).items()}
    assert {kind: len(events) for kind, events in told.items()} == dict.fromkeys(requests, 1)
    statuses = {kind: (events[0]["topic"], events[0]["status"]) for kind, events in told.items()}
    good = (Topic.CJ_COMPLETED, "completed_successfully")
    bad = (Topic.CJ_FAILED, "failed_critically")
    assert statuses == {
        "regular": good,
        "small": good,
        "at once": good,
        "single": (Topic.CJ_COMPLETED, "failed_critically"),
        "all fail": bad,
        "half fail": bad,
        "cancelled": (Topic.CJ_FAILED, "cancelled"),
        "refused": bad,
    }
    reasons = {kind: events[0]["system_metadata"]["error_info"].get("reason") for kind, events in told.items()}
    assert [reasons[kind] for kind in ("all fail", "half fail", "cancelled", "refused")] == [
        "low_success_rate",
        "low_success_rate",
        "cancelled",
        "invalid_cj_request",
    ]


async def cancel_when_asked(engine: House, bos_id: str, asked: asyncio.Event) -> None:
    async with asyncio.timeout(60), in_process(build(engine.parts, AUTH)) as http:
        await asked.wait()
        http.headers["Authorization"] = f"Bearer {service_token(AUTH, 'tests')}"
        assert (await http.post(f"/api/v1/batches/{bos_id}/cancel")).status_code == 202
