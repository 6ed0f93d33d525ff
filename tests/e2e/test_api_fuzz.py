"""The running API against its own document: whatever is sent, no crash, and no answer that is not described.

All of schemathesis's checks and phases, stateful ones included, in a bounded time and always the same;
``make fuzz`` takes longer and draws anew.
"""

import asyncio
import json
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.demo_data import folder_archive
from app.cli.runner_client import RunnerClient
from app.roles.stack import ROOT, Plan, Stack, choose_ports
from app.runner.access import keys
from cj_runner_client.api.admin import create_api_key
from cj_runner_client.api.experiments import cancel_experiment, start_experiment
from cj_runner_client.api.runs import start_run
from cj_runner_client.api.webhooks import create_webhook
from cj_runner_client.models import (
    Assets,
    ExperimentRequest,
    ExperimentView,
    Factors,
    KeyRequest,
    NewKeyView,
    RunRequest,
    RunStarted,
    SubscriptionMade,
    SubscriptionRequest,
)
from tests.conftest import Servers

SECONDS = int(os.environ.get("FUZZ_SECONDS", "0"))
BOUNDS = ("--max-time", "45", "--max-examples", "5", "--generation-deterministic")
UNLIMITED = {f"RUNNER_{kind}_PER_MINUTE": "0" for kind in ("READS", "WRITES", "UPLOADS")} | {
    "RUNNER_STREAMS_PER_CALLER": "0",
    "RUNNER_FAILED_LOGINS_PER_MINUTE": str(10**6),
}
KEY = keys.new(secrets.token_bytes(keys.ENTROPY_BYTES))
ADMIN = {"id": KEY.id, "sha256": KEY.sha256, "owner": "local", "subject": "fuzz", "scopes": ["admin"]}
CLOSED = {"RUNNER_ACCESS": "on", "RUNNER_API_KEYS": json.dumps([ADMIN])}
NOBODY = "http://127.0.0.1:9/"
"""The discard port: nothing listens there, and finding that out takes no time."""
NOT_CHECKED = ("--exclude-checks", "use_after_free")
"""A key that was revoked stays listed, with the time: its deletion ends what it opens, not its row."""
FUZZ = ROOT / "tests" / "fuzz"


@pytest.fixture
def stack(servers: Servers, database_url: str, tmp_path: Path) -> Iterator[Stack]:
    ports = choose_ports(prefer_usual=False)
    running = Stack(
        Plan(str(tmp_path), database_url, servers.kafka_bootstrap, ports, os.getpid()), UNLIMITED | CLOSED
    )
    try:
        running.start(["api", "worker"])
        running.wait_until_ready()
        yield running
    finally:
        running.stop()


def known(url: str) -> str:
    """Put a package, runs of every kind, webhooks and keys into the service; return their ids for the hooks."""
    with RunnerClient(url, token=KEY.text) as api:
        archive = folder_archive(ROOT / "data" / "eng5-demo")
        package_id = api.upload_package("fuzz", archive, min_text_characters=100).id
        runs = []
        for mode in ("plan", "dry-run", "anchor-align-test", "plan"):
            request = RunRequest(mode=mode, batch_label="fuzz", assets=Assets(package_id))
            runs.append(api.ask(start_run.sync_detailed, RunStarted, body=request))
        for run in (runs[0], runs[1], runs[3]):
            for _ in api.watch(run.id, deadline_s=60):
                pass
        hooks = [
            api.ask(create_webhook.sync_detailed, SubscriptionMade, body=SubscriptionRequest(url=NOBODY)).id
            for _ in range(2)
        ]
        wanted = KeyRequest(subject="fuzz", scopes=["runs:read"])
        made = [api.ask(create_api_key.sync_detailed, NewKeyView, body=wanted).id for _ in range(2)]
        tried = [experiment(api, package_id) for _ in range(2)]
        api.ask(cancel_experiment.sync_detailed, ExperimentView, tried[1])
    there = {
        "experiment_id": tried[:1],
        "run_id": [run.id for run in runs[:3]],
        "package_id": [package_id],
        "subscription_id": hooks[:1],
        "key_id": made[:1],
        "number": [1],
        "path": ["plan.json"],
        "code": ["gone"],
    }
    doomed = {"experiment_id": tried[1:], "run_id": [runs[3].id], "subscription_id": hooks[1:], "key_id": made[1:]}
    return json.dumps({"known": there, "doomed": doomed})


def experiment(api: RunnerClient, package_id: str) -> str:
    """Start an experiment of two cells; return its id."""
    wanted = ExperimentRequest(
        name="fuzz", assets=Assets(package_id), max_cost_usd=1.0, factors=Factors(repeats=2), max_concurrency=1
    )
    return api.ask(start_experiment.sync_detailed, ExperimentView, body=wanted).id


@pytest.mark.timeout(SECONDS + 240)
async def test_whatever_is_sent_is_answered_as_the_document_says(stack: Stack, tmp_path: Path) -> None:
    url = stack.plan.url("api")
    environment = os.environ | {"FUZZ_KNOWN": await asyncio.to_thread(known, url)}
    environment |= {"SCHEMATHESIS_HOOKS": "tests.fuzz.hooks", "PYTHONPATH": str(ROOT), "FUZZ_KEY": KEY.text}
    bounds = ("--max-time", str(SECONDS), "--max-examples", "200") if SECONDS else BOUNDS
    program = (
        str(Path(sys.executable).with_name("schemathesis")),
        "--config-file",
        str(FUZZ / "schemathesis.toml"),
    )
    how = ("--checks", "all", *NOT_CHECKED, "--suppress-health-check", "all")
    output = ("--request-timeout", "70", "--no-color")
    process = await asyncio.create_subprocess_exec(
        *program,
        *("run", f"{url}/openapi.json", *how, *output, *bounds),
        env=environment,
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    assert "request_crashed" not in (tmp_path / "logs" / "api.log").read_text()
