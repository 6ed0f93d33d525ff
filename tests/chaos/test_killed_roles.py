"""Every role is killed at every point between what it takes and what it keeps; nothing is lost or doubled.

A role dies at one point after another while runs go on, and is started again each time. That each death really
happened is on record. What is left at the end is held against what was promised.
"""

import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from random import Random

import pytest

from app.faults.points import PASSED_IN, Point
from tests.chaos import scenes
from tests.chaos.outcome import Outcome, judged
from tests.chaos.scenes import Played, Scene
from tests.chaos.stage import CONCURRENCY, Stage, set_up
from tests.chaos.tally import Row, note

MOST_RUNS = 6
IN_FLIGHT = 2 * CONCURRENCY
"""Calls that a gateway may have under way, or answered and not yet kept, when it dies."""
LATER = {
    "unit.before_commit": 15,
    "unit.after_commit": 15,
    "content.before_commit": 3,
    "content.after_commit": 3,
    "upload.after_store": 3,
    "judge.before_call": 3,
    "judge.after_answer": 3,
    "file.after_write": 12,
    "file.before_place": 3,
    "file.after_place": 3,
}
"""At which pass, where the first would be no trial: before any run, or before anything was kept."""
SCENES: dict[str, Scene] = {
    "prepare": scenes.executed,
    "anchor": scenes.executed,
    "cancel": scenes.cancelled,
    "recall": scenes.cancelled,
    "withdraw": scenes.cancelled,
    "stop": scenes.cancelled,
    "delete": scenes.deleted,
    "recollect": scenes.recollected,
    "revise": scenes.late,
    "experiment": scenes.tried_out,
    "job": scenes.in_jobs,
}
"""What goes on in the families of points that a usual run does not pass."""
FAMILIES = tuple(dict.fromkeys(point.partition(".")[0] for point in Point))


def plan_of(point: Point) -> str:
    return f"{point}:kill@{LATER.get(point, 1)}"


def chains_of(family: str) -> dict[str, list[str]]:
    """Return for each role the plans of its processes, one after another: each dies at the family's next point."""
    points = [point for point in Point if point.partition(".")[0] == family]
    chains: dict[str, list[str]] = {}
    for point in points:
        for role in PASSED_IN[point]:
            chains.setdefault(role, []).append(plan_of(point))
    if family == "sweep":
        chains["gateway"].insert(0, plan_of(Point.JUDGE_AFTER_ANSWER))
    return chains


@pytest.fixture(scope="module")
async def stage(new_server_dir: Callable[[], Path]) -> AsyncIterator[Stage]:
    async with set_up(new_server_dir()) as running:
        yield running


@pytest.fixture(scope="module")
async def calm(stage: Stage) -> Outcome:
    """How an undisturbed run of the usual kind ends."""
    return await judged(stage, await scenes.aligned(stage))


async def die_along(stage: Stage, chains: Mapping[str, Sequence[str]], scene: Scene) -> list[Played]:
    """Play ``scene`` until every role has died at every point of its chain; return what was played."""
    await stage.arm(chains)
    played: list[Played] = []
    while len(played) < MOST_RUNS and (not played or stage.armed()):
        played.append(await scene(stage))
    await stage.at_rest()
    return played


async def hold(stage: Stage, chains: Mapping[str, Sequence[str]], scene: Scene, calm: Outcome) -> None:
    """Let roles die along their chains, keep a row for each fault, and fail where a promise was broken."""
    before = {role: len(stage.injected(role)) for role in chains}
    played = await die_along(stage, chains, scene)
    outcomes = [await judged(stage, one) for one in played]
    report = await stage.report([run_id for one in played for run_id in one.runs])
    deaths_at_work = len(chains.get("gateway", ()))
    paid_twice = max(0, sum(outcome.again for outcome in outcomes) - deaths_at_work * IN_FLIGHT)
    for role, plans in chains.items():
        happened = stage.injected(role)[before[role] :]
        wanted = [plan.partition(":")[0] for plan in plans]
        for point in wanted:
            doubled = report.doubled + paid_twice
            note(Row(f"SIGKILL {role} {point}", happened.count(point), len(played), report.lost, doubled))
        assert happened == wanted
    assert report.findings == [], str(report)
    assert paid_twice == 0
    if scene is scenes.aligned:
        assert {outcome.scores for outcome in outcomes} == {calm.scores}


@pytest.mark.chaos
@pytest.mark.timeout(900)
@pytest.mark.parametrize("family", FAMILIES)
async def test_roles_that_are_killed_at_every_point_lose_and_double_nothing(
    stage: Stage, calm: Outcome, family: str
) -> None:
    await hold(stage, chains_of(family), SCENES.get(family, scenes.aligned), calm)


@pytest.mark.timeout(600)
async def test_roles_that_are_killed_at_points_drawn_by_lot_lose_and_double_nothing(
    stage: Stage, calm: Outcome
) -> None:
    draw = Random(int(os.environ.get("CHAOS_SEED", "1")))
    usual = [family for family in FAMILIES if family not in {*SCENES, "sweep", "unit"}]
    points = [point for point in Point if point.partition(".")[0] in usual]
    chains: dict[str, list[str]] = {}
    for role in ("worker", "cj", "gateway"):
        drawn = draw.choice([point for point in points if role in PASSED_IN[point]])
        chains[role] = [plan_of(drawn)]
    await hold(stage, chains, scenes.aligned, calm)
