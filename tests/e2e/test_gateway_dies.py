"""The gateway process is killed again and again while it judges: nothing lost, nothing answered twice."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from app.contracts.prompt import comparison_blocks, joined
from app.contracts.topics import Topic
from app.db.unit import Database
from app.gateway.tables import requests
from app.messaging.kafka import KafkaConsumer, consuming
from app.roles.everything import servers
from app.roles.stack import Stack
from app.settings import DatabaseSettings, KafkaSettings

COUNT = 90
CONCURRENCY = 4
MODES = ("per_request", "serial_bundle", "provider_batch_api")
SETTINGS = {
    "LLM_PROVIDER_SERVICE_OPEN_WRITES": "true",
    "LLM_PROVIDER_SERVICE_MOCK_LATENCY_MS": "50",
    "LLM_PROVIDER_SERVICE_CONCURRENCY": str(CONCURRENCY),
    "LLM_PROVIDER_SERVICE_LEASE_S": "1",
    "LLM_PROVIDER_SERVICE_BATCH_API_MODE": "opportunistic",
    "LLM_PROVIDER_SERVICE_BATCH_API_GATHER_S": "0",
    "LLM_PROVIDER_SERVICE_BATCH_API_POLL_S": "0.2",
    "LLM_PROVIDER_SERVICE_SERIAL_BUNDLE_MAX_REQUESTS_PER_CALL": "8",
    "LLM_PROVIDER_SERVICE_QUEUE_MAX_RETRIES": "9",
}


@pytest.fixture(scope="module")
def gateway(new_server_dir: Callable[[], Path]) -> Iterator[Stack]:
    """A stack with its own servers, of which only the gateway runs."""
    with servers(new_server_dir(), prefer_usual=False) as plan:
        stack = Stack(plan, SETTINGS)
        try:
            stack.migrate()
            stack.start(["gateway"])
            stack.wait_until_ready()
            yield stack
        finally:
            stack.stop()


def wanted(mode: str) -> dict[str, Any]:
    blocks = comparison_blocks(None, f"One essay says {uuid4()}. " * 5, "Another essay says this. " * 5)
    return {
        "user_prompt": joined(blocks),
        "callback_topic": Topic.COMPARISON_RESULT,
        "correlation_id": str(uuid4()),
        "llm_config_overrides": {"provider_override": "mock", "model_override": "coin"},
        "metadata": {"bos_batch_id": mode, "cj_llm_batching_mode": mode},
    }


async def rows(database: Database) -> list[Any]:
    async with database.transaction() as connection:
        columns = (requests.c.correlation_id, requests.c.state, requests.c.attempts)
        return list((await connection.execute(select(*columns))).all())


class Told:
    """What came out of the broker: event ids by comparison."""

    def __init__(self, consumer: KafkaConsumer) -> None:
        self._consumer = consumer
        self.events: dict[str, set[str]] = defaultdict(set)

    async def until(self, count: int) -> None:
        """Read until so many comparisons were answered."""
        async with asyncio.timeout(90):
            while len(self.events) < count:
                for record in await self._consumer.poll(timeout_s=0.5, limit=500):
                    self.events[record.headers["correlation_id"]].add(record.headers["event_id"])


@pytest.mark.timeout(300)
async def test_a_gateway_that_is_killed_twice_answers_everything_once(gateway: Stack) -> None:
    database = Database.connect(DatabaseSettings(url=gateway.plan.database_url), application_name="tests")
    kafka = KafkaSettings(bootstrap_servers=gateway.plan.kafka_bootstrap)
    body = {"comparisons": [wanted(MODES[number % 3]) for number in range(COUNT)]}
    async with (
        httpx.AsyncClient(base_url=gateway.plan.url("gateway"), timeout=30) as client,
        consuming(kafka, f"test-{uuid4().hex}", [Topic.COMPARISON_RESULT]) as consumer,
    ):
        told = Told(consumer)
        answer = await client.post("/api/v1/comparisons", json=body)
        assert answer.status_code == 202, answer.text
        for answered in (COUNT // 6, COUNT // 2):
            await told.until(answered)
            await asyncio.to_thread(gateway.kill, "gateway")
            await asyncio.to_thread(gateway.start, ["gateway"])
            await asyncio.to_thread(gateway.wait_until_ready)
        await told.until(COUNT)
    kept = await rows(database)
    assert Counter(row.state for row in kept) == {"succeeded": COUNT}
    assert set(told.events) == {item["correlation_id"] for item in body["comparisons"]}
    assert {len(events) for events in told.events.values()} == {1}
    under_way_at_a_kill = 2 * (2 * CONCURRENCY + COUNT // 3)
    assert COUNT <= sum(row.attempts for row in kept) <= COUNT + under_way_at_a_kill
    await database.close()
