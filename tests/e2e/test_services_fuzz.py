"""cj, the gateway and the content store against their own documents: no crash, no answer that is not described.

A bounded part that is always the same; ``make fuzz`` takes longer and draws anew.
"""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from app.edge.tokens import service_token
from app.roles.stack import ROOT, Plan, Stack, choose_ports
from app.settings import AuthSettings
from tests.conftest import Servers

SECONDS = int(os.environ.get("FUZZ_SECONDS", "0"))
BOUNDS = ("--max-time", "15", "--max-examples", "5", "--generation-deterministic")
FUZZ = ROOT / "tests" / "fuzz"
SECRET = "a secret that is long enough for the tests"
TOKEN = service_token(AuthSettings.model_validate({"jwt_secret_key": SecretStr(SECRET)}), "fuzz")
SERVICES = ("cj", "gateway", "content")


@pytest.fixture
def stack(servers: Servers, database_url: str, tmp_path: Path) -> Iterator[Stack]:
    ports = choose_ports(prefer_usual=False)
    running = Stack(
        Plan(str(tmp_path), database_url, servers.kafka_bootstrap, ports, os.getpid()), {"JWT_SECRET_KEY": SECRET}
    )
    try:
        running.start(SERVICES)
        running.wait_until_ready()
        yield running
    finally:
        running.stop()


async def known(stack: Stack) -> str:
    """Put a text and an assignment into the services; return what they are called."""
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        stored = await client.post(f"{stack.plan.url('content')}/v1/content", content=b"an essay")
        wanted = {"assignment_id": "fuzz", "instructions_text": "Compare the essays."}
        made = await client.post(f"{stack.plan.url('cj')}/admin/v1/assessment-instructions", json=wanted)
        assert made.is_success
    there = {"storage_id": stored.json()["storage_id"], "assignment_id": "fuzz", "provider": "mock"}
    return json.dumps(there)


async def fuzzed(url: str, there: str, folder: Path) -> str:
    """Throw what the document of a service allows, and what it does not, at it; return what is wrong."""
    bounds = ("--max-time", str(SECONDS), "--max-examples", "200") if SECONDS else BOUNDS
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")),
        *("--config-file", str(FUZZ / "services.toml"), "run", f"{url}/openapi.json", "--checks", "all"),
        *("--exclude-checks", "unsupported_method,use_after_free,ensure_resource_availability"),
        *("--suppress-health-check", "all", "--request-timeout", "30", "--no-color", *bounds),
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "FUZZ_TOKEN": TOKEN}
        | {"SCHEMATHESIS_HOOKS": "tests.fuzz.service_hooks", "FUZZ_KNOWN": there},
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return "" if process.returncode == 0 else said.decode()


@pytest.mark.timeout(3 * SECONDS + 300)
async def test_whatever_is_sent_to_a_service_is_answered_as_its_document_says(
    stack: Stack, tmp_path: Path
) -> None:
    wrong, there = {}, await known(stack)
    for service in SERVICES:
        if said := await fuzzed(stack.plan.url(service), there, tmp_path):
            wrong[service] = said
    assert wrong == {}, "\n".join(wrong.values())
    for service in SERVICES:
        assert "request_crashed" not in (tmp_path / "logs" / f"{service}.log").read_text(), service
