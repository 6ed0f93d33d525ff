"""The gateway process is killed again and again while it judges: nothing lost, nothing answered twice."""

import asyncio
from collections import Counter
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
from app.messaging.kafka import consuming
from app.roles.everything import servers
from app.roles.stack import Stack
from app.settings import DatabaseSettings, KafkaSettings

COUNT = 120
MODES = ("per_request", "serial_bundle", "provider_batch_api")
SETTINGS = {
    "LLM_PROVIDER_SERVICE_OPEN_WRITES": "true",
    "LLM_PROVIDER_SERVICE_MOCK_LATENCY_MS": "50",
    "LLM_PROVIDER_SERVICE_CONCURRENCY": "4",
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
        columns = (requests.c.correlation_id, requests.c.state, requests.c.attempts, requests.c.callback)
        return list((await connection.execute(select(*columns))).all())


async def published(stack: Stack, least: int) -> Counter[str]:
    """Return how often each event came out of the broker, by comparison and event id."""
    kafka, found = KafkaSettings(bootstrap_servers=stack.plan.kafka_bootstrap), set[tuple[str, str]]()
    async with consuming(kafka, f"test-{uuid4().hex}", [Topic.COMPARISON_RESULT]) as consumer, asyncio.timeout(60):
        while len(found) < least:
            for record in await consumer.poll(timeout_s=0.5, limit=500):
                found.add((record.headers["correlation_id"], record.headers["event_id"]))
    return Counter(correlation_id for correlation_id, _ in found)


async def killed_until_over(stack: Stack, database: Database, kills: int) -> None:
    """Kill the gateway each time that some more is answered; return when everything is."""
    for part in range(1, kills + 1):
        await _until(database, part * COUNT // (kills + 2))
        await asyncio.to_thread(stack.kill, "gateway")
        await asyncio.to_thread(stack.start, ["gateway"])
        await asyncio.to_thread(stack.wait_until_ready)
    await _until(database, COUNT)


async def _until(database: Database, count: int) -> None:
    async with asyncio.timeout(60):
        while sum(row.callback is not None for row in await rows(database)) < count:
            await asyncio.sleep(0.05)


async def test_a_gateway_that_is_killed_three_times_answers_everything_once(gateway: Stack) -> None:
    database = Database.connect(DatabaseSettings(url=gateway.plan.database_url), application_name="tests")
    body = {"comparisons": [wanted(MODES[number % 3]) for number in range(COUNT)]}
    async with httpx.AsyncClient(base_url=gateway.plan.url("gateway"), timeout=30) as client:
        answer = await client.post("/api/v1/comparisons", json=body)
        assert answer.status_code == 202, answer.text
        await killed_until_over(gateway, database, 3)
        again = await client.post("/api/v1/comparisons", json={"comparisons": body["comparisons"][:1]})
        assert again.status_code == 202
    kept = await rows(database)
    assert Counter(row.state for row in kept) == {"succeeded": COUNT}
    told = await published(gateway, COUNT)
    assert set(told) == {item["correlation_id"] for item in body["comparisons"]}
    asked_again = body["comparisons"][0]["correlation_id"]
    assert {correlation_id for correlation_id, count in told.items() if count > 1} <= {asked_again}
    calls = sum(row.attempts for row in kept)
    under_way_at_a_kill = 3 * (4 + COUNT // 3)
    assert COUNT <= calls <= COUNT + under_way_at_a_kill
    await database.close()
