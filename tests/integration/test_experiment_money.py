"""Experiments under their cap, cancelled and taken up again: what was paid for is kept, nothing is run twice."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.db.unit import Database
from app.runner.api.app import build
from app.runner.experiments import advance
from tests.integration.experiment_rig import RUBRICS, Lab
from tests.integration.parts import Json, in_process, runner_parts

FOUR = {"rubrics": RUBRICS, "repeats": 2}
ONE_USD = {"max_comparisons": 4, "max_cost_usd": 1.0}


@pytest.fixture
async def lab(database: Database, tmp_path: Path) -> AsyncIterator[Lab]:
    found = Lab(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


def states(experiment: Json) -> list[str]:
    return [cell["state"] for cell in experiment["table"]]


async def end_all(lab: Lab, experiment: Json, cost: float) -> Json:
    """Let the runs that go on end, each at this cost a comparison, and do what is due then."""
    for run in await lab.going(experiment):
        await lab.end_run(run, cost=cost)
    return await lab.step(experiment)


async def test_what_is_spent_and_held_never_exceeds_the_cap_and_cells_without_money_are_skipped(lab: Lab) -> None:
    made = await lab.begin(factors=FOUR, budget=ONE_USD, max_cost_usd=2.5, max_concurrency=2)
    first = await lab.step(made)
    assert first["money"] == {"cap": 2.5, "spent": 0, "held": 2.0, "left": 0.5}
    found = await end_all(lab, made, cost=1.0 / 11)
    assert states(found) == ["completed", "completed", "skipped", "skipped"]
    assert (found["status"], found["status_reason"]) == ("completed_partial", "no_money_left")
    assert found["table"][2]["reason"] == "no_money_left"
    assert "1 USD are held for a run of it, 0.5 USD of the cap are left" in found["table"][2]["detail"]
    assert found["money"]["spent"] == pytest.approx(2.0)


async def test_runs_that_cost_less_than_their_share_leave_money_for_others(lab: Lab) -> None:
    made = await lab.begin(factors=FOUR, budget=ONE_USD, max_cost_usd=1.5, max_concurrency=2)
    assert states(await lab.step(made)) == ["running", "waiting", "waiting", "waiting"]
    done = await lab.run_all(made)
    assert (done["status"], states(done)) == ("completed", ["completed"] * 4)


async def test_a_higher_cap_takes_up_the_cells_that_were_skipped(lab: Lab) -> None:
    made = await lab.begin(factors=FOUR, budget=ONE_USD, max_cost_usd=1.0, max_concurrency=1)
    await lab.step(made)
    found = await end_all(lab, made, cost=0.5 / 11)
    assert states(found) == ["completed", "skipped", "skipped", "skipped"]
    low = await lab.api.post(made["links"]["resume"], json={"max_cost_usd": 0.3})
    assert (low.status_code, low.json()["errors"][0]["pointer"]) == (422, "/max_cost_usd")
    again = await lab.api.post(made["links"]["resume"], json={"max_cost_usd": 9, "max_concurrency": 3})
    assert (again.status_code, again.json()["status"], again.json()["max_cost_usd"]) == (202, "running", 9)
    done = await lab.run_all(made)
    assert (done["status"], await lab.runs_started(made)) == ("completed", (4, 4))
    late = await lab.api.post(made["links"]["resume"])
    assert (late.status_code, late.json()["code"]) == (409, "conflict")


async def test_a_failed_cell_is_tried_again_by_a_new_run_that_names_the_one_before(lab: Lab) -> None:
    made = await lab.begin(factors={"repeats": 2}, max_concurrency=1)
    await lab.step(made)
    [first] = await lab.going(made)
    await lab.end_run(first, good=False, cost=0.01)
    found = await lab.run_all(made)
    assert states(found) == ["failed", "completed"]
    key = {"Idempotency-Key": "again"}
    once = await lab.api.post(made["links"]["resume"], headers=key)
    twice = await lab.api.post(made["links"]["resume"], headers=key)
    assert (once.status_code, twice.content, twice.headers["Idempotency-Replayed"]) == (202, once.content, "true")
    done = await lab.run_all(made)
    cell = done["table"][0]
    assert (done["status"], cell["attempt"], [one["run_status"] for one in cell["attempts"]]) == (
        "completed",
        2,
        ["failed", "completed"],
    )
    run = await lab.show(cell["run_id"])
    assert (run["retry_of"], run["attempt"]) == (first["id"], 2)
    assert cell["cost_usd"] == pytest.approx(0.11 + 0.011)
    assert await lab.runs_started(made) == (3, 3)


async def test_an_experiment_is_cancelled_with_its_runs_and_taken_up_where_it_was(lab: Lab) -> None:
    lab.cj_answers(202)
    made = await lab.begin(factors=FOUR, max_concurrency=2)
    await lab.step(made)
    done, other = await lab.going(made)
    await lab.end_run(done)
    first = await lab.api.post(made["links"]["cancel"])
    assert (first.status_code, first.json()["status"]) == (202, "cancelling")
    assert states(first.json()) == ["running", "running", "cancelled", "cancelled"]
    again = await lab.api.post(made["links"]["cancel"])
    assert (again.status_code, again.json()["status"]) == (202, "cancelling")
    await lab.step(made)
    await lab.step(made)
    found = await lab.step(made)
    assert (found["status"], found["status_reason"]) == ("cancelled", "by_request")
    assert states(found) == ["completed", "cancelled", "cancelled", "cancelled"]
    assert (await lab.show(other["id"]))["status"] == "cancelled"
    over = await lab.api.post(made["links"]["cancel"])
    assert (over.status_code, over.json()["status"]) == (200, "cancelled")
    assert (await lab.api.post(made["links"]["resume"])).status_code == 202
    whole = await lab.run_all(made)
    assert (whole["status"], await lab.runs_started(made)) == ("completed", (5, 5))


async def test_one_that_has_not_begun_is_cancelled_at_once_and_starts_no_run(lab: Lab) -> None:
    made = await lab.begin()
    answer = await lab.api.post(made["links"]["cancel"])
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    await advance.advance(lab.steps, made["id"])
    assert await lab.runs_started(made) == (0, 0)
    assert set(states(await lab.look(made))) == {"cancelled"}


async def test_cancelling_twice_at_once_by_two_workers_ends_it_once(lab: Lab) -> None:
    made = await lab.begin(max_concurrency=2)
    await lab.step(made)
    await lab.api.post(made["links"]["cancel"])
    await advance.cancelling(lab.steps, made["id"])
    await advance.cancelling(lab.steps, made["id"])
    await advance.advance(lab.steps, made["id"])
    kinds = await lab.kinds(made)
    assert (kinds.count("experiment.cancelled"), kinds.count("cell.cancelled")) == (1, 8)


async def test_an_ended_experiment_is_deleted_for_good_and_its_runs_stay(lab: Lab) -> None:
    made = await lab.begin(factors={"repeats": 1})
    early = await lab.api.delete(made["links"]["self"])
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    done = await lab.run_all(made)
    assert [(await lab.api.delete(made["links"]["self"])).status_code for _ in range(2)] == [204, 204]
    for link in ("self", "results", "cells", "events"):
        assert (await lab.api.get(made["links"][link])).status_code == 410
    assert (await lab.show(done["table"][0]["run_id"]))["status"] == "completed"


async def test_a_service_that_keeps_its_runs_keeps_its_experiments(lab: Lab) -> None:
    made = await lab.begin(factors={"repeats": 1})
    await lab.api.post(made["links"]["cancel"])
    async with (
        runner_parts(lab.database, lab.files, lab.clock, delete_allowed=False) as parts,
        in_process(build(parts, {})) as api,
    ):
        assert (await api.delete(made["links"]["self"])).status_code == 403
