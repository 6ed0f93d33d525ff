"""Accepting runs: ``POST /v1/runs`` against a bare transaction of two rows behind the same web stack.

The floor is a route of the same application (middleware, pool, server): it takes the same body and inserts one row
of ``runs`` and one of ``run_events``, nothing else. Each serves from its own process; this one makes the load.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import orjson
import uuid6
from fastapi import Response
from sqlalchemy import insert, text
from tools.http_load import most, percentile, request, steady
from tools.process import UNLIMITED, cpu_seconds

from app.cli.demo_data import folder_archive
from app.cli.runner_client import RunnerClient
from app.db.unit import Database
from app.roles.api import parts_of
from app.roles.everything import servers
from app.roles.free_ports import free_ports
from app.roles.parts import open_parts, serve, until_stopped
from app.roles.probe_http import answers
from app.roles.stack import ROOT, Plan, Stack, environment
from app.runner.api.app import SERVICE, build
from app.runner.tables import run_events, runs
from app.settings import DatabaseSettings, RunnerSettings

DEMO = ROOT / "data" / "eng5-demo"
ROUNDS, SECONDS, CONNECTIONS = 5, 3.0, 16
FLOOR = "floor"


async def serve_floor() -> None:
    """Serve the application with the floor's route until stopped."""
    settings = RunnerSettings()
    async with open_parts(SERVICE) as opened:
        app = build(await parts_of(opened, settings), {})

        @app.post("/floor", status_code=202)
        async def two_rows(body: dict[str, object]) -> Response:
            run = _row(body)
            async with opened.database.transaction() as connection:
                await connection.execute(insert(runs).values(run))
                event = {"run_id": run["id"], "number": 1, "type": "run.accepted", "data": {}}
                await connection.execute(insert(run_events).values(event))
            return Response(orjson.dumps({"id": run["id"], "request": body}), 202, media_type="application/json")

        await until_stopped(serve(app, settings.host, settings.port))


def _row(body: dict[str, object]) -> dict[str, object]:
    return {
        "id": f"run_{uuid6.uuid7().hex}",
        "mode": "anchor-align-test",
        "status": "completed",
        "batch_uuid": uuid4(),
        "batch_label": "floor",
        "correlation_id": uuid4(),
        "package_id": "pkg_floor",
        "spec": body,
    }


@contextmanager
def floor(plan: Plan) -> Iterator[tuple[str, int]]:
    """Yield address and process id of the floor's server."""
    [port] = free_ports([0])
    url = f"http://127.0.0.1:{port}"
    with (Path(plan.data_dir) / "floor.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, __file__, FLOOR],
            env=environment(plan, "api", UNLIMITED | {"RUNNER_PORT": str(port)}),
            stdout=log,
            stderr=log,
        )
    try:
        while not answers(f"{url}/healthz"):
            if process.poll() is not None:
                raise SystemExit(f"the floor did not start: see {plan.data_dir}/floor.log")
        yield url, process.pid
    finally:
        process.terminate()
        process.wait()


@dataclass(frozen=True)
class Side:
    """One server under load, and how a request to it is made."""

    url: str
    pid: int
    make: Callable[[], bytes]

    async def rate(self) -> tuple[float, float]:
        """Return answers a second, and the server's CPU ms an answer."""
        before = cpu_seconds(self.pid)
        rate = await most(self.url, self.make, 202, connections=CONNECTIONS, seconds=SECONDS)
        return rate, (cpu_seconds(self.pid) - before) / (rate * SECONDS) * 1e3


async def measure(sides: dict[str, Side], plan: Plan) -> None:
    """Print rates, ratios and latencies; the sides take turns, so that a busy machine meets all of them."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for side in sides.values():
        await side.rate()
    for _ in range(ROUNDS):
        for name, side in sides.items():
            found[name].append(await side.rate())
        await tidy(plan)
    bare = found[FLOOR]
    for name, rates in found.items():
        ratio = statistics.median(rate / least for (rate, _), (least, _) in zip(rates, bare, strict=True))
        rate, cpu = (statistics.median(column) for column in zip(*rates, strict=True))
        print(f"{name}: {rate:,.0f}/s, {cpu:.2f} ms of CPU each; {ratio:.0%} of the floor (aim: 60 %)")
    for name, side in sides.items():
        half = statistics.median(rate for rate, _ in found[name]) / 2
        taken = await steady(side.url, side.make, 202, rate=half, seconds=10)
        p50, p99 = percentile(taken, 0.5), percentile(taken, 0.99)
        print(f"{name} at half that load ({half:,.0f}/s): p50 {p50:.1f} ms, p99 {p99:.1f} ms (aim: 50 ms)")


async def tidy(plan: Plan) -> None:
    """Let no side meet what the others left behind."""
    database = Database.connect(DatabaseSettings(url=plan.database_url), application_name="bench")
    async with database.transaction() as connection:
        await connection.execute(text("TRUNCATE runner.runs CASCADE"))
    await database.close()


def wish(package_id: str) -> bytes:
    """Return the body of a usual request."""
    return orjson.dumps(
        {
            "mode": "anchor-align-test",
            "batch_label": "bench-%Y%m%d",
            "assets": {"package_id": package_id},
            "llm": {"provider": "mock", "model": "latent", "rubric": {"name": "003_language_control"}},
            "budget": {"max_comparisons": 66},
            "design": {"seed": 7, "pairing": "information"},
            "labels": {"team": "bench"},
        }
    )


def main() -> None:
    """Measure with embedded servers, or with those that the environment names."""
    if sys.argv[1:] == [FLOOR]:
        asyncio.run(serve_floor())
        return
    with tempfile.TemporaryDirectory() as where, servers(Path(where), prefer_usual=False) as plan:
        stack = Stack(plan, UNLIMITED)
        try:
            stack.migrate()
            stack.start(["api"])
            stack.wait_until_ready()
            url = plan.url("api")
            with RunnerClient(url) as api:
                package_id = api.upload_package("bench", folder_archive(DEMO), min_text_characters=100).id
            body = wish(package_id)
            with floor(plan) as (floor_url, floor_pid):
                plain = request("POST", "/floor", body)
                sides = {
                    FLOOR: Side(floor_url, floor_pid, lambda: plain),
                    "POST /v1/runs": Side(url, stack.pid("api"), lambda: request("POST", "/v1/runs", body)),
                    "the same with a key": Side(
                        url,
                        stack.pid("api"),
                        lambda: request("POST", "/v1/runs", body, Idempotency_Key=uuid4().hex),
                    ),
                }
                asyncio.run(measure(sides, plan))
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
