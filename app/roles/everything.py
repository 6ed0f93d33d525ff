"""The role that runs all others: embedded servers unless others are named, then one process a role.

A process that ends by itself is started again, with growing pauses. Fed by ``cj-runner up``.
"""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from app.roles.embedded import start_embedded
from app.roles.stack import Plan, Stack, choose_ports
from app.settings import TelemetrySettings
from app.telemetry import logs

log = structlog.get_logger(__name__)
LONGEST_PAUSE_S = 30.0


async def run() -> None:
    """Run the stack until SIGTERM or SIGINT."""
    logs.configure("cj-runner-everything", TelemetrySettings())
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    prefer_usual = os.environ.get("CJ_RUNNER_PORTS", "usual") == "usual"
    with servers(_data_dir(), prefer_usual=prefer_usual) as plan:
        stack = Stack(plan)
        try:
            await asyncio.to_thread(stack.migrate)
            stack.start()
            await asyncio.to_thread(stack.wait_until_ready)
            plan.write()
            log.info("stack_ready", url=plan.url("api"))
            await _watch(stack, stop)
        finally:
            await asyncio.to_thread(stack.stop)
            log.info("stack_stopped")


def _data_dir() -> Path:
    return Path(os.environ.get("CJ_RUNNER_DATA_DIR", "var/stack")).resolve()


@contextmanager
def servers(data_dir: Path, *, prefer_usual: bool) -> Iterator[Plan]:
    """Yield the plan: with the database and broker of the environment, or embedded ones."""
    data_dir.mkdir(parents=True, exist_ok=True)
    ports = choose_ports(prefer_usual=prefer_usual)
    database, kafka = os.environ.get("DATABASE_URL"), os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if database and kafka:
        yield Plan(str(data_dir), database, kafka, ports, os.getpid())
        return
    with start_embedded(data_dir) as embedded:
        yield Plan(
            str(data_dir), embedded.database_url, embedded.kafka_bootstrap, ports, os.getpid(), own_logins=True
        )


async def _watch(stack: Stack, stop: asyncio.Event) -> None:
    pauses: dict[str, float] = {}
    while not stop.is_set():
        for role in stack.ended():
            pauses[role] = min(LONGEST_PAUSE_S, pauses.get(role, 0.25) * 2)
            log.error("role_ended_unexpectedly", role=role, again_in_s=pauses[role])
            await _sleep_or_stop(stop, pauses[role])
            if not stop.is_set():
                stack.start([role])
        await _sleep_or_stop(stop, 0.5)


async def _sleep_or_stop(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
