"""cj asked what it has for a run: lost completions, results and verdicts come in as if they had been delivered."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.db.unit import Database
from app.runner.recollect.ask import where_silent
from tests.integration.asking_house import Both, opened
from tests.integration.parts import Json, deliver


@pytest.fixture
async def both(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Both]:
    async with opened(database, database_url, tmp_path) as houses:
        yield houses


async def test_a_lost_completion_and_result_are_collected_and_the_run_ends_as_if_they_had_come(both: Both) -> None:
    run = await both.judged()
    await both.deliver_verdicts()
    assert (await both.house.work(run["id"]))["status"] == "running"
    asked = await both.recollect(run)
    assert (asked["recollect"]["by"], asked["recollect"]["finished_at"]) == ("request", None)
    done = await both.work(run)
    assert (done["status"], done["artefact_revision"]) == ("completed", 1)
    assert done["recollect"]["found"] == {"comparisons": 0, "completions": 1, "results": 1, "failures": 0}
    assert (done["recollect"]["error"], done["progress"]["comparisons"]["received"]) == (None, 4)
    artefact = await both.house.artefact(run["id"])
    result = await both.system.result()
    facts = result.assessment_metadata
    rows = artefact["bt_summary"]
    assert [row["essay_id"] for row in rows] == [row.essay_id for row in result.essay_results]
    assert [row["theta"] for row in rows] == [row.bt_score for row in result.essay_results]
    errors = facts["bt_standard_errors"]
    assert {row["essay_id"]: row["standard_error"] for row in rows} == pytest.approx(errors)
    assert artefact["metadata"]["scores_source"] == "engine"
    assert artefact["metadata"]["stop_reason"] == facts["stop_reason"]
    quality = artefact["metadata"]["scores_quality"]
    assert quality.pop("bt_se_summary") == pytest.approx(facts["bt_se_summary"])
    assert quality == {name: facts[name] for name in quality}
    assert {"waves", "stop_rule", "swap_consistency", "both_orders"} <= set(quality)
    await both.deliver_end()
    assert (await both.work(run))["artefact_revision"] == 1


async def test_lost_verdicts_are_collected_and_count_once_when_they_come_after_all(both: Both) -> None:
    run = await both.judged()
    await both.deliver_verdicts(0, 1)
    await both.deliver_end()
    both.house.clock.pass_by(11)
    both.cj_says(lambda _: httpx.Response(404))
    ended = await both.work(run)
    assert (ended["status"], ended["status_reason"]) == ("completed_partial", "comparisons_missing")
    both.house.ask_at(both.system.http)
    await both.recollect(run)
    done = await both.work(run, 1)
    assert (done["status"], done["artefact_revision"]) == ("completed_partial", 2)
    assert done["recollect"]["found"]["comparisons"] == 3
    assert done["progress"]["comparisons"]["late"] == 3
    artefact = await both.house.artefact(run["id"])
    assert artefact["validation"]["runner_status"]["partial_data"] is False
    assert winners(artefact) == winners_told(await both.verdicts())
    await both.deliver_verdicts()
    both.house.clock.pass_by(11)
    again = await both.work(run)
    assert (again["artefact_revision"], again["progress"]["comparisons"]["late"]) == (2, 3)


async def test_what_cj_tells_of_verdicts_that_came_already_is_passed_over(both: Both) -> None:
    run = await both.judged()
    await both.deliver_verdicts(0, 2)
    await both.recollect(run)
    done = await both.work(run)
    assert (done["status"], done["progress"]["comparisons"]["received"]) == ("completed", 4)
    assert done["recollect"]["found"] == {"comparisons": 2, "completions": 1, "results": 1, "failures": 0}
    assert winners(await both.house.artefact(run["id"])) == winners_told(await both.verdicts())
    paths = [item["path"] for item in (await both.house.api.get(run["links"]["files"])).json()["items"]]
    [told] = [path for path in paths if path.startswith("events/comparisons/000003")]
    raw = (await both.house.api.get(f"/v1/runs/{run['id']}/files/{told}")).json()
    assert raw["source_service"] == "cj_runner.recollect"
    assert raw["metadata"] == {"collected_from": f"GET /api/v1/batches/{run['batch_uuid']}/pairs"}


def winners(artefact: Json) -> list[tuple[str, str]]:
    return sorted((item["correlation_id"], item["winner_id"]) for item in artefact["llm_comparisons"])


def winners_told(verdicts: list[Json]) -> list[tuple[str, str]]:
    found = []
    for item in (verdict["data"] for verdict in verdicts):
        side = "essay_a_id" if item["winner"] == "Essay A" else "essay_b_id"
        found.append((item["correlation_id"], item["request_metadata"][side]))
    return sorted(found)


async def test_grades_come_with_what_is_collected(both: Both) -> None:
    assignment = "6f0c1e9e-4f0e-4a57-9f6c-1b1f0f7e3a10"
    known = {
        "assignment_id": assignment,
        "instructions_text": "Weigh both sides.",
        "grade_scale": "eng5_np_legacy_9_step",
    }
    assert (await both.system.http.post("/admin/v1/assessment-instructions", json=known)).is_success
    prompt = {"assignment_id": assignment, "prompt_text": "Write about someone."}
    assert (await both.system.http.post("/admin/v1/student-prompts", json=prompt)).is_success
    run = await both.judged(mode="execute", assignment_id=assignment, budget={"max_comparisons": 40})
    await both.recollect(run)
    done = await both.work(run)
    assert done["status"] == "completed"
    artefact, result = await both.house.artefact(run["id"]), await both.system.result()
    grades = {row.essay_id: row.letter_grade for row in result.essay_results}
    assert len(grades) == 22
    assert {row["essay_id"]: row["grade"] for row in artefact["grade_projections"]} == grades
    shares = result.assessment_metadata["grade_projection_summary"]["grade_probabilities"]
    for row in artefact["grade_projections"]:
        assert row["probabilities"] == pytest.approx(shares[row["essay_id"]], abs=1e-9)
    anchors = [row["anchor_grade"] for row in artefact["bt_summary"] if row["is_anchor"]]
    assert len(anchors) == 12
    assert None not in anchors


async def test_a_timed_out_run_is_mended_by_what_cj_has(both: Both) -> None:
    both.cj_says(lambda _: httpx.Response(503))
    run = await both.judged()
    both.house.clock.pass_by(1801)
    ended = await both.work(run)
    assert (ended["status"], ended["artefact_revision"]) == ("timed_out", 1)
    assert ended["recollect"]["error"]["code"] == "unavailable"
    both.house.ask_at(both.system.http)
    both.house.clock.pass_by(60)  # the asking at the deadline goes on after it
    done = await both.work(run, 1)
    assert (done["status"], done["artefact_revision"]) == ("timed_out", 2)
    assert (done["recollect"]["by"], done["recollect"]["error"]) == ("deadline", None)
    status = (await both.house.artefact(run["id"]))["validation"]["runner_status"]
    assert (status["partial_data"], status["observed_events"]["llm_comparisons"]) == (False, 4)


async def test_a_run_asks_cj_before_it_times_out(both: Both) -> None:
    run = await both.judged()
    await both.deliver_verdicts()
    both.house.clock.pass_by(1801)
    done = await both.work(run)
    assert (done["status"], done["recollect"]["by"]) == ("completed", "deadline")


async def test_silence_makes_a_run_ask_and_less_and_less_often(both: Both) -> None:
    run, _ = await both.house.running()  # cj never read the request
    settings, clock = both.house.parts.settings, both.house.clock
    asked_after = []
    for second in range(0, 16 * 120, 60):
        if await where_silent(both.house.database, settings, clock()):
            assert await where_silent(both.house.database, settings, clock()) == 0
            asked_after.append(second)
            assert (await both.work(run, 1))["recollect"]["error"]["code"] == "batch_unknown_to_cj"
        clock.pass_by(60)
        if second == 1740:
            break
    assert asked_after == [120, 240, 480, 960]
    told = await both.events(run, "run.recollect_requested", "run.recollect_failed")
    assert len(told) == 8
    assert (await both.house.show(run["id"]))["status"] == "published"


async def test_a_silent_run_whose_batch_is_done_ends_without_anybody_asking(both: Both) -> None:
    run = await both.judged()
    await both.deliver_verdicts()
    both.house.clock.pass_by(119)
    assert await where_silent(both.house.database, both.house.parts.settings, both.house.clock()) == 0
    both.house.clock.pass_by(1)
    assert await where_silent(both.house.database, both.house.parts.settings, both.house.clock()) == 1
    done = await both.work(run)
    assert (done["status"], done["recollect"]["by"]) == ("completed", "silence")


async def test_twins_that_ask_at_once_make_cj_be_asked_once(both: Both) -> None:
    run = await both.judged()
    answers = await asyncio.gather(*(both.house.api.post(f"/v1/runs/{run['id']}/recollect") for _ in range(12)))
    assert {answer.status_code for answer in answers} == {202}
    assert len(await both.events(run, "run.recollect_requested")) == 1
    await asyncio.gather(*(both.house.work(run["id"]) for _ in range(2)))
    done = await both.work(run)
    assert (done["status"], done["progress"]["comparisons"]["received"]) == ("completed", 4)
    assert done["recollect"]["found"] == {"comparisons": 4, "completions": 1, "results": 1, "failures": 0}
    assert len(await both.events(run, "run.recollected")) == 1


async def test_a_cj_that_is_away_is_asked_again_a_few_times_and_the_run_says_so(both: Both) -> None:
    run = await both.judged()
    await both.deliver_verdicts(0, 1)
    asked = both.cj_says(lambda _: httpx.Response(503))
    await both.recollect(run)
    for pause in (0, 5, 10, 20):
        both.house.clock.pass_by(pause)
        shown = await both.work(run, 2)
        assert (shown["status"], shown["recollect"]["finished_at"]) == ("running", None)
        assert shown["recollect"]["error"]["code"] == "unavailable"
    assert (len(asked), shown["recollect"]["tries"]) == (4, 4)
    both.house.clock.pass_by(40)
    given_up = await both.work(run, 2)
    assert (given_up["recollect"]["tries"], given_up["recollect"]["finished_at"] is None) == (5, False)
    assert (given_up["status"], len(asked)) == ("running", 5)
    told = await both.events(run, "run.recollect_waiting", "run.recollect_failed")
    assert [event["type"] for event in told] == ["run.recollect_waiting", "run.recollect_failed"]
    assert "503" in told[0]["data"]["error"]["detail"]
    both.house.ask_at(both.system.http)
    await both.recollect(run)
    assert (await both.work(run))["status"] == "completed"


@pytest.mark.parametrize("status", [404, 405])
async def test_a_foreign_cj_that_shows_no_batches_changes_nothing(both: Both, status: int) -> None:
    run = await both.judged()
    await both.deliver_verdicts(0, 1)
    both.cj_says(lambda _: httpx.Response(status))
    before = await both.house.show(run["id"])
    await both.recollect(run)
    after = await both.work(run)
    assert after["recollect"]["error"]["code"] == "cj_shows_no_batches"
    assert (after["status"], after["progress"]) == ("running", before["progress"])
    [told] = await both.events(run, "run.recollect_failed")
    assert "only its messages" in told["data"]["error"]["detail"]


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [(401, "", "unauthorized"), (200, "<html>", "upstream_refused"), (418, "", "upstream_refused")],
)
async def test_a_cj_that_refuses_is_named_with_its_answer(both: Both, status: int, body: str, code: str) -> None:
    run, _ = await both.house.running()
    both.cj_says(lambda _: httpx.Response(status, text=body))
    await both.recollect(run)
    assert (await both.work(run))["recollect"]["error"]["code"] == code


async def test_a_batch_that_goes_on_gives_what_it_has(both: Both) -> None:
    run, _ = await both.house.running()
    await deliver(both.system.database, both.system.intake, (await both.house.published())[-1])
    for _ in range(2):  # prepared, then asked
        await both.system.step()
    await both.system.answer()  # but not scored
    await both.recollect(run)
    shown = await both.work(run)
    found = shown["recollect"]["found"]
    assert (shown["status"], found["completions"], found["results"]) == ("running", 0, 0)
    assert found["comparisons"] == shown["progress"]["comparisons"]["received"] > 0


async def test_the_lost_end_of_a_cancelled_batch_ends_the_run_as_cancelled(both: Both) -> None:
    run, _ = await both.house.running()
    await deliver(both.system.database, both.system.intake, (await both.house.published())[-1])
    assert (await both.system.http.post(f"/api/v1/batches/{run['batch_uuid']}/cancel")).is_success
    await both.recollect(run)
    done = await both.work(run)
    assert (done["status"], done["status_reason"]) == ("cancelled", "cj_cancelled")
    assert done["recollect"]["found"]["failures"] == 1


class Dead(BaseException):
    """The process is killed."""


async def test_an_asking_that_dies_half_way_goes_on_and_counts_what_it_brought(both: Both) -> None:
    run = await both.judged()
    real = both.system.http

    class Dying(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/scores"):
                raise Dead
            return await real.get(str(request.url.copy_with(scheme="http", host="service")))

    both.house.ask_at(httpx.AsyncClient(transport=Dying()))
    await both.recollect(run)
    with pytest.raises(Dead):
        await both.house.work(run["id"])
    both.house.ask_at(real)
    done = await both.work(run)
    assert done["status"] == "completed"
    assert done["recollect"]["found"] == {"comparisons": 4, "completions": 1, "results": 1, "failures": 0}


@pytest.mark.parametrize(
    ("changes", "way_out"),
    [
        ({"mode": "plan", "llm": {}}, "asks cj for nothing"),
        ({"mode": "dry-run", "llm": {}}, "asks cj for nothing"),
        ({"publish": False}, "/retry"),
    ],
)
async def test_a_run_of_which_cj_has_nothing_is_refused(both: Both, changes: Json, way_out: str) -> None:
    run = await both.house.start(**changes)
    await both.work(run)
    assert way_out in (await both.recollect(run, 409))["detail"]


async def test_a_run_is_refused_before_it_is_published_while_it_is_cancelled_and_after_it_failed(
    both: Both,
) -> None:
    run = await both.house.start()
    assert "wait until it is published" in (await both.recollect(run, 409))["detail"]
    await both.house.prepare(run["id"])
    await both.house.api.post(run["links"]["cancel"])
    assert "ask again after its end" in (await both.recollect(run, 409))["detail"]
    other = await both.house.start()
    await both.house.prepare(other["id"])
    now = both.house.clock().isoformat()
    info = {"system_metadata": {"timestamp": now, "error_info": {"reason": "low_success_rate"}}}
    failure = both.house.envelope(both.house.base(other) | info)
    await deliver(both.house.database, both.house.failed, failure)
    assert (await both.work(other))["status"] == "failed"
    assert "/retry" in (await both.recollect(other, 409))["detail"]


async def test_a_completed_run_is_answered_as_it_is(both: Both) -> None:
    run = await both.judged()
    await both.deliver_verdicts()
    await both.deliver_end()
    done = await both.work(run)
    assert await both.recollect(run, 200) == done
    assert done["links"]["recollect"] == f"/v1/runs/{run['id']}/recollect"
    assert done["recollect"] is None
