"""Gateways for the parity suites: a process of its own for a full one, a shared quick one for the short form."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from app.gateway.providers.profiles import PROFILES
from app.roles.everything import servers as servers_of_their_own
from app.roles.stack import Plan, Stack, choose_ports
from tests.conftest import Servers, admin, sibling
from tests.parity.rig import QUICK, Rig, gateway

FORMS = [pytest.param("full", marks=[pytest.mark.parity, pytest.mark.timeout(600)]), "quick"]


@pytest.fixture(scope="session")
async def quick_database_url(servers: Servers, template: str) -> AsyncIterator[str]:
    name = f"parity_{uuid4().hex[:12]}"
    await admin(servers.database_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield sibling(servers.database_url, name)
    await admin(servers.database_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def quick_stack(
    quick_database_url: str, kafka_bootstrap: str, new_server_dir: Callable[[], Path]
) -> Iterator[Stack]:
    ports = choose_ports(prefer_usual=False)
    plan = Plan(str(new_server_dir()), quick_database_url, kafka_bootstrap, ports, os.getpid())
    with gateway(plan, QUICK) as stack:
        yield stack


@pytest.fixture(scope="module")
def full_stack(new_server_dir: Callable[[], Path], request: pytest.FixtureRequest) -> Iterator[Stack]:
    settings = {
        "LLM_PROVIDER_SERVICE_MOCK_MODE": PROFILES[request.module.PROFILE].mode,
        "LLM_PROVIDER_SERVICE_QUEUE_PROCESSING_MODE": request.module.QUEUE_MODE,
    }
    with (
        servers_of_their_own(new_server_dir(), prefer_usual=False) as plan,
        gateway(plan, settings) as stack,
    ):
        yield stack


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> tuple[str, Stack]:
    stack: Stack = request.getfixturevalue(f"{request.param}_stack")
    return str(request.param), stack


@pytest.fixture
async def rig(form: tuple[str, Stack], request: pytest.FixtureRequest) -> Rig:
    """The gateway in the profile and queue mode of the module.

    It was started in them (full), or is switched while running, and asked by hints (quick).
    """
    name, stack = form
    wanted = PROFILES[request.module.PROFILE].mode
    hint = {"batch_api": "provider_batch_api"}.get(request.module.QUEUE_MODE, request.module.QUEUE_MODE)
    found = Rig(stack, None if name == "full" else hint, full=name == "full")
    if not found.full:
        await found.switch(wanted)
    assert await found.mode() == wanted
    return found
