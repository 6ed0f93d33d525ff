"""A role is stopped (SIGSTOP) for longer than its lease, another takes over, and then it goes on: fenced out.

What it still believes to hold is not its own any more: it may say things twice, which others stand, but it counts
nothing twice, replaces nothing, and works on like any other.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from app.faults.points import Point
from tests.chaos import scenes
from tests.chaos.outcome import judged
from tests.chaos.stage import CONCURRENCY, JUDGING_LEASE_S, LOOK_S, Stage, set_up
from tests.chaos.tally import Row, note

LOOKS = 2000
AT = {"judge.after_answer": 3, "consume.before_commit": 2, "consume.before_offsets": 2}
STOPPED = {
    "worker": [
        Point.CONSUME_AFTER_RECEIVE,
        Point.CONSUME_BEFORE_COMMIT,
        Point.CONSUME_BEFORE_OFFSETS,
        Point.RELAY_AFTER_LEASE,
        Point.LEASED_AFTER_LEASE,
        Point.PREPARE_AFTER_UPLOADS,
        Point.PUBLISH_BEFORE_COMMIT,
        Point.FINISH_BEFORE_FILES,
        Point.FINISH_AFTER_FILES,
        Point.FINISH_BEFORE_COMMIT,
        Point.WEBHOOK_AFTER_SEND,
    ],
    "cj": [
        Point.CONSUME_BEFORE_COMMIT,
        Point.RELAY_AFTER_SEND,
        Point.BATCH_AFTER_TEXTS,
        Point.WAVE_AFTER_ASK,
        Point.WAVE_AFTER_NOTE,
        Point.SCORE_AFTER_FIT,
        Point.SCORE_BEFORE_COMMIT,
    ],
    "gateway": [
        Point.RELAY_AFTER_SEND,
        Point.JUDGE_AFTER_CLAIM,
        Point.JUDGE_AFTER_ANSWER,
        Point.LEDGER_BEFORE_COMMIT,
        Point.LEDGER_AFTER_COMMIT,
    ],
}
CASES = [(role, point) for role, points in STOPPED.items() for point in points]
TAKEN_OVER = """
SELECT (SELECT count(*) FROM gateway.requests WHERE state IN ('queued', 'delayed', 'processing'))
     + (SELECT count(*) FROM gateway.outbox WHERE published_at IS NULL)
"""


@pytest.fixture(scope="module")
async def stage(new_server_dir: Callable[[], Path]) -> AsyncIterator[Stage]:
    async with set_up(new_server_dir(), {"RUNNER_FINISH_GRACE_S": "30"}) as running:
        yield running


async def until_stopped(stage: Stage, role: str, count: int) -> None:
    for _ in range(LOOKS):
        if len(stage.injected(role)) > count:
            return
        await asyncio.sleep(LOOK_S)
    raise AssertionError(f"{role} did not pass the point")


async def until_taken_over(stage: Stage) -> None:
    """Return when the gateway's other process has judged and told all that was asked."""
    for _ in range(LOOKS):
        async with stage.database.transaction() as connection:
            if (await connection.execute(text(TAKEN_OVER))).scalar_one() == 0:
                return
        await asyncio.sleep(LOOK_S)
    raise AssertionError("what the stopped gateway held was not taken over")


async def stopped_at(stage: Stage, role: str, point: Point) -> list[scenes.Played]:
    """Play a run in whose middle a role is stopped and another takes over, then one with the role that was."""
    before = len(stage.injected(role))
    await stage.arm({role: [f"{point}:stop@{AT.get(point, 1)}"]})
    playing = asyncio.create_task(scenes.aligned(stage))
    try:
        await until_stopped(stage, role, before)
        async with stage.another(role):
            if role == "gateway":
                await asyncio.sleep(JUDGING_LEASE_S)
                await until_taken_over(stage)
            else:
                await playing
            stage.stack.send(role, signal.SIGCONT)
            first = await playing
            await stage.at_rest()
    finally:
        stage.stack.send(role, signal.SIGCONT)
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
    alone = await scenes.aligned(stage)
    await stage.at_rest()
    return [first, alone]


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("role", "point"), CASES)
async def test_a_role_that_was_stopped_for_longer_than_its_lease_is_fenced_out_and_works_on(
    stage: Stage, role: str, point: Point
) -> None:
    pid_before = len(stage.injected(role))
    played = await stopped_at(stage, role, point)
    outcomes = [await judged(stage, one) for one in played]
    report = await stage.report([run_id for one in played for run_id in one.runs])
    allowed = 2 * CONCURRENCY if role == "gateway" else 0
    twice = max(0, sum(outcome.again for outcome in outcomes) - allowed)
    happened = len(stage.injected(role)) - pid_before
    note(Row(f"SIGSTOP {role} {point}", happened, len(played), report.lost, report.doubled + twice))
    assert report.findings == [], str(report)
    assert (happened, twice) == (1, 0)
    assert len({outcome.scores for outcome in outcomes}) == 1
