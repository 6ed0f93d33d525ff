"""Faults on purpose: how a plan is read and refused, and what a point does."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.faults.inject import InjectedFault, Injector, arm, fault_point, fault_point_now
from app.faults.plan import Fault, read
from app.faults.points import PASSED_IN, Point
from app.roles.stack import ROLES, ROOT
from app.settings import FaultSettings
from app.settings.check import problems

SENT, MARKED = Point.RELAY_AFTER_SEND, Point.RELAY_AFTER_MARK


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    arm(None)


def test_a_plan_names_points_actions_and_passes() -> None:
    assert read("relay.after_send:kill@3, relay.after_mark:delay=200\nrelay.after_lease:error~0.25") == {
        SENT: Fault(SENT, "kill", 3),
        MARKED: Fault(MARKED, "delay", None, 1.0, 200),
        Point.RELAY_AFTER_LEASE: Fault(Point.RELAY_AFTER_LEASE, "error", None, 0.25),
    }


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ("relay.after_sent:kill", "no fault point 'relay.after_sent'"),
        ("relay.after_send:shoot", "no fault 'shoot'"),
        ("relay.after_send", "write point:action"),
        ("relay.after_send:kill@0", "write point:action"),
        ("relay.after_send:kill~1.5", "write point:action"),
        ("relay.after_send:delay", "milliseconds"),
        ("relay.after_send:kill=5", "milliseconds"),
        ("relay.after_send:kill relay.after_send:stop", "named twice"),
    ],
)
def test_a_role_with_a_plan_that_cannot_be_read_does_not_start(
    monkeypatch: pytest.MonkeyPatch, plan: str, said: str
) -> None:
    monkeypatch.setenv("FAULTS_ALLOWED", "true")
    monkeypatch.setenv("FAULTS_PLAN", plan)
    assert [said in problem and "FAULTS_PLAN" in problem for problem in problems("cj")] == [True]


def test_a_plan_is_refused_where_faults_are_not_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAULTS_PLAN", "relay.after_send:kill")
    for role in ROLES:
        assert problems(role) == ["FAULTS_PLAN is for tests only: unset it, or set FAULTS_ALLOWED=true too"]


def test_without_a_plan_there_are_no_faults() -> None:
    assert FaultSettings(allowed=True).faults() == {}


def test_every_point_is_passed_in_some_role() -> None:
    assert set(PASSED_IN) == set(Point)
    assert {role for roles in PASSED_IN.values() for role in roles} == set(ROLES)


async def test_a_point_that_is_not_armed_does_nothing() -> None:
    await fault_point(SENT)
    fault_point_now(SENT)


async def test_a_fault_happens_at_its_pass_and_is_on_record(tmp_path: Path) -> None:
    record = tmp_path / "record"
    arm(Injector(read("relay.after_send:error@2"), 0, record))
    await fault_point(SENT)
    fault_point_now(MARKED)
    with pytest.raises(InjectedFault):
        fault_point_now(SENT)
    await fault_point(SENT)
    [fact] = map(json.loads, record.read_text().splitlines())
    assert (fact["point"], fact["action"], fact["passes"]) == ("relay.after_send", "error", 2)


def drawn(record: Path, seed: int) -> list[bool]:
    injector = Injector(read("relay.after_send:error~0.5"), seed, record)
    return [injector.due(SENT) is not None for _ in range(40)]


def test_draws_are_those_of_the_seed_and_others_after_a_fault(tmp_path: Path) -> None:
    first = drawn(tmp_path / "a", 7)
    assert first == drawn(tmp_path / "b", 7)
    assert len({tuple(first), tuple(drawn(tmp_path / "a", 7)), tuple(drawn(tmp_path / "c", 8))}) == 3
    assert 5 < sum(first) < 35


@pytest.mark.parametrize(("action", "code"), [("kill", -9), ("delay=1", 0)])
def test_a_process_dies_at_a_point_and_has_said_so_before(tmp_path: Path, action: str, code: int) -> None:
    record = tmp_path / "record"
    program = (
        "import asyncio, sys; from pathlib import Path\n"
        "from app.faults.inject import Injector, arm, fault_point; from app.faults.plan import read\n"
        "from app.faults.points import Point\n"
        "arm(Injector(read(sys.argv[1]), 0, Path(sys.argv[2])))\n"
        "asyncio.run(fault_point(Point.RELAY_AFTER_SEND))\n"
    )
    plan = f"relay.after_send:{action}"
    done = subprocess.run([sys.executable, "-c", program, plan, str(record)], check=False, capture_output=True)
    assert done.returncode == code
    assert len(record.read_text().splitlines()) == 1


def test_every_point_of_the_list_stands_somewhere_in_the_code() -> None:
    code = "".join(path.read_text() for path in (ROOT / "app").rglob("*.py"))
    passed = set(re.findall(r"fault_point(?:_now)?\(Point\.(\w+)\)", code))
    assert passed == {point.name for point in Point}
