"""The role itself: open on loopback only, closed elsewhere; keys made on the command line open it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address
from pathlib import Path

import httpx
import pytest

from app.db.unit import Database
from app.roles.stack import ROOT
from tests.integration.parts import Clock, runner_api

EVERYWHERE = str(IPv4Address(0))


def environment(database_url: str, port: int, files: Path, **changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RUNNER_", "CJ_RUNNER_"))}
    ours = {"DATABASE_URL": database_url, "RUNNER_PORT": str(port), "RUNNER_FILES_DIR": str(files)}
    return kept | ours | changes


@asynccontextmanager
async def role(settings: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app", "api"), env=settings, cwd=ROOT, stdout=-1, stderr=subprocess.STDOUT
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def line_with(process: asyncio.subprocess.Process, words: str) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while line := (await process.stdout.readline()).decode():
            if words in line:
                return line
    raise AssertionError(f"the role never said {words}")


async def answered(port: int, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        while True:
            try:
                return await client.post("/v1/runs", json={}, headers=headers)
            except httpx.ConnectError:
                await asyncio.sleep(0.05)


async def test_on_loopback_it_is_open_and_says_so(database_url: str, unused_tcp_port: int, tmp_path: Path) -> None:
    async with role(environment(database_url, unused_tcp_port, tmp_path)) as process:
        assert '"host":"127.0.0.1"' in await line_with(process, "access_off_loopback_only")
        assert (await answered(unused_tcp_port)).status_code == 422


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"RUNNER_ACCESS": "off"}, "RUNNER_ACCESS is off and RUNNER_HOST is 0.0.0.0"),
        ({}, "access is on and nobody could come in"),
        ({"RUNNER_API_KEYS": '[{"id": "x"}]'}, "RUNNER_API_KEYS (at 0.id)"),
        ({"RUNNER_JWT_SECRET": "short"}, "tokens need RUNNER_JWT_ISSUER and RUNNER_JWT_AUDIENCE"),
    ],
)
async def test_open_to_the_network_it_does_not_start(
    database_url: str, unused_tcp_port: int, tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    settings = environment(database_url, unused_tcp_port, tmp_path, RUNNER_HOST=EVERYWHERE, **changes)
    async with role(settings) as process:
        line = await line_with(process, "api does not start: ")
        assert said in line
        assert await process.wait() == 3


async def test_keys_of_the_command_line_open_it(database_url: str, unused_tcp_port: int, tmp_path: Path) -> None:
    settings = environment(database_url, unused_tcp_port, tmp_path, RUNNER_HOST=EVERYWHERE)
    static = await command(settings, "create", "--static", "--subject", "o'neill", "--scope", "runs:write")
    line, said = static
    settings["RUNNER_API_KEYS"] = line.strip().removeprefix("RUNNER_API_KEYS='").removesuffix("'")
    stored, _ = await command(
        settings, "create", "--subject", "ada", "--scope", "runs:read", "--scope", "runs:write"
    )
    async with role(settings) as process:
        await line_with(process, "access_on")
        assert (await answered(unused_tcp_port)).status_code == 401
        for key in (said.split()[-1], stored.strip()):
            assert (await answered(unused_tcp_port, Authorization=f"Bearer {key}")).status_code == 422
    shown, _ = await command(settings, "list")
    key_id = stored.split("_")[1]
    assert key_id[:8] in shown
    assert stored.strip() not in shown
    assert (await command(settings, "revoke", key_id))[0].strip() == f"{key_id} is revoked"


async def command(settings: dict[str, str], *arguments: str) -> tuple[str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.cli.main", "api-keys", *arguments),
        env=settings,
        cwd=ROOT,
        stdout=-1,
        stderr=-1,
    )
    out, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    return out.decode(), said.decode()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 422),
        ({"Host": "localhost:8300", "Origin": "http://localhost:3000"}, 422),
        ({"Host": "[::1]:8300"}, 422),
        ({"Host": "attacker.example"}, 403),
        ({"Host": "127.0.0.1.attacker.example"}, 403),
        ({"Host": ""}, 403),
        ({"Origin": "https://attacker.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
    ids=str,
)
async def test_pages_of_the_web_change_nothing_where_access_is_off(
    database: Database, tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    async with runner_api(database, tmp_path, Clock()) as api:
        assert (await api.post("/v1/runs", json={}, headers=headers)).status_code == status
        if headers.get("Host") == "attacker.example":
            assert (await api.get("/v1/runs", headers=headers)).json()["code"] == "not_local"
