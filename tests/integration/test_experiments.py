"""Experiments from acceptance to results: started as concurrency allows, one failing cell stops no other."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy.exc import IntegrityError

from app.db.unit import Database
from app.runner import metrics
from app.runner.api import experiment_reading as reading
from app.runner.experiments import advance, cells, listing, store
from app.runner.runs.accept import NewIds
from tests.integration.experiment_rig import Lab
from tests.integration.parts import runner_parts


@pytest.fixture
async def lab(database: Database, tmp_path: Path) -> AsyncIterator[Lab]:
    found = Lab(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


async def test_two_by_two_by_two_cells_are_run_three_at_a_time_and_end_as_one_table(lab: Lab) -> None:
    made = await lab.begin()
    assert (made["status"], made["cells"]["waiting"], len(made["settings"])) == ("accepted", 8, 4)
    first = await lab.step(made)
    assert (first["status"], first["cells"]["running"], first["cells"]["waiting"]) == ("running", 3, 5)
    done = await lab.run_all(made)
    assert (done["status"], done["status_reason"], done["cells"]["completed"]) == ("completed", None, 8)
    assert {(cell["setting"], cell["seed"]) for cell in done["table"]} == {
        (s, n) for s in (1, 2, 3, 4) for n in (3, 4)
    }
    assert all(cell["metrics"]["comparisons"] > 0 and cell["run_status"] == "completed" for cell in done["table"])
    assert await lab.runs_started(made) == (8, 8)
    assert (done["money"]["held"], done["cost_usd"]) == (0, done["money"]["spent"])


async def test_each_run_is_told_the_levels_of_its_cell_and_says_whose_it_is(lab: Lab) -> None:
    made = await lab.begin(labels={"team": "rubrics"})
    await lab.step(made)
    [run, *_] = await lab.going(made)
    asked = run["request"]
    assert (asked["llm"]["rubric"]["text"], asked["llm"]["model"]) == ("weigh content", "latent")
    assert (asked["design"]["seed"], run["batch_label"]) == (3, "which rubric #1")
    assert run["labels"] == {"experiment": made["id"], "experiment_cell": "1", "team": "rubrics"}
    assert asked["budget"]["max_cost_usd"] == 1.0
    listed = (await lab.api.get(made["links"]["runs"])).json()["items"]
    assert len(listed) == 3


async def test_a_step_done_by_several_workers_at_once_starts_each_cell_once(lab: Lab) -> None:
    made = await lab.begin()
    await lab.all_at_once(made, 5)
    assert await lab.runs_started(made) == (3, 3)
    for run in await lab.going(made):
        await lab.end_run(run)
    await lab.all_at_once(made, 5)
    assert await lab.runs_started(made) == (6, 6)
    assert (await lab.look(made))["cells"]["completed"] == 3


async def test_a_worker_that_dies_before_its_commit_leaves_no_run_behind(lab: Lab) -> None:
    made = await lab.begin()
    calls = 0

    def dies_at_the_third() -> NewIds:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise SystemError("the power is gone")
        return lab.new_ids()

    dying = advance.Parts(lab.database, lab.clock, dies_at_the_third)
    with pytest.raises(SystemError):
        await advance.advance(dying, made["id"])
    assert await lab.runs_started(made) == (0, 0)
    assert (await lab.look(made))["status"] == "accepted"
    assert (await lab.run_all(made))["status"] == "completed"
    assert await lab.runs_started(made) == (8, 8)


async def test_the_tables_refuse_a_second_run_for_one_attempt_of_a_cell(lab: Lab) -> None:
    made = await lab.begin()
    async with lab.database.transaction() as connection:
        [cell, *_] = await cells.of(connection, made["id"])
        await cells.begin(connection, made["id"], cell, "run_one", 1.0, lab.clock())
    with pytest.raises(IntegrityError):
        async with lab.database.transaction() as connection:
            await cells.begin(connection, made["id"], cell, "run_two", 1.0, lab.clock())


async def test_a_cell_that_fails_stops_no_other_and_says_why(lab: Lab) -> None:
    made = await lab.begin()
    await lab.step(made)
    [first, *_] = await lab.going(made)
    await lab.end_run(first, good=False)
    done = await lab.run_all(made)
    assert (done["status"], done["status_reason"]) == ("completed_partial", "cells_failed")
    assert done["cells"] | {"completed": 7, "failed": 1} == done["cells"]
    failed = done["table"][0]
    assert (failed["state"], failed["run_status"], failed["metrics"]) == ("failed", "failed", None)
    assert failed["reason"]
    assert "1 failed" in done["status_detail"]


async def test_a_run_that_was_deleted_or_cancelled_by_itself_ends_its_cell(lab: Lab) -> None:
    made = await lab.begin(max_concurrency=2)
    await lab.step(made)
    gone, stopped = await lab.going(made)
    for run in (gone, stopped):
        await lab.api.post(run["links"]["cancel"])
    assert (await lab.api.delete(gone["links"]["self"])).status_code == 204
    found = await lab.step(made)
    assert [(cell["state"], cell["reason"]) for cell in found["table"][:2]] == [
        ("failed", "run_deleted"),
        ("cancelled", "by_request"),
    ]
    assert found["cells"]["running"] == 2


async def test_whoever_misses_a_wake_up_finds_the_ended_run_by_looking(lab: Lab) -> None:
    made = await lab.begin()
    await lab.step(made)
    async with lab.database.transaction() as connection:
        assert await advance.mark_due(connection, lab.clock()) == []
    [first, *_] = await lab.going(made)
    await lab.end_run(first)
    async with lab.database.transaction() as connection:
        assert await advance.mark_due(connection, lab.clock()) == [made["id"]]
    async with lab.database.transaction() as connection:
        assert await advance.mark_due(connection, lab.clock()) == []


async def test_a_step_that_breaks_fails_the_experiment_which_can_be_resumed(lab: Lab) -> None:
    made = await lab.begin()
    await lab.step(made)
    await advance.broken(lab.steps, made["id"], RuntimeError("a secret text"))
    broken = await lab.look(made)
    assert (broken["status"], broken["status_reason"]) == ("failed", "internal_error")
    assert "secret" not in broken["status_detail"]
    await lab.api.post(made["links"]["resume"])
    done = await lab.run_all(made)
    assert (done["status"], await lab.runs_started(made)) == ("completed", (8, 8))


async def test_events_are_numbered_without_gaps_and_tell_every_move(lab: Lab) -> None:
    made = await lab.begin(factors={"repeats": 2}, max_concurrency=1)
    await lab.run_all(made)
    assert await lab.kinds(made) == [
        "experiment.accepted",
        "experiment.running",
        "cell.running",
        "cell.completed",
        "cell.running",
        "cell.completed",
        "experiment.completed",
    ]


async def test_results_come_in_every_form_with_spread_best_and_frontier(lab: Lab) -> None:
    made = await lab.begin()
    await lab.run_all(made)
    found = (await lab.api.get(made["links"]["results"])).json()
    assert (found["count"], found["criterion"], found["experiment_status"]) == (4, "tau_a", "completed")
    assert found["best"]["setting"] in found["frontier"] + [found["best"]["setting"]]
    assert {effect["factor"] for effect in found["effects"]} == {"rubric", "model"}
    assert {item["tau_a"]["n"] for item in found["items"]} == {2}
    assert sum(item["best"] for item in found["items"]) == 1
    text = (await lab.api.get(made["links"]["results"], params={"format": "csv"})).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert (rows[0]["rubric"], rows[0]["model"], rows[0]["tau_a_n"]) == ("first", "mock/latent", "2")
    table = pq.read_table(
        io.BytesIO((await lab.api.get(made["links"]["results"], params={"format": "parquet"})).content)
    )
    assert (table.num_rows, table.column("rubric").to_pylist()) == (4, [row["rubric"] for row in rows])
    lines = (await lab.api.get(made["links"]["cells"], params={"format": "ndjson"})).text.splitlines()
    assert len(lines) == 8
    other = (await lab.api.get(made["links"]["results"], params={"criterion": "mean_se"})).json()
    assert other["criterion"] == "mean_se"
    assert (await lab.api.get(made["links"]["results"], params={"criterion": "beauty"})).status_code == 422


async def test_the_table_can_be_read_while_it_fills(lab: Lab) -> None:
    made = await lab.begin()
    await lab.step(made)
    [first, *_] = await lab.going(made)
    await lab.end_run(first)
    await lab.step(made)
    found = (await lab.api.get(made["links"]["results"])).json()
    assert [item["completed"] for item in found["items"]] == [1, 0, 0, 0]
    rows = (await lab.api.get(made["links"]["cells"])).json()["items"]
    assert [row["state"] for row in rows][:5] == ["completed", "running", "running", "running", "waiting"]


async def test_a_stream_tells_events_progress_and_ends_with_the_experiment(lab: Lab) -> None:
    made = await lab.begin(factors={"repeats": 1})
    async with runner_parts(lab.database, lab.files, lab.clock, heartbeat_s=0.05) as parts:
        heard = asyncio.create_task(_all(reading.stream(parts, made["id"], 0)))
        await lab.run_all(made)
        text = (await asyncio.wait_for(heard, 20)).decode()
    numbers = [int(line[4:]) for line in text.splitlines() if line.startswith("id: ")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert "event: experiment.completed" in text
    answer = await lab.api.get(
        made["links"]["events"], headers={"Accept": "text/event-stream", "Last-Event-ID": str(numbers[-1])}
    )
    assert answer.status_code == 204


async def _all(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def test_whoever_waits_is_answered_when_a_run_of_it_gets_on(lab: Lab) -> None:
    made = await lab.begin(factors={"repeats": 1})
    await lab.step(made)
    before = await lab.api.get(made["links"]["self"])
    tag = before.headers["ETag"]
    same = await lab.api.get(made["links"]["self"], headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    waiting = asyncio.create_task(
        lab.api.get(made["links"]["self"], params={"wait": 20}, headers={"If-None-Match": tag})
    )
    [run] = await lab.going(made)
    await lab.end_run(run)
    after = await asyncio.wait_for(waiting, 20)
    assert (after.status_code, after.headers["ETag"] != tag) == (200, True)


async def test_states_are_counted_for_operators(lab: Lab) -> None:
    made = await lab.begin()
    await lab.step(made)
    async with lab.database.transaction() as connection:
        await listing.count_by_state(connection)
        assert (await store.get(connection, made["id"])).status == "running"
    assert metrics.EXPERIMENTS.labels("running")._value.get() == 1
    assert metrics.EXPERIMENT_CELLS.labels("waiting")._value.get() == 5
