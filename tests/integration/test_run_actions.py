"""What can be done with a run: cancelled with what was paid for kept, tried again, deleted."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.contracts.artefact import problems_of
from app.db.unit import Database
from app.runner.api.app import build
from app.runner.runs.sweep import Parts as Sweeping
from app.runner.runs.sweep import sweep
from app.runner.tables import comparisons, deleted_runs, messages, run_essays
from tests.integration.house import House
from tests.integration.parts import Json, deliver, in_process, runner_parts


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


async def ended(house: House, **changes: object) -> Json:
    run = await house.start("plan", llm={}, **changes)
    await house.work(run["id"])
    return await house.work(run["id"])


async def kinds(house: House, run: Json) -> list[str]:
    return [event["type"] for event in (await house.api.get(run["links"]["events"])).json()["items"]]


async def test_a_run_of_which_nothing_was_sent_is_cancelled_at_once(house: House) -> None:
    run = await house.start()
    answer = await house.api.post(run["links"]["cancel"])
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert answer.json()["status_reason"] == "by_request"
    await house.prepare(run["id"])
    assert await house.published() == []
    assert (await house.api.get(f"/v1/runs/{run['id']}/artefact")).status_code == 404


async def test_a_cancelled_run_tells_cj_once_and_keeps_what_was_paid_for(house: House) -> None:
    asked = house.cj_answers(202)
    run, ids = await house.running()
    await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
    first = await house.api.post(run["links"]["cancel"])
    assert (first.status_code, first.json()["status"]) == (202, "cancelling")
    assert first.headers["Location"] == run["links"]["self"]
    again = await house.api.post(run["links"]["cancel"])
    assert (again.status_code, again.content) == (202, first.content)
    assert (await house.work(run["id"]))["status"] == "cancelling"
    await deliver(house.database, house.verdicts, house.verdict(run, ids[1], ids[2]))
    house.clock.pass_by(11)
    done = await house.work(run["id"])
    assert (done["status"], done["status_reason"]) == ("cancelled", "by_request")
    assert asked == [f"POST /api/v1/batches/{run['batch_uuid']}/cancel"]
    artefact = (await house.api.get(done["links"]["artefact"])).json()
    assert problems_of(artefact) == []
    assert artefact["validation"]["runner_status"]["partial_data"] is True
    assert [item["winner_id"] for item in artefact["llm_comparisons"]] == ids[:2]
    assert await kinds(house, run) == [
        "run.accepted",
        "run.preparing",
        "run.published",
        "run.running",
        "run.cancelling",
        "run.cancelled",
    ]
    await deliver(house.database, house.verdicts, house.verdict(run, ids[2], ids[3]))
    counts = (await house.show(run["id"]))["progress"]["comparisons"]
    assert (counts["asked"], counts["received"], counts["late"]) == (3, 2, 1)
    assert (await house.api.post(run["links"]["cancel"])).status_code == 200


async def test_cj_is_told_again_until_it_answers_and_not_for_ever(house: House) -> None:
    asked = house.cj_answers(503, 503, 202)
    run, _ = await house.running()
    await house.api.post(run["links"]["cancel"])
    for _ in range(2):
        assert (await house.work(run["id"]))["status"] == "cancelling"
        house.clock.pass_by(20)
    await house.work(run["id"])
    house.clock.pass_by(11)
    assert (await house.work(run["id"]))["status"] == "cancelled"
    assert len(asked) == 3
    other = await house.start()
    await house.prepare(other["id"])
    house.cj_answers(503)
    await house.api.post(other["links"]["cancel"])
    house.clock.pass_by(601)
    await house.work(other["id"])
    house.clock.pass_by(11)
    assert (await house.work(other["id"]))["status"] == "cancelled"


async def test_a_cj_that_does_not_know_the_batch_yet_is_asked_again(house: House) -> None:
    asked = house.cj_answers(404, 404, 202)
    run, _ = await house.running()
    await house.api.post(run["links"]["cancel"])
    for _ in range(3):
        await house.work(run["id"])
        house.clock.pass_by(11)
    assert (await house.work(run["id"]))["status"] == "cancelled"
    assert len(asked) == 3


async def test_a_request_that_was_not_sent_yet_never_is(house: House) -> None:
    house.cj_answers(404)
    run, _ = await house.running()
    await house.api.post(run["links"]["cancel"])
    await house.work(run["id"])
    assert await house.published() == []


async def test_while_a_relay_holds_the_request_its_batch_may_yet_begin(house: House) -> None:
    asked = house.cj_answers(404, 404, 202)
    run, _ = await house.running()
    async with house.database.transaction() as connection:
        held = messages.outbox.update().values(leased_until=func.now() + timedelta(hours=1))
        await connection.execute(held)
    await house.api.post(run["links"]["cancel"])
    for _ in range(2):
        house.clock.pass_by(100)
        assert (await house.work(run["id"]))["status"] == "cancelling"
    async with house.database.transaction() as connection:
        await connection.execute(messages.outbox.update().values(leased_until=None, published_at=func.now()))
    await house.work(run["id"])
    house.clock.pass_by(11)
    assert (await house.work(run["id"]))["status"] == "cancelled"
    assert len(asked) == 3
    assert len(await house.published()) == 1


@pytest.mark.parametrize("status", [405, 403, 404, 409])
async def test_a_cj_that_cannot_cancel_does_not_keep_the_run_from_its_end(house: House, status: int) -> None:
    house.cj_answers(status)
    run, _ = await house.running()
    await house.api.post(run["links"]["cancel"])
    house.clock.pass_by(31)
    await house.work(run["id"])
    house.clock.pass_by(11)
    assert (await house.work(run["id"]))["status"] == "cancelled"


async def test_a_batch_that_cj_says_was_cancelled_ends_the_run_as_cancelled(house: House) -> None:
    run, _ = await house.running()
    info = {"reason": "cancelled", "details": "by an admin"}
    failure = house.base(run) | {"system_metadata": {"timestamp": house.clock().isoformat(), "error_info": info}}
    await deliver(house.database, house.failed, house.envelope(failure | {"status": "cancelled"}))
    done = await house.work(run["id"])
    assert (done["status"], done["status_reason"]) == ("cancelled", "cj_cancelled")


async def test_the_answer_of_cj_to_a_cancellation_leaves_the_run_cancelled(house: House) -> None:
    house.cj_answers(202)
    run, _ = await house.running()
    await house.api.post(run["links"]["cancel"])
    info = {"reason": "cancelled"}
    failure = house.base(run) | {"system_metadata": {"timestamp": house.clock().isoformat(), "error_info": info}}
    await deliver(house.database, house.failed, house.envelope(failure))
    await house.work(run["id"])
    house.clock.pass_by(11)
    done = await house.work(run["id"])
    assert (done["status"], done["status_reason"]) == ("cancelled", "by_request")


async def test_a_run_that_ended_can_be_tried_again_with_the_same_inputs(house: House) -> None:
    run = await house.start("plan", llm={}, batch_label="set {n} of %Y", labels={"team": "a"})
    early = await house.api.post(run["links"]["retry"])
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    await house.work(run["id"])
    done = await house.work(run["id"])
    refused = await house.api.post(done["links"]["cancel"])
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    headers = {"Idempotency-Key": "again"}
    answers = [await house.api.post(run["links"]["retry"], headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].content == answers[1].content
    again = answers[0].json()
    assert (again["retry_of"], again["attempt"], again["status"]) == (run["id"], 2, "accepted")
    assert (again["request"], again["batch_label"]) == (done["request"], "set 1 of 2026")
    assert again["labels"] == {"team": "a"}
    assert again["id"] > run["id"]
    assert again["batch_uuid"] != run["batch_uuid"]
    await house.work(again["id"])
    async with house.database.transaction() as connection:
        wanted = select(run_essays.c.checksum).order_by(run_essays.c.position)
        essays = [
            (await connection.execute(wanted.where(run_essays.c.run_id == one["id"]))).scalars().all()
            for one in (run, again)
        ]
    assert essays[0] == essays[1]
    assert (await house.api.post("/v1/runs/run_none/retry")).status_code == 404


async def test_a_deleted_run_is_gone_with_its_rows_and_files(house: House) -> None:
    run, ids = await house.running()
    await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
    early = await house.api.delete(run["links"]["self"])
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    house.clock.pass_by(1801)
    await house.work(run["id"])
    await house.work(run["id"])
    assert (house.files / run["id"]).is_dir()
    for _ in range(2):
        assert (await house.api.delete(run["links"]["self"])).status_code == 204
    assert not (house.files / run["id"]).exists()
    async with house.database.transaction() as connection:
        left = (await connection.execute(select(func.count()).select_from(comparisons))).scalar_one()
    assert left == 0
    for method, link in (
        ("GET", "self"),
        ("GET", "events"),
        ("GET", "report"),
        ("POST", "cancel"),
        ("POST", "retry"),
    ):
        gone = await house.api.request(method, run["links"][link])
        assert (gone.status_code, gone.json()["code"]) == (410, "gone"), link
    await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
    assert (await house.api.delete("/v1/runs/run_none")).status_code == 404


async def test_runs_are_kept_where_the_policy_says_so(house: House, tmp_path: Path) -> None:
    async def deleted(run: Json, **policy: object) -> int:
        async with (
            runner_parts(house.database, tmp_path, house.clock, **policy) as parts,
            in_process(build(parts, {})) as api,
        ):
            return (await api.delete(run["links"]["self"])).status_code

    run = await ended(house)
    assert await deleted(run, delete_allowed=False) == 403
    assert await deleted(run, delete_after_s=60.0) == 409
    house.clock.pass_by(60)
    assert await deleted(run, delete_after_s=60.0) == 204


async def test_files_of_a_deletion_that_was_interrupted_are_swept_later(house: House) -> None:
    run = await ended(house)
    blocked = house.files / run["id"]
    kept = blocked.rename(house.files / "aside")
    await house.api.delete(run["links"]["self"])
    kept.rename(blocked)
    async with house.database.transaction() as connection:
        await connection.execute(deleted_runs.update().values(files_removed_at=None))
    sweeping = Sweeping(house.database, house.parts.settings, house.clock)
    assert await sweep(sweeping) == 1
    assert not blocked.exists()
    assert await sweep(sweeping) == 0
