"""The broker loses its memory just when a message is on its way, one test for each way; none is paid for twice."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.chaos.around import Around, Json
from tests.chaos.invariants import Evidence, check
from tests.chaos.tally import Row, note

SOON_S = 60.0
PAID = "SELECT correlation_id, attempts, re_asks, throttled FROM gateway.requests WHERE batch_id = :batch"
LOOK_S = 0.01


@asynccontextmanager
async def without(here: Around, *roles: str) -> AsyncIterator[None]:
    """Let these roles be dead for a while."""
    async with here.rig.lock:
        for role in roles:
            await asyncio.to_thread(here.rig.stack.kill, role)
        try:
            yield
        finally:
            for role in roles:
                await here.rig.start(role)


async def forgets(here: Around) -> None:
    await asyncio.to_thread(here.rig.broker.die_forgetting)
    await asyncio.to_thread(here.rig.broker.start)


async def until(here: Around, query: str, **values: str) -> None:
    """Return when the first column of the first row is true."""
    end = time.monotonic() + SOON_S
    while time.monotonic() < end:
        rows = await here.rows(query, **values)
        if rows and rows[0][0]:
            return
        await asyncio.sleep(LOOK_S)
    raise AssertionError(f"it does not come to: {query}")


async def started(here: Around) -> tuple[str, str]:
    run_id = await here.start()
    run = (await here.ask("GET", f"/v1/runs/{run_id}")).json()
    return run_id, run["batch_uuid"]


async def ends_whole(here: Around, run_id: str, fault: str, lost: int) -> Json:
    """Hold the promises against a run of which so many messages were lost; return it."""
    run = await here.until(run_id)
    await here.at_rest()
    report = await check(Evidence(here.database, here.rig.files_dir), accepted=here.runs)
    note(Row(fault, lost, 1, report.lost, report.doubled))
    assert report.findings == [], str(report)
    assert (run["status"], lost > 0) == ("completed", True), run
    assert await here.scores(run_id) == here.calm
    return run


async def kinds(here: Around, run_id: str) -> list[str]:
    events = (await here.ask("GET", f"/v1/runs/{run_id}/events")).json()["items"]
    return [event["type"] for event in events]


@pytest.mark.timeout(240)
async def test_a_request_that_the_broker_forgot_before_the_engine_read_it_is_published_again(here: Around) -> None:
    async with without(here, "cj"):
        run_id, batch = await started(here)
        sent = "SELECT published_at IS NOT NULL FROM runner.outbox WHERE aggregateid = :batch"
        await until(here, sent, batch=batch)
        await forgets(here)
    run = await ends_whole(here, run_id, "the broker forgot a run's request", 1)
    assert run["recollect"]["published_again"] >= 1
    assert "run.request_published_again" in await kinds(here, run_id)


@pytest.mark.timeout(240)
async def test_verdicts_that_the_broker_forgot_are_had_from_the_gateway_and_paid_for_once(here: Around) -> None:
    asked = (
        "SELECT count(*) > 0 FROM gateway.requests WHERE batch_id = :batch AND state IN ('queued', 'processing')"
    )
    told = """
        SELECT count(*) FILTER (WHERE state IN ('queued', 'delayed', 'processing')) = 0
           AND (SELECT count(*) FROM gateway.outbox WHERE published_at IS NULL) = 0
        FROM gateway.requests WHERE batch_id = :batch
    """
    missed = """
        SELECT count(*) FROM cj.comparisons JOIN cj.batches ON cj.batches.id = batch_id
        WHERE bos_batch_id = :batch AND answered_at IS NULL
    """
    run_id, batch = await started(here)
    await until(here, asked, batch=batch)
    async with without(here, "cj", "worker"):
        await until(here, told, batch=batch)
        [[lost]] = await here.rows(missed, batch=batch)
        before = {row[0]: row[1:] for row in await here.rows(PAID, batch=batch)}
        await forgets(here)
    await ends_whole(here, run_id, "the broker forgot verdicts", int(lost))
    after = {row[0]: row[1:] for row in await here.rows(PAID, batch=batch)}
    assert {name: after[name] for name in before} == before


@pytest.mark.timeout(240)
async def test_an_end_that_the_broker_forgot_is_had_from_the_engine(here: Around) -> None:
    over = """
        SELECT status = 'completed' AND (SELECT count(*) FROM cj.outbox WHERE published_at IS NULL) = 0
        FROM cj.batches WHERE bos_batch_id = :batch
    """
    run_id, batch = await started(here)
    await here.until(run_id, received=2)
    async with without(here, "worker"):
        await until(here, over, batch=batch)
        await forgets(here)
    run = await ends_whole(here, run_id, "the broker forgot how a batch ended", 1)
    assert run["recollect"]["by"] in {"silence", "finish"}
    assert run["recollect"]["found"]["completions"] == 1
    [[tokens, told]] = await here.rows(
        "SELECT sum(prompt_tokens + completion_tokens), count(*) FROM gateway.requests WHERE batch_id = :batch"
        " AND state = 'succeeded'",
        batch=batch,
    )
    shown = run["progress"]["tokens"]
    assert told == 24
    assert shown["prompt"] + shown["completion"] >= tokens
