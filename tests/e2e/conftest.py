"""The whole system as separate processes, for tests that walk all the way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.cli.runner_client import RunnerClient
from app.roles.everything import servers
from app.roles.stack import Stack

SLOW_JUDGE = {"LLM_PROVIDER_SERVICE_MOCK_LATENCY_MS": "60"}
SHORT_LEASES = {"WEBHOOKS_TIMEOUT_S": "2", "WEBHOOKS_LEASE_S": "3"}


@contextmanager
def started(data_dir: Path, extra: dict[str, str]) -> Iterator[Stack]:
    """Yield a running stack on free ports with its own database and broker."""
    with servers(data_dir, prefer_usual=False) as plan:
        stack = Stack(plan, extra)
        try:
            stack.migrate()
            stack.start()
            stack.wait_until_ready()
            yield stack
        finally:
            stack.stop()


@pytest.fixture(scope="module")
def stack(new_server_dir: Callable[[], Path]) -> Iterator[Stack]:
    """A stack whose mock judge needs 60 ms for a verdict, so that a run can be caught in the middle."""
    with started(new_server_dir(), SLOW_JUDGE | SHORT_LEASES) as running:
        yield running


@pytest.fixture
def api(stack: Stack) -> Iterator[RunnerClient]:
    with RunnerClient(stack.plan.url("api")) as client:
        yield client
