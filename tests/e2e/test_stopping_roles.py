"""Processes are asked to stop (SIGTERM) in mid-run: work is ended or handed back at once, for rolling restarts."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select

from app.cj.tables import batches
from app.cli.demo_data import folder_archive
from app.cli.runner_client import RunnerClient
from app.db.unit import Database
from app.gateway.tables import jobs, requests
from app.roles.stack import ROOT, Stack
from app.runner.tables import runs
from app.runner.webhooks.tables import deliveries
from app.settings import DatabaseSettings
from cj_runner_client.api.runs import start_run
from cj_runner_client.models import Assets, Budget, Design, Judge, RunRequest, RunStarted, Stop
from tests.e2e.conftest import SLOW_JUDGE, started

COMPARISONS = 48
HELD: dict[str, tuple[Table, ...]] = {
    "api": (),
    "worker": (runs, deliveries),
    "cj": (batches,),
    "gateway": (requests, jobs),
    "content": (),
}
NO_LEASE_RUNS_OUT = {"RUNNER_LEASE_S": "3600", "LLM_PROVIDER_SERVICE_LEASE_S": "3600"}


@pytest.fixture(scope="module")
def long_leases(new_server_dir: Callable[[], Path]) -> Iterator[Stack]:
    """A stack in which nobody takes over what another process did not hand back."""
    with started(new_server_dir(), SLOW_JUDGE | NO_LEASE_RUNS_OUT) as running:
        yield running


@pytest.fixture(scope="module")
def package(long_leases: Stack) -> str:
    with RunnerClient(long_leases.plan.url("api")) as api:
        archive = folder_archive(ROOT / "data" / "eng5-demo")
        return api.upload_package("eng5-demo", archive, min_text_characters=100).id


@pytest.mark.parametrize("role", list(HELD))
async def test_a_role_that_is_asked_to_stop_holds_nothing_and_the_run_goes_on(
    long_leases: Stack, package: str, role: str
) -> None:
    stack = long_leases
    with RunnerClient(stack.plan.url("api")) as api:
        run_id = _start(api, package, f"{role}-asked")
        for run in api.watch(run_id, deadline_s=60, pause_s=0.02):
            if run.progress.comparisons.received >= COMPARISONS // 4:
                break
        assert stack.ask_to_stop(role) == 0
        assert await _leases(stack, role) == 0
        stack.start([role])
        stack.wait_until_ready()
        *_, last = api.watch(run_id, deadline_s=90, pause_s=0.1)
    assert (last.status, last.progress.comparisons.received) == ("completed", COMPARISONS)


def _start(api: RunnerClient, package_id: str, label: str) -> str:
    request = RunRequest(
        mode="anchor-align-test",
        batch_label=label,
        assets=Assets(package_id),
        llm=Judge(provider="mock", model="latent"),
        budget=Budget(max_comparisons=COMPARISONS),
        design=Design(seed=7, stop=Stop(rule="cap")),
    )
    return api.ask(start_run.sync_detailed, RunStarted, body=request).id


async def _leases(stack: Stack, role: str) -> int:
    database = Database.connect(DatabaseSettings(url=stack.plan.database_url), application_name="tests")
    try:
        async with database.transaction() as connection:
            counts = [
                await connection.scalar(select(func.count()).where(table.c.lease_owner.is_not(None)))
                for table in HELD[role]
            ]
    finally:
        await database.close()
    return sum(count or 0 for count in counts)
