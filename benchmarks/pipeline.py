"""The pipeline's own overhead: accepted to completed, 24 essays and 120 comparisons, a judge without latency."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Column, LargeBinary, MetaData, String, Table, insert

from app.cli.demo_data import LEGACY_SCALE, archive_of
from app.cli.runner_client import RunnerClient
from app.db.unit import Database
from app.gateway.providers.draws import uniform
from app.messaging.bus import Outgoing
from app.messaging.kafka import consuming, ensure_topics, producing
from app.roles.everything import servers
from app.roles.stack import Stack
from app.settings import DatabaseSettings, KafkaSettings
from cj_runner_client.api.runs import start_run
from cj_runner_client.models import RunRequest, RunStarted

ESSAYS, COMPARISONS, RUNS = 24, 120, 5
WORDS = ("essay", "writer", "reader", "thought", "question", "answer", "however", "although", "because", "people")
MESSAGE = b"x" * 2_500


def essays() -> bytes:
    """Return a package of graded anchors made of drawn words."""
    files = {}
    for number in range(ESSAYS):
        words = [WORDS[int(uniform(number, place) * len(WORDS))] for place in range(150)]
        grade = LEGACY_SCALE[number * len(LEGACY_SCALE) // ESSAYS]
        files[f"anchor_essays/essay_{number:02d}_{grade}.txt"] = " ".join(words).encode()
    return archive_of(files)


def runs(api: RunnerClient) -> list[float]:
    """Return the seconds from accepted to the end of several runs."""
    package = api.upload_package("bench", essays(), min_text_characters=100).id
    seconds = []
    for number in range(RUNS):
        body = {
            "mode": "anchor-align-test",
            "batch_label": "bench",
            "assets": {"package_id": package},
            "llm": {"provider": "mock", "model": "latent"},
            "budget": {"max_comparisons": COMPARISONS},
            "design": {"seed": number, "stop": {"rule": "cap"}},
        }
        started = time.perf_counter()
        run = api.ask(start_run.sync_detailed, RunStarted, body=RunRequest.from_dict(body))
        *_, end = api.watch(run.id, deadline_s=60, pause_s=0.02)
        seconds.append(time.perf_counter() - started)
        if end.status != "completed":
            raise SystemExit(f"a run ended as {end.status}: {end.status_detail}")
    return seconds


async def floor(database_url: str, bootstrap: str) -> float:
    """Return the seconds for the same messages and rows, one after the other as waves force it, without logic."""
    settings, topic = KafkaSettings(bootstrap_servers=bootstrap), f"floor.{uuid4().hex}"
    database = Database.connect(DatabaseSettings(url=database_url), application_name="floor")
    table = Table("floor", MetaData(), Column("id", String(64), primary_key=True), Column("raw", LargeBinary))
    async with database.transaction() as connection:
        await connection.run_sync(table.create)
    await ensure_topics(settings, [topic])
    wave = ESSAYS // 2
    async with producing(settings, "floor") as producer, consuming(settings, topic, [topic]) as consumer:
        started = time.perf_counter()
        for _ in range(COMPARISONS // wave):
            rows = [{"id": uuid4().hex, "raw": MESSAGE} for _ in range(wave)]
            for _ in range(4):
                async with database.transaction() as connection:
                    await connection.execute(insert(table), [row | {"id": uuid4().hex} for row in rows])
            await producer.send([Outgoing(topic, None, MESSAGE) for _ in rows])
            received = 0
            while received < wave:
                received += len(await consumer.poll(timeout_s=1.0, limit=100))
            await consumer.commit()
        seconds = time.perf_counter() - started
    await database.close()
    return seconds


def main() -> None:
    """Print seconds and the ratio to the floor."""
    with tempfile.TemporaryDirectory() as where, servers(Path(where), prefer_usual=False) as plan:
        stack = Stack(plan)
        try:
            stack.migrate()
            stack.start()
            stack.wait_until_ready()
            with RunnerClient(plan.url("api")) as api:
                found = runs(api)
            least = asyncio.run(floor(plan.database_url, plan.kafka_bootstrap))
        finally:
            stack.stop()
    middle = statistics.median(found)
    print(
        f"{ESSAYS} essays, {COMPARISONS} comparisons: median {middle:.2f} s, worst {max(found):.2f} s (aim: 5 s)"
    )
    print(f"floor without logic: {least:.2f} s; ratio {middle / least:.1f}")


if __name__ == "__main__":
    main()
