"""The gateway alone: accepted a second, mock throughput with and without latency, memory over a long run."""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import insert

from app.contracts.prompt import comparison_blocks, joined
from app.contracts.topics import Topic
from app.db.unit import Database
from app.gateway.modes import Lane, Mode
from app.gateway.tables import requests
from app.messaging.bus import Outgoing
from app.messaging.kafka import KafkaConsumer, consuming, ensure_topics, producing
from app.roles.everything import servers
from app.roles.stack import Plan, Stack
from app.settings import DatabaseSettings, KafkaSettings

ESSAY = "The writer considers several sides of the question, although the conclusion comes early. " * 12
CALL = 500
DISTANT = datetime(2100, 1, 1, tzinfo=UTC)


def request(model: str = "coin") -> dict[str, Any]:
    """Return a comparison of two essays of about 1,000 characters each."""
    blocks = comparison_blocks(None, ESSAY, ESSAY + "However.")
    return {
        "user_prompt": joined(blocks),
        "prompt_blocks": [block.model_dump() for block in blocks],
        "callback_topic": Topic.COMPARISON_RESULT,
        "correlation_id": str(uuid4()),
        "llm_config_overrides": {"provider_override": "mock", "model_override": model},
        "metadata": {"bos_batch_id": f"bench-{uuid4().hex[:2]}"},
    }


@asynccontextmanager
async def gateway(plan: Plan, extra: Mapping[str, str]) -> AsyncIterator[tuple[httpx.AsyncClient, int]]:
    """Yield a client of a freshly started gateway process, and the process's id."""
    stack = Stack(plan, {"LLM_PROVIDER_SERVICE_OPEN_WRITES": "true", **extra})
    try:
        stack.start(["gateway"])
        await asyncio.to_thread(stack.wait_until_ready)
        async with httpx.AsyncClient(base_url=plan.url("gateway"), timeout=120) as client:
            yield client, stack.pid("gateway")
    finally:
        await asyncio.to_thread(stack.stop)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used, which a busy machine does not change much."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def ask(client: httpx.AsyncClient, count: int, model: str = "coin") -> float:
    """Ask for ``count`` comparisons, two calls at a time; return the seconds until all are accepted."""
    bodies = [{"comparisons": [request(model) for _ in range(CALL)]} for _ in range(count // CALL)]
    raw = [httpx.Request("POST", "http://x", json=body).content for body in bodies]
    gate = asyncio.Semaphore(2)

    async def call(content: bytes) -> None:
        async with gate:
            headers = {"Content-Type": "application/json"}
            answer = await client.post("/api/v1/comparisons", content=content, headers=headers)
            if answer.status_code != 202:
                raise SystemExit(f"refused: {answer.status_code} {answer.text[:200]}")

    started = time.perf_counter()
    await asyncio.gather(*(call(content) for content in raw))
    return time.perf_counter() - started


async def receive(consumer: KafkaConsumer, count: int) -> None:
    """Wait for ``count`` callbacks."""
    received = 0
    while received < count:
        received += len(await consumer.poll(timeout_s=1.0, limit=1000))


async def published(plan: Plan, extra: Mapping[str, str], count: int) -> float:
    """Return the seconds from the first request until the last callback came out of the broker."""
    kafka = KafkaSettings(bootstrap_servers=plan.kafka_bootstrap)
    group = f"bench-{uuid4().hex}"
    async with (
        gateway(plan, extra) as (client, pid),
        consuming(kafka, group, [Topic.COMPARISON_RESULT]) as consumer,
    ):
        while await consumer.poll(timeout_s=1.0, limit=10_000):
            pass
        started, before = time.perf_counter(), cpu_seconds(pid)
        await asyncio.gather(ask(client, count), receive(consumer, count))
        took = time.perf_counter() - started
        print(f"  CPU of the gateway: {(cpu_seconds(pid) - before) / count * 1e3:.2f} ms a comparison")
        return took


async def accepted(plan: Plan, count: int) -> float:
    """Return the seconds to accept ``count`` comparisons while the judge is busy for ever with the first."""
    extra = {"LLM_PROVIDER_SERVICE_MOCK_LATENCY_MS": "600000", "LLM_PROVIDER_SERVICE_CONCURRENCY": "1"}
    async with gateway(plan, extra) as (client, pid):
        await ask(client, CALL)
        before = cpu_seconds(pid)
        took = await ask(client, count)
        print(f"  CPU of the gateway: {(cpu_seconds(pid) - before) / count * 1e3:.2f} ms a comparison")
        return took


async def rows_floor(plan: Plan, count: int) -> float:
    """Return the seconds to write the same rows in the same batches, without HTTP and checks."""
    database = Database.connect(DatabaseSettings(url=plan.database_url), application_name="floor")
    lane = Lane(Mode.PER_REQUEST, "floor", None).key
    started = time.perf_counter()
    for _ in range(count // CALL):
        rows = [_row(lane) for _ in range(CALL)]
        async with database.transaction() as connection:
            await connection.execute(insert(requests), rows)
    seconds = time.perf_counter() - started
    await database.close()
    return seconds


def _row(lane: str) -> dict[str, Any]:
    wanted = request()
    return {
        "queue_id": uuid4(),
        "correlation_id": uuid4(),
        "digest": "d" * 64,
        "state": "cancelled",
        "lane": lane,
        "provider": "floor",
        "user_prompt": wanted["user_prompt"],
        "prompt_blocks": wanted["prompt_blocks"],
        "settings": {},
        "metadata": wanted["metadata"],
        "callback_topic": wanted["callback_topic"],
        "expires_at": DISTANT,
    }


async def broker_floor(plan: Plan, count: int) -> float:
    """Return the seconds for as many messages of the same size through the broker."""
    kafka, topic = KafkaSettings(bootstrap_servers=plan.kafka_bootstrap), f"floor.{uuid4().hex}"
    await ensure_topics(kafka, [topic])
    async with producing(kafka, "floor") as producer, consuming(kafka, topic, [topic]) as consumer:
        started = time.perf_counter()
        for _ in range(count // CALL):
            await producer.send([Outgoing(topic, None, b"x" * 1500)] * CALL)
        await receive(consumer, count)
        return time.perf_counter() - started


async def memory(plan: Plan, rounds: int) -> list[float]:
    """Return the process's resident megabytes after each round of 2,000 comparisons."""
    sizes = []
    kafka = KafkaSettings(bootstrap_servers=plan.kafka_bootstrap)
    group = f"bench-{uuid4().hex}"
    async with gateway(plan, {}) as (client, pid), consuming(kafka, group, [Topic.COMPARISON_RESULT]) as consumer:
        while await consumer.poll(timeout_s=1.0, limit=10_000):
            pass
        for _ in range(rounds):
            await asyncio.gather(ask(client, 2_000), receive(consumer, 2_000))
            sizes.append(resident_mb(pid))
    return sizes


async def measure(plan: Plan) -> None:
    """Print everything."""
    took, least = await accepted(plan, 10_000), await rows_floor(plan, 10_000)
    print(
        f"accepted by the batch route: {10_000 / took:,.0f}/s (aim: 2,000/s); rows alone {10_000 / least:,.0f}/s"
    )
    await _forget(plan)
    took, least = await published(plan, {}, 5_000), await broker_floor(plan, 5_000)
    print(f"accepted to published: {5_000 / took:,.0f}/s (aim: 500/s); the broker alone {5_000 / least:,.0f}/s")
    slow = {"LLM_PROVIDER_SERVICE_MOCK_LATENCY_MS": "200", "LLM_PROVIDER_SERVICE_CONCURRENCY": "50"}
    took = await published(plan, slow, 3_000)
    print(f"200 ms latency, 50 at once: {3_000 / took:,.0f}/s, {3_000 / took / 250:.0%} of the ideal (aim: 90 %)")
    sizes = await memory(plan, 6)
    print("resident MB after each 2,000 comparisons:", " ".join(f"{size:.0f}" for size in sizes))


async def _forget(plan: Plan) -> None:
    database = Database.connect(DatabaseSettings(url=plan.database_url), application_name="bench")
    async with database.transaction() as connection:
        await connection.execute(requests.delete())
    await database.close()


def main() -> None:
    """Measure with embedded servers, or with those that the environment names."""
    with tempfile.TemporaryDirectory() as where, servers(Path(where), prefer_usual=False) as plan:
        Stack(plan).migrate()
        asyncio.run(measure(plan))


if __name__ == "__main__":
    main()
