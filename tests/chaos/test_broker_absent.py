"""Every role starts though no broker is there: it lives, says why it is not ready, and goes on when one comes."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.roles.stack import ROLES, Plan, Stack, choose_ports
from tests.chaos.doors import target
from tests.chaos.proxy import proxies

NEED_IT = ("gateway", "cj", "worker")
LOOKS_S = 60.0
Json = dict[str, Any]


def until_it_answers(url: str) -> httpx.Response:
    """Return the first answer of a role that has just been started."""
    end = time.monotonic() + LOOKS_S
    while time.monotonic() < end:
        try:
            return httpx.get(url, timeout=10)
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"{url} does not answer")


@pytest.mark.timeout(180)
def test_every_role_starts_without_a_broker_and_is_ready_once_it_comes(
    new_server_dir: Callable[[], Path], database_url: str, kafka_bootstrap: str
) -> None:
    with proxies() as place:
        door = place.to(target(kafka_bootstrap), kafka=True)
        place.do(door.shut())
        plan = Plan(
            str(new_server_dir()), database_url, door.address, choose_ports(prefer_usual=False), os.getpid()
        )
        stack = Stack(plan, {"KAFKA_START_DEADLINE_S": "2"})
        try:
            stack.start()
            for role in ROLES:
                assert until_it_answers(f"{plan.url(role)}/healthz").status_code == 200
            told = {role: until_it_answers(f"{plan.url(role)}/readyz") for role in ROLES}
            assert {role for role, answer in told.items() if answer.status_code == 503} == set(NEED_IT)
            for role in NEED_IT:
                checks: Json = told[role].json()["checks"]
                assert checks["database"] == "ok"
                assert "was not met yet" in checks["broker"]
            time_of_several_tries = 6
            time.sleep(time_of_several_tries)
            assert stack.ended() == []
            place.do(door.open())
            stack.wait_until_ready()
        finally:
            stack.stop()
