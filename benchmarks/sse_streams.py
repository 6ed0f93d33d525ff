"""A thousand listeners of runs: memory of the API's process, and how late the last one hears of an event.

The floor is one listener. All listen to one run, which is cancelled meanwhile.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tools.http_load import percentile
from tools.process import UNLIMITED, cpu_seconds, proportional_mb, resident_mb

from app.cli.demo_data import folder_archive
from app.cli.runner_client import RunnerClient
from app.roles.everything import servers
from app.roles.stack import ROOT, Plan, Stack
from cj_runner_client.api.runs import cancel_run, start_run
from cj_runner_client.models import RunRequest, RunStarted, RunView

STREAMS, ROUNDS, AT_ONCE = 1_000, 3, 50


async def opened(plan: Plan, run_id: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Return a stream of a run's events of which the first event and progress have come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", plan.ports["api"])
    lines = (f"GET /v1/runs/{run_id}/events HTTP/1.1", "Host: 127.0.0.1", "Accept: text/event-stream", "", "")
    writer.write("\r\n".join(lines).encode())
    await reader.readuntil(b"event: progress")
    return reader, writer


async def heard(reader: asyncio.StreamReader, began: float) -> float:
    """Return the ms from ``began`` until the end of the run is told."""
    await reader.readuntil(b"event: run.cancelled")
    return (time.perf_counter() - began) * 1e3


async def round_of(plan: Plan, api: RunnerClient, body: dict[str, Any], streams: int) -> tuple[list[float], float]:
    """Return how late each listener heard that the run was cancelled, and the API's memory before, in MB."""
    request = RunRequest.from_dict(body)
    run = await asyncio.to_thread(api.ask, start_run.sync_detailed, RunStarted, body=request)
    held: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    while len(held) < streams:
        some = range(min(AT_ONCE, streams - len(held)))
        held += await asyncio.gather(*(opened(plan, run.id) for _ in some))
    await asyncio.sleep(1.0)
    size = max(proportional_mb(pid := PIDS[0]), resident_mb(pid))
    began = time.perf_counter()
    listening = [asyncio.create_task(heard(reader, began)) for reader, _ in held]
    await asyncio.to_thread(api.ask, cancel_run.sync_detailed, RunView, run.id)
    taken = await asyncio.gather(*listening)
    for _, writer in held:
        writer.close()
    return list(taken), size


PIDS: list[int] = []


async def measure(plan: Plan, api: RunnerClient, body: dict[str, Any], streams: int) -> None:
    """Print memory and latencies."""
    empty = resident_mb(PIDS[0])
    alone = [(await round_of(plan, api, body, 1))[0][0] for _ in range(ROUNDS)]
    floor = percentile(alone, 0.5)
    print(f"resident without listeners: {empty:.0f} MB; one listener hears of an event after {floor:.1f} ms")
    for _ in range(ROUNDS):
        before = cpu_seconds(PIDS[0])
        taken, size = await round_of(plan, api, body, streams)
        last = max(taken)
        print(
            f"{streams:,} listeners: {size:.0f} MB (aim: 300 MB), {(size - empty) / streams * 1024:.0f} kB each; "
            f"event heard: p50 {percentile(taken, 0.5):.0f} ms, the last after {last:.0f} ms "
            f"({last / floor:.1f} floors); CPU {(cpu_seconds(PIDS[0]) - before) / streams * 1e3:.2f} ms a listener"
        )


def main() -> None:
    """Measure with embedded servers, or with those that the environment names."""
    streams = int(sys.argv[1]) if sys.argv[1:] else STREAMS
    with tempfile.TemporaryDirectory() as where, servers(Path(where), prefer_usual=False) as plan:
        stack = Stack(plan, UNLIMITED)
        try:
            stack.migrate()
            stack.start(["api"])
            stack.wait_until_ready()
            PIDS.append(stack.pid("api"))
            with RunnerClient(plan.url("api")) as api:
                archive = folder_archive(ROOT / "data" / "eng5-demo")
                package = api.upload_package("bench", archive, min_text_characters=100).id
                body = {"mode": "plan", "batch_label": "bench", "assets": {"package_id": package}}
                asyncio.run(measure(plan, api, body, streams))
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
