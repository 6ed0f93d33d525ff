"""What comes after the end of a run: taken in, counted as late, and written into a revision of its artefact."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.artefact import problems_of
from app.db.unit import Database
from app.runner import attend
from app.runner.finish.conclude import finish
from app.runner.finish.revise import revise
from app.runner.prepare import stages
from app.runner.runs import store
from app.runner.runs.store import Run
from app.runner.tables import comparisons, run_files
from tests.integration.house import House
from tests.integration.parts import Clock, Json, deliver


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


async def timed_out(house: House, verdicts: int = 1) -> tuple[Json, list[str]]:
    """Return a run that heard so many verdicts and nothing else before its deadline, and its essays."""
    run, ids = await house.running()
    for number in range(verdicts):
        await deliver(house.database, house.verdicts, house.verdict(run, ids[number], ids[number + 1]))
    house.clock.pass_by(1801)
    await house.work(run["id"])
    ended = await house.work(run["id"])
    assert (ended["status"], ended["artefact_revision"]) == ("timed_out", 1)
    return ended, ids


async def late(house: House, run: Json, *pairs: tuple[str, str]) -> list[Json]:
    told = [house.verdict(run, first, second) for first, second in pairs]
    await deliver(house.database, house.verdicts, *told)
    return told


async def quiet(house: House, run: Json) -> Json:
    house.clock.pass_by(10)
    return await house.work(run["id"])


async def announce(house: House, run: Json, ids: list[str], expected: int) -> None:
    facts = {"comparisons_succeeded": expected, "comparisons_failed": 0}
    await deliver(house.database, house.completed, house.completion(run))
    await deliver(house.database, house.resulted, house.result(run, ids, **facts))


async def row_of(house: House, run: Json) -> Run:
    async with house.database.transaction() as connection:
        return await store.get(connection, run["id"])


async def files(house: House, run: Json, revision: int) -> dict[str, str]:
    wanted = select(run_files.c.path, run_files.c.sha256).where(
        run_files.c.run_id == run["id"], run_files.c.revision == revision
    )
    async with house.database.transaction() as connection:
        return {row.path: row.sha256 for row in await connection.execute(wanted)}


async def events(house: House, run: Json, kind: str) -> list[Json]:
    every = (await house.api.get(run["links"]["events"])).json()["items"]
    assert [event["number"] for event in every] == list(range(1, len(every) + 1))
    return [event["data"] for event in every if event["type"] == kind]


async def test_late_callbacks_of_a_timed_out_run_make_a_second_revision_beside_the_first(house: House) -> None:
    run, ids = await timed_out(house)
    first = await files(house, run, 1)
    before = {path: (house.files / run["id"] / path).read_bytes() for path in first}
    await late(house, run, (ids[1], ids[2]), (ids[2], ids[3]))
    assert (await row_of(house, run)).due_at is not None
    done = await quiet(house, run)
    assert (done["status"], done["status_reason"], done["artefact_revision"]) == ("timed_out", "deadline", 2)
    counts = done["progress"]["comparisons"]
    assert (counts["received"], counts["late"]) == (1, 2)
    artefact = await house.artefact(run["id"])
    assert problems_of(artefact) == []
    assert [record["winner_id"] for record in artefact["llm_comparisons"]] == ids[:3]
    assert artefact["metadata"]["run_status"] == "timed_out"
    superseded = first["assessment_run.anchor-align-test.json"]
    assert artefact["metadata"]["artefact_revision"] == {
        "number": 2,
        "supersedes_sha256": superseded,
        "why": "came in after the end of the run: 2 comparisons",
    }
    status = artefact["validation"]["runner_status"]
    assert (status["partial_data"], status["timeout_seconds"]) == (True, 1801.0)
    assert status["observed_events"]["llm_comparisons"] == 3
    second = await files(house, run, 2)
    assert all(path.startswith("revisions/2/") for path in second)
    assert "revisions/2/report.md" in second
    assert "| Successful comparisons | 3 |" in (house.files / run["id"] / "revisions/2/report.md").read_text()
    for path, digest in second.items():
        assert hashlib.sha256((house.files / run["id"] / path).read_bytes()).hexdigest() == digest
    assert {entry["path"] for entry in artefact["validation"]["manifest"]} <= set(second)
    assert {path: (house.files / run["id"] / path).read_bytes() for path in first} == before
    assert await files(house, run, 1) == first
    [told] = await events(house, run, "run.artefact_revised")
    assert told == {
        "revision": 2,
        "why": "came in after the end of the run: 2 comparisons",
        "gained": {"comparisons": 2},
        "comparisons": 3,
        "partial_data": True,
        "reason": "no_completion",
        "artefact_sha256": second["revisions/2/assessment_run.anchor-align-test.json"],
        "supersedes_sha256": superseded,
    }


async def test_the_first_artefact_says_that_it_is_the_first(house: House) -> None:
    run, _ = await timed_out(house)
    artefact = await house.artefact(run["id"])
    first = {"number": 1, "supersedes_sha256": None, "why": None}
    assert artefact["metadata"]["artefact_revision"] == first
    assert artefact["validation"]["runner_status"]["partial_data"] is True


async def test_the_same_late_callbacks_twice_make_one_revision(house: House) -> None:
    run, ids = await timed_out(house)
    told = await late(house, run, (ids[1], ids[2]))
    await deliver(house.database, house.verdicts, *told)
    await quiet(house, run)
    await deliver(house.database, house.verdicts, *told)
    done = await quiet(house, run)
    assert (done["artefact_revision"], done["progress"]["comparisons"]["late"]) == (2, 1)
    assert len(await events(house, run, "run.artefact_revised")) == 1
    assert (await row_of(house, run)).due_at is None


async def test_a_run_whose_completion_and_last_callbacks_came_late_ends_up_whole(house: House) -> None:
    run, ids = await timed_out(house)
    await late(house, run, (ids[1], ids[2]))
    await announce(house, run, ids, expected=3)
    half = await quiet(house, run)
    assert (await house.artefact(run["id"]))["validation"]["runner_status"]["partial_data"] is True
    [told] = await events(house, run, "run.artefact_revised")
    assert told["gained"] == {"comparisons": 1, "completions": 1, "assessment_results": 1}
    assert (told["reason"], half["artefact_revision"]) == ("comparisons_missing", 2)
    await late(house, run, (ids[2], ids[3]))
    done = await quiet(house, run)
    assert (done["status"], done["artefact_revision"]) == ("timed_out", 3)
    artefact = await house.artefact(run["id"])
    status = artefact["validation"]["runner_status"]
    assert (status["partial_data"], status["reason"]) == (False, None)
    assert artefact["metadata"]["run_status"] == "timed_out"
    assert [row["essay_id"] for row in artefact["bt_summary"]] == ids
    second = await files(house, run, 2)
    superseded = second["revisions/2/assessment_run.anchor-align-test.json"]
    assert artefact["metadata"]["artefact_revision"]["supersedes_sha256"] == superseded


async def test_a_rich_result_that_came_late_replaces_the_runner_s_own_scores(house: House) -> None:
    run, ids = await house.running()
    await late(house, run, (ids[0], ids[1]))
    await deliver(house.database, house.completed, house.completion(run))
    house.clock.pass_by(11)
    ended = await house.work(run["id"])
    assert (ended["status"], ended["status_reason"]) == ("completed_partial", "no_rich_result")
    facts = {
        "comparisons_succeeded": 1,
        "comparisons_failed": 0,
        "bt_standard_errors": dict.fromkeys(ids, 0.5),
    }
    await deliver(house.database, house.resulted, house.result(run, ids, **facts))
    done = await quiet(house, run)
    assert (done["status"], done["artefact_revision"]) == ("completed_partial", 2)
    former, artefact = await house.artefact(run["id"], 1), await house.artefact(run["id"])
    sources = (former["metadata"]["scores_source"], artefact["metadata"]["scores_source"])
    assert sources == ("runner_fit", "engine")
    assert artefact["validation"]["runner_status"]["partial_data"] is False


async def test_a_cancelled_run_takes_in_what_was_paid_for_and_stays_cancelled(house: House) -> None:
    house.cj_answers(202)
    run, ids = await house.running()
    await house.api.post(run["links"]["cancel"])
    await house.work(run["id"])
    house.clock.pass_by(11)
    assert (await house.work(run["id"]))["status"] == "cancelled"
    await late(house, run, (ids[0], ids[1]))
    done = await quiet(house, run)
    assert (done["status"], done["artefact_revision"]) == ("cancelled", 2)
    status = (await house.artefact(run["id"]))["validation"]["runner_status"]
    assert (status["partial_data"], status["observed_events"]["llm_comparisons"]) == (True, 1)


async def test_a_completed_run_has_one_artefact_whatever_comes_later(house: House) -> None:
    run, ids = await house.running()
    await late(house, run, (ids[0], ids[1]))
    await announce(house, run, ids, expected=1)
    assert (await house.work(run["id"]))["status"] == "completed"
    await late(house, run, (ids[1], ids[2]))
    done = await quiet(house, run)
    assert (done["artefact_revision"], done["progress"]["comparisons"]["late"]) == (1, 1)


class Dead(BaseException):
    """The process is killed."""


def killed_after(clock: Clock, calls: int) -> Any:
    left = iter(range(calls))

    def tell() -> datetime:
        if next(left, None) is None:
            raise Dead
        return clock()

    return tell


async def test_a_worker_that_dies_between_the_files_and_the_commit_leaves_nothing_half(house: House) -> None:
    run, ids = await timed_out(house)
    await late(house, run, (ids[1], ids[2]))
    house.clock.pass_by(10)
    dying = replace(house.finishing, clock=killed_after(house.clock, 1))
    with pytest.raises(Dead):
        await revise(dying, run["id"])
    assert not (house.files / run["id"] / "revisions/2/assessment_run.anchor-align-test.json").exists()
    assert (await house.show(run["id"]))["artefact_revision"] == 1
    assert await files(house, run, 2) == {}
    for _ in range(2):
        await house.work(run["id"])
    second = await files(house, run, 2)
    for path, digest in second.items():
        assert hashlib.sha256((house.files / run["id"] / path).read_bytes()).hexdigest() == digest
    assert len(await events(house, run, "run.artefact_revised")) == 1


async def test_what_comes_while_a_revision_is_written_is_not_lost(house: House) -> None:
    run, ids = await timed_out(house)
    await late(house, run, (ids[1], ids[2]))
    house.clock.pass_by(10)
    await asyncio.gather(house.work(run["id"]), late(house, run, (ids[2], ids[3])))
    await quiet(house, run)
    assert len((await house.artefact(run["id"]))["llm_comparisons"]) == 3
    assert (await row_of(house, run)).due_at is None


async def test_a_trickle_of_late_callbacks_does_not_put_the_revision_off_for_ever(house: House) -> None:
    run, ids = await timed_out(house)
    began = house.clock()
    for _ in range(80):
        await late(house, run, (ids[1], ids[2]))
        house.clock.pass_by(5)
    due_at = (await row_of(house, run)).due_at
    assert due_at is not None
    assert (due_at - began).total_seconds() == 300


async def test_after_the_window_nothing_more_is_taken_in(house: House) -> None:
    run, ids = await timed_out(house)
    house.clock.pass_by(7 * 24 * 3600 + 1)
    await late(house, run, (ids[1], ids[2]))
    await announce(house, run, ids, expected=2)
    done = await quiet(house, run)
    assert (done["artefact_revision"], done["progress"]["comparisons"]["late"]) == (1, 0)
    async with house.database.transaction() as connection:
        kept = select(func.count()).select_from(comparisons)
        assert (await connection.execute(kept)).scalar_one() == 1
    refused = await house.api.post(run["links"]["recollect"])
    assert refused.status_code == 409
    assert "RUNNER_LATE_WINDOW_S" in refused.json()["detail"]


async def test_a_run_that_is_deleted_before_its_revision_is_written_stays_deleted(house: House) -> None:
    run, ids = await timed_out(house)
    await late(house, run, (ids[1], ids[2]))
    assert (await house.api.delete(run["links"]["self"])).status_code == 204
    left = house.files / run["id"] / "revisions/2/report.md"  # by a worker that was writing just then
    left.parent.mkdir(parents=True)
    left.write_text("late")
    await attend.ended(house.asking, house.finishing, run["id"])
    assert not (house.files / run["id"]).exists()


async def test_a_revision_that_cannot_be_written_is_given_up_with_its_reason(house: House) -> None:
    run, ids = await timed_out(house)
    await late(house, run, (ids[1], ids[2]))
    await stages.broken(house.parts, run["id"], ValueError("the disk is made of cheese"))
    [told] = await events(house, run, "run.revision_failed")
    assert told["code"] == "internal_error"
    row = await row_of(house, run)
    assert (row.due_at, row.revision_wanted_at, row.status) == (None, None, "timed_out")
    await late(house, run, (ids[2], ids[3]))  # the next one is tried again, with everything
    await quiet(house, run)
    assert len((await house.artefact(run["id"]))["llm_comparisons"]) == 3


async def test_asking_cj_tries_a_revision_again_that_was_given_up(house: House) -> None:
    run, ids = await timed_out(house)
    await late(house, run, (ids[1], ids[2]))
    await stages.broken(house.parts, run["id"], ValueError("the disk is made of cheese"))
    for revision in (2, 2):
        house.clock.pass_by(1)
        assert (await house.api.post(run["links"]["recollect"])).status_code == 202
        assert (await house.work(run["id"]))["artefact_revision"] == revision


class Busy:
    """A database in whose every transaction after the second a callback comes in first, as from a busy judge."""

    def __init__(self, house: House, run: Json, pairs: list[tuple[str, str]]) -> None:
        self._house, self._run, self._pairs, self._begun = house, run, pairs, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._house.database, name)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        self._begun += 1
        if self._begun > 2 and self._pairs:
            await late(self._house, self._run, self._pairs.pop())
        async with self._house.database.transaction() as connection:
            yield connection


async def test_a_run_out_of_time_ends_though_callbacks_go_on_coming_in(house: House) -> None:
    run, ids = await house.running()
    await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
    house.clock.pass_by(1801)
    await house.work(run["id"])
    busy = Busy(house, run, [(ids[1], ids[2]), (ids[2], ids[3])])
    await finish(replace(house.finishing, database=cast("Database", busy)), run["id"])
    ended = await row_of(house, run)
    assert (ended.status, ended.revision, ended.comparisons_received) == ("timed_out", 1, 3)
    assert len((await house.artefact(run["id"]))["llm_comparisons"]) == 1
    await quiet(house, run)
    assert len((await house.artefact(run["id"]))["llm_comparisons"]) == 3
