"""A run from accepted to its end: what is published, what is collected, what is lost by nobody."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest
from sqlalchemy import func, select

from app.cli.demo_data import archive_of
from app.contracts.artefact import problems_of
from app.db.unit import Database
from app.edge.tokens import service_token
from app.errors import AppError
from app.runner.prepare import stages
from app.runner.prepare.assignments_http import Assignments
from app.runner.runs import store
from app.runner.runs.states import RunState
from app.runner.tables import run_files, runs
from tests.integration.house import AUTH, House
from tests.integration.parts import (
    Json,
    deliver,
    neighbour,
    upload,
)


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


async def test_the_published_request_is_the_platform_s_field_by_field(house: House) -> None:
    run = await house.start()
    await house.prepare(run["id"])
    [envelope] = await house.published()
    data = envelope["data"]
    batch = run["batch_uuid"]
    assert envelope["event_type"] == "huleedu.els.cj_assessment.requested.v1"
    assert (envelope["schema_version"], envelope["data_schema_uri"]) == (1, None)
    assert envelope["correlation_id"] == run["correlation_id"]
    assert envelope["metadata"] == {
        "runner_mode": "anchor-align-test",
        "batch_label": "label | x",
        "run_id": run["id"],
        "max_comparisons": 4,
        "seed": 3,
        "stop_rule": "cap",
        "llm_batching_mode_hint": "serial_bundle",
    }
    assert data["event_name"] == "els.cj_assessment.requested"
    assert (data["entity_id"], data["entity_type"], data["parent_id"]) == (batch, "batch", None)
    meta = data["system_metadata"]
    assert (meta["entity_id"], meta["processing_stage"]) == (batch, "pending")
    assert (meta["event"], meta["error_info"]) == ("els.cj_assessment.requested", {})
    assert (meta["started_at"], meta["completed_at"]) == (None, None)
    essays = data["essays_for_cj"]
    assert len(essays) == len({item["essay_id"] for item in essays}) == 12
    for item in essays:
        assert len(item["essay_id"]) <= 36
        assert not item["essay_id"].startswith("ANCHOR_")
        assert len(item["text_storage_id"]) == 32
        assert item["spellcheck_metrics"] is None
    assert (data["language"], data["course_code"], data["assignment_id"]) == ("en", "ENG5", None)
    assert data["user_id"]
    assert len(data["student_prompt_ref"]["references"]["student_prompt_text"]["storage_id"]) == 32
    assert data["llm_config_overrides"] == {
        "model_override": "latent",
        "temperature_override": 0.0,
        "max_tokens_override": None,
        "provider_override": "mock",
        "system_prompt_override": "be fair",
        "judge_rubric_override": "weigh both",
        "reasoning_effort": None,
        "output_verbosity": None,
    }


async def test_preparing_twice_publishes_once(house: House) -> None:
    run = await house.start()
    for _ in range(2):
        await house.prepare(run["id"])
    assert len(await house.published()) == 1
    assert (await house.show(run["id"]))["status"] == "published"


async def execute(house: House, *, prompt: bool = True, scale: str = "eng5_np_legacy_9_step", **body: Any) -> Json:
    assignment_id = str(uuid4())
    house.cj.headers["Authorization"] = f"Bearer {service_token(AUTH, 'tests')}"
    created = {"assignment_id": assignment_id, "instructions_text": "Weigh both sides.", "grade_scale": scale}
    assert (await house.cj.post("/admin/v1/assessment-instructions", json=created)).is_success
    if prompt:
        text = {"assignment_id": assignment_id, "prompt_text": "Write about someone."}
        assert (await house.cj.post("/admin/v1/student-prompts", json=text)).is_success
    run = await house.start("execute", assignment_id=assignment_id, **body)
    await house.prepare(run["id"])
    return await house.show(run["id"])


async def test_execute_registers_the_anchors_and_sends_the_students_only(house: House) -> None:
    run = await execute(house)
    [envelope] = await house.published()
    assignment_id = run["request"]["assignment_id"]
    anchors = (await house.cj.get(f"/admin/v1/anchors/assignment/{assignment_id}")).json()
    assert anchors["anchor_count"] == 12
    assert len(envelope["data"]["essays_for_cj"]) == 10
    assert envelope["data"]["assignment_id"] == envelope["data"]["parent_id"] == assignment_id
    assert envelope["data"]["student_prompt_ref"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"prompt": False}, "no student prompt"), ({"scale": "swedish_8_anchor"}, "swedish_8_anchor")],
)
async def test_execute_stops_where_the_assignment_does_not_fit(
    house: House, arguments: Json, message: str
) -> None:
    run = await execute(house, **arguments)
    assert (run["status"], run["status_reason"]) == ("failed", "preflight_failed")
    assert message in run["status_detail"]
    assert await house.published() == []


async def test_an_anchor_that_cj_would_not_take_is_named_and_its_text_is_not(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = {
        "anchor_essays/one_A.txt": b"The harbour was quiet. " * 6,
        "anchor_essays/two_B.txt": b"Short and salty.",
    }
    texts |= {f"student_essays/{name}.txt": b"The harbour was loud. " * 6 for name in "ab"}
    task = {"task_instruction.md": b"Write about the sea."}
    house.package = (await upload(house.api, archive_of(texts | task), min_text_characters="5")).json()["id"]
    run = await execute(house)
    assert (run["status"], run["status_reason"]) == ("failed", "preflight_failed")
    assert "anchor_essays/two_B.txt cannot be registered: essay_text: " in run["status_detail"]
    assert "at least 100 characters" in run["status_detail"]
    assert "salty" not in run["status_detail"] + capsys.readouterr().out


async def test_execute_stops_with_a_clear_error_where_cj_is_unknown_or_away(house: House) -> None:
    run = await house.start("execute", assignment_id=str(UUID(int=9)))
    await house.prepare(run["id"])
    assert "cj knows no assignment" in (await house.show(run["id"]))["status_detail"]
    away = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(503)))
    gone = Assignments(neighbour(away, "cj"), "http://cj", lambda: "x")
    parts = stages.Parts(house.database, gone, house.parts.content, house.parts.settings, house.clock)
    run = await house.start("execute", assignment_id=str(UUID(int=9)))
    with pytest.raises(AppError, match="cj answered 503"):
        await stages.prepare(parts, run["id"])
    house.clock.pass_by(61)
    with pytest.raises(stages.PreflightFailed, match="gave up"):
        await stages.prepare(parts, run["id"])


async def test_a_verdict_delivered_twice_counts_once(house: House) -> None:
    run, ids = await house.running()
    verdict = house.verdict(run, ids[0], ids[1])
    for _ in range(2):
        await deliver(house.database, house.verdicts, verdict)
    found = await house.show(run["id"])
    assert found["status"] == "running"
    assert found["progress"]["comparisons"]["received"] == 1
    assert found["progress"]["cost_usd"] == 0.001


async def test_callbacks_of_others_are_passed_over_and_bad_ones_refused(house: House) -> None:
    run, ids = await house.running()
    stranger = house.verdict(run | {"batch_uuid": str(uuid4())}, ids[0], ids[1])
    await deliver(house.database, house.verdicts, stranger)
    assert (await house.show(run["id"]))["progress"]["comparisons"]["received"] == 0
    bad = house.verdict(run, "", "")
    with pytest.raises(AppError, match="essay_a_id"):
        await deliver(house.database, house.verdicts, bad)


async def told(house: House, run: Json, ids: list[str], expected: int, **more: int) -> None:
    facts = {"comparisons_succeeded": expected, "comparisons_failed": 0} | more
    await deliver(house.database, house.completed, house.completion(run))
    await deliver(house.database, house.resulted, house.result(run, ids, **facts))


async def test_callbacks_that_come_after_the_completion_are_waited_for(house: House) -> None:
    run, ids = await house.running()
    await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
    await told(house, run, ids, expected=3)
    assert (await house.finish(run["id"]))["status"] == "finishing"
    late = [house.verdict(run, ids[1], ids[2]), house.verdict(run, ids[2], ids[3])]
    await deliver(house.database, house.verdicts, *late)
    done = await house.finish(run["id"])
    assert (done["status"], done["progress"]["comparisons"]["received"]) == ("completed", 3)


async def test_after_the_grace_the_run_is_partial_and_says_what_is_missing(house: House) -> None:
    run, ids = await house.running()
    await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
    await told(house, run, ids, expected=2)
    await house.finish(run["id"])
    house.clock.pass_by(11)
    done = await house.finish(run["id"])
    assert (done["status"], done["status_reason"]) == ("completed_partial", "comparisons_missing")
    artefact = (await house.api.get(f"/v1/runs/{run['id']}/artefact")).json()
    assert artefact["validation"]["runner_status"]["partial_data"] is True
    await deliver(house.database, house.verdicts, house.verdict(run, ids[2], ids[3]))
    assert (await house.show(run["id"]))["progress"]["comparisons"] == {
        "asked": 2,
        "received": 1,
        "succeeded": 1,
        "failed": 0,
        "late": 1,
        "total": 4,
    }


async def test_a_callback_that_cannot_come_is_not_waited_for(house: House) -> None:
    run, ids = await house.running()
    await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
    await told(house, run, ids, expected=1, comparisons_failed=1, callbacks_expected=1)
    assert (await house.finish(run["id"]))["status"] == "completed"


async def test_the_failure_of_cj_ends_the_run_with_its_reason(house: House) -> None:
    run, _ = await house.running()
    info = {"reason": "low_success_rate", "details": "9 of 10 failed"}
    failure = house.base(run) | {"system_metadata": {"timestamp": house.clock().isoformat(), "error_info": info}}
    await deliver(house.database, house.failed, house.envelope(failure))
    done = await house.finish(run["id"])
    assert (done["status"], done["status_reason"]) == ("failed", "cj_failed")
    assert done["status_detail"] == "low_success_rate: 9 of 10 failed"


async def test_a_run_that_hears_nothing_times_out_at_its_deadline(house: House) -> None:
    run, ids = await house.running()
    await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
    await stages.out_of_time(house.parts, run["id"])
    assert (await house.show(run["id"]))["status"] == "running"
    house.clock.pass_by(1801)
    await stages.out_of_time(house.parts, run["id"])
    done = await house.finish(run["id"])
    assert (done["status"], done["status_reason"]) == ("timed_out", "deadline")
    artefact = (await house.api.get(f"/v1/runs/{run['id']}/artefact")).json()
    assert problems_of(artefact) == []
    assert artefact["validation"]["runner_status"]["timeout_seconds"] == 1801.0
    assert artefact["metadata"]["scores_source"] == "runner_fit"


async def test_the_artefact_is_complete_valid_and_its_manifest_holds(house: House) -> None:
    run, ids = await house.running()
    failed = house.verdict(run, ids[0], ids[3], winner=None, justification=None, confidence=None)
    pairs = [house.verdict(run, ids[0], ids[1]), house.verdict(run, ids[1], ids[2]), failed]
    await deliver(house.database, house.verdicts, *pairs)
    await told(house, run, ids, expected=3)
    done = await house.finish(run["id"])
    assert done["status"] == "completed"
    artefact = orjson.loads((await house.api.get(done["links"]["artefact"])).content)
    assert problems_of(artefact) == []
    assert artefact["metadata"]["runner_mode"] == "anchor-align-test"
    assert (artefact["metadata"]["seed"], artefact["schema_version"]) == (3, "1.0.1")
    first, second, third = artefact["llm_comparisons"]
    assert (first["winner_id"], first["loser_id"], first["status"]) == (ids[0], ids[1], "succeeded")
    assert (second["winner_id"], second["confidence"]) == (ids[1], 4.0)
    assert (third["winner_id"], third["error_code"], third["status"]) == (None, "TIMEOUT", "failed")
    assert [row["comparison_count"] for row in artefact["bt_summary"][:4]] == [1, 2, 1, 0]
    assert artefact["costs"]["token_counts"][0]["prompt_tokens"] == 30
    assert len(artefact["validation"]["manifest"]) == 6
    folder = house.files / run["id"]
    for entry in artefact["validation"]["manifest"]:
        assert hashlib.sha256((folder / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]
    report = (await house.api.get(done["links"]["report"])).text
    assert r"# Anchor alignment: label \| x" in report
    assert r"because \| of \<this\>" in report
    assert hashlib.sha256(b"weigh both").hexdigest() in report
    assert "| A/B regression |" in report


async def test_finishing_twice_moves_once_and_writes_the_same(house: House) -> None:
    run, ids = await house.running()
    await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
    await told(house, run, ids, expected=1)
    await house.finish(run["id"])
    before = (await house.api.get(f"/v1/runs/{run['id']}/artefact")).content
    await house.finish(run["id"])
    assert (await house.api.get(f"/v1/runs/{run['id']}/artefact")).content == before
    events = (await house.api.get(f"/v1/runs/{run['id']}/events")).json()["items"]
    assert [event["number"] for event in events] == list(range(1, len(events) + 1))
    assert [event["type"] for event in events] == [
        "run.accepted",
        "run.preparing",
        "run.published",
        "run.running",
        "run.finishing",
        "run.completed",
    ]


async def test_announcements_told_twice_under_new_event_ids_count_once(house: House) -> None:
    run, ids = await house.running()
    await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
    for _ in range(2):
        await told(house, run, ids, expected=1)
    await house.finish(run["id"])
    artefact = (await house.api.get(f"/v1/runs/{run['id']}/artefact")).json()
    events = artefact["validation"]["runner_status"]["observed_events"]
    assert events == {"llm_comparisons": 1, "assessment_results": 1, "completions": 1, "failures": 0}


@pytest.mark.parametrize(("mode", "kind", "files"), [("plan", "plan", 1), ("dry-run", "artefact", 1)])
async def test_modes_that_publish_nothing_end_with_their_file(
    house: House, mode: str, kind: str, files: int
) -> None:
    run = await house.start(mode, llm={})
    await house.prepare(run["id"])
    done = await house.finish(run["id"])
    assert done["status"] == "completed"
    assert await house.published() == []
    listed = (await house.api.get(f"/v1/runs/{run['id']}/files")).json()["items"]
    assert [item["kind"] for item in listed] == [kind] * files
    body = (await house.api.get(f"/v1/runs/{run['id']}/files/{listed[0]['path']}")).json()
    if mode == "plan":
        assert len(body["anchors"]) == 12
        assert body["ready"] == {"execute": True, "anchor-align-test": True}
    else:
        assert problems_of(body) == []
        assert body["metadata"]["runner_mode"] == "dry-run"


async def test_a_run_with_publish_false_keeps_the_request_and_sends_nothing(house: House) -> None:
    run = await house.start(publish=False)
    await house.prepare(run["id"])
    await house.finish(run["id"])
    assert await house.published() == []
    async with house.database.transaction() as connection:
        kinds = (await connection.execute(select(run_files.c.kind).order_by(run_files.c.kind))).scalars().all()
        held = await store.get(connection, run["id"])
    assert kinds == ["artefact", "request"]
    assert held.status is RunState.COMPLETED


async def test_two_runs_on_one_package_keep_their_essays_and_files_apart(house: House) -> None:
    one, other = await house.start(), await house.start()
    for run in (one, other):
        await house.prepare(run["id"])
    first, second = (
        {item["essay_id"] for item in sent["data"]["essays_for_cj"]} for sent in await house.published()
    )
    assert first & second == set()
    async with house.database.transaction() as connection:
        stored = (await connection.execute(select(func.count()).select_from(runs))).scalar_one()
    assert stored == 2
