"""The runner's API: what it accepts, what it refuses, naming the field, before anything is written."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from app.cli.demo_data import folder_archive
from app.db.unit import Database
from app.runner.tables import messages, packages, run_essays, run_events, runs
from app.settings import DatabaseSettings
from tests.integration.parts import DEMO, Clock, runner_api, upload

TEXT = b"A learner wrote this sentence, and then another one that is longer. " * 3


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with runner_api(database, tmp_path, Clock()) as client:
        yield client


@pytest.fixture
async def package_id(api: httpx.AsyncClient) -> str:
    return str((await upload(api)).json()["id"])


def body(package_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "mode": "anchor-align-test",
        "batch_label": "label",
        "assets": {"package_id": package_id},
        "llm": {"provider": "mock"},
    } | changes


async def rows(database: Database) -> int:
    async with database.transaction() as connection:
        counts = [
            (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (runs, run_events, run_essays, messages.outbox)
        ]
    return sum(counts)


STOP = {
    "rule": "stability",
    "min_comparisons": None,
    "threshold": None,
    "target_mean_se": None,
    "target_band_share": None,
}
DESIGN: dict[str, Any] = {
    "seed": 0,
    "pairing": None,
    "both_orders": False,
    "early_repeats": False,
    "batching_mode": None,
    "stop": STOP,
    "pairs": [],
}
NOTHING_YET = {"asked": 0, "received": 0, "succeeded": 0, "failed": 0, "late": 0, "total": None}


async def test_a_run_is_accepted_with_its_location_and_defaults(api: httpx.AsyncClient, package_id: str) -> None:
    answer = await api.post("/v1/runs", json=body(package_id))
    run = answer.json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/v1/runs/{run['id']}"
    assert run["status"] == "accepted"
    assert run["request"]["design"] == DESIGN
    assert run["progress"]["comparisons"] == NOTHING_YET
    assert run["request"]["budget"] == {
        "max_comparisons": None,
        "max_cost_usd": None,
        "completion_timeout_s": 1800.0,
    }
    assert (run["labels"], run["retry_of"], run["attempt"]) == ({}, None, 1)
    assert (await api.get(run["links"]["self"])).json() == run
    assert [event["type"] for event in (await api.get(run["links"]["events"])).json()["items"]] == ["run.accepted"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"mode": "other"}, "mode"),
        ({"batch_label": "  "}, "batch_label"),
        ({"user_id": "a\x00b"}, "user_id"),
        ({"unknown": 1}, "unknown"),
        ({"llm": {"provider": "nobody"}}, "llm.provider"),
        ({"llm": {"provider": "mock", "temperature": 3}}, "llm.temperature"),
        ({"llm": {"model": "x"}}, "llm"),
        ({"llm": {"provider": "mock", "rubric": {"name": "999_none"}}}, "llm.rubric.name"),
        ({"llm": {"provider": "mock", "rubric": {"text": " "}}}, "llm.rubric"),
        ({"llm": {"provider": "mock", "reasoning_effort": "huge"}}, "llm.reasoning_effort"),
        ({"budget": {"max_comparisons": 1}}, "budget.max_comparisons"),
        ({"budget": {"completion_timeout_s": 0}}, "budget.completion_timeout_s"),
        ({"design": {"seed": -1}}, "design.seed"),
        ({"design": {"stop_rule": "never"}}, "design.stop.rule"),
        ({"design": {"stop_rule": "cap", "stop": {"rule": "stability"}}}, "design"),
        ({"design": {"stop": {"rule": "stability", "target_mean_se": 0.2}}}, "design.stop"),
        ({"design": {"stop": {"target_band_share": 0.5}}}, "body"),
        ({"design": {"stop": {"min_comparisons": 0}}}, "design.stop.min_comparisons"),
        ({"design": {"stop": {"threshold": -1}}}, "design.stop.threshold"),
        ({"design": {"stop": {"patience": 1}}}, "design.stop.patience"),
        ({"design": {"pairing": "swiss"}}, "design.pairing"),
        ({"design": {"pairing": "pre_specified"}}, "design"),
        ({"design": {"pairs": [{"a": "nobody", "b": "nothing"}]}}, "design.pairs.0.b"),
        ({"design": {"pairs": [{"a": "student_01", "b": "student_02"}]}}, "design.pairs.0.a"),
        ({"design": {"pairs": [{"a": "x", "b": "x"}]}}, "design.pairs.0"),
        ({"design": {"pairing": "nearest", "pairs": [{"a": "x", "b": "y"}]}}, "design"),
        ({"design": {"pairing": "anchors_only"}}, "body"),
        ({"design": {"both_orders": "maybe"}}, "design.both_orders"),
        ({"budget": {"max_cost_usd": 0}}, "budget.max_cost_usd"),
        ({"batch_label": "night-%Q"}, "batch_label"),
        ({"batch_label": "50%"}, "batch_label"),
        ({"batch_label": "night-{i}"}, "batch_label"),
        ({"batch_label": "%A" * 100}, "batch_label"),
        ({"labels": {f"key{number}": "x" for number in range(21)}}, "labels"),
        ({"labels": {"": "x"}}, "labels"),
        ({"labels": {"a b": "x"}}, "labels"),
        ({"labels": {"a": "x" * 256}}, "labels"),
        ({"labels": {"a": "\x00"}}, "labels"),
        ({"labels": {"a": 1}}, "labels.a"),
        ({"labels": ["a"]}, "labels"),
        ({"course_code": "ENG9"}, "course_code"),
        ({"language": "de"}, "language"),
        ({"expected_grade_scale": "other"}, "expected_grade_scale"),
        ({"expected_grade_scale": "eng5_np_national_9_step"}, "assets.package_id.anchor_essays/"),
        ({"assets": {"package_id": "pkg_none"}}, "assets.package_id"),
        ({"assets": {}}, "assets.package_id"),
        ({"mode": "execute"}, "body"),
        ({"assignment_id": str(uuid4())}, "body"),
        ({"assignment_id": "no uuid"}, "assignment_id"),
    ],
)
async def test_bad_input_names_its_field_and_leaves_nothing(
    api: httpx.AsyncClient, database: Database, package_id: str, changes: dict[str, Any], field: str
) -> None:
    answer = await api.post("/v1/runs", json=body(package_id, **changes))
    problem = answer.json()
    assert answer.status_code == 422, problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert any(error["field"].startswith(field) for error in problem["errors"]), problem
    assert await rows(database) == 0


@pytest.mark.parametrize("sent", [b"", b"no json", b"[]", b"null", b'"x"'])
async def test_a_body_that_is_no_object_is_refused(
    api: httpx.AsyncClient, database: Database, sent: bytes
) -> None:
    answer = await api.post("/v1/runs", content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_input"
    assert await rows(database) == 0


async def test_half_a_character_in_a_label_is_refused(api: httpx.AsyncClient, package_id: str) -> None:
    sent = json.dumps(body(package_id, labels={"a": "\ud800"}))
    answer = await api.post("/v1/runs", content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert "surrogate" in answer.json()["detail"]


def archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, content in files.items():
            target.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("files", "field"),
    [
        ({}, "files"),
        ({"anchor_essays/a_A.txt": b"short"}, "files.anchor_essays/a_A.txt"),
        ({"anchor_essays/a_A.docx": TEXT}, "files.anchor_essays/a_A.docx"),
        ({"anchor_essays/a_A.txt": TEXT, "anchor_essays_x.csv": b"a,b"}, "files.anchor_essays_x.csv"),
    ],
)
async def test_a_bad_package_names_its_file_and_is_not_kept(
    api: httpx.AsyncClient, database: Database, files: dict[str, bytes], field: str
) -> None:
    answer = await upload(api, archive(files))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    async with database.transaction() as connection:
        assert (await connection.execute(select(func.count()).select_from(packages))).scalar_one() == 0


@pytest.mark.parametrize(
    ("files", "mode", "message"),
    [
        ({"student_essays/s.txt": TEXT, "student_essays/t.txt": TEXT}, "anchor-align-test", "no anchors"),
        ({"anchor_essays/a_A.txt": TEXT}, "anchor-align-test", "two anchors"),
        ({"anchor_essays/a_Q.txt": TEXT, "anchor_essays/b_A.txt": TEXT}, "anchor-align-test", "grade Q"),
        ({"anchor_essays/a_12.txt": TEXT, "anchor_essays/b_A.txt": TEXT}, "plan", "no expert grade"),
        ({"anchor_essays/a_A.txt": TEXT, "student_essays/s.txt": TEXT}, "execute", "fewer than two student"),
    ],
)
async def test_a_package_that_does_not_fit_the_mode_is_refused(
    api: httpx.AsyncClient, database: Database, files: dict[str, bytes], mode: str, message: str
) -> None:
    package = (await upload(api, archive(files))).json()
    changes = {"mode": mode} | ({"assignment_id": str(uuid4())} if mode == "execute" else {})
    answer = await api.post("/v1/runs", json=body(package["id"], **changes))
    assert answer.status_code == 422
    assert message in answer.json()["detail"]
    assert answer.json()["errors"][0]["field"].startswith("assets.package_id")
    assert await rows(database) == 0


async def test_a_package_of_single_files_is_the_same_as_the_zip(api: httpx.AsyncClient) -> None:
    with zipfile.ZipFile(io.BytesIO(folder_archive(DEMO))) as opened:
        files = [("file", (name, opened.read(name))) for name in opened.namelist()]
    one = (await api.post("/v1/asset-packages", files=files)).json()
    other = (await upload(api)).json()
    assert one["sha256"] == other["sha256"]
    assert one["inventory"]["counts"]["anchor"] == 12
    assert one["inventory"]["counts"]["student"] == 10


@pytest.mark.parametrize("name", ["a\x00", "two\nlines", "\x1b[31mred"])
async def test_a_package_s_name_can_be_shown_or_is_refused(api: httpx.AsyncClient, name: str) -> None:
    for answer in (
        await upload(api, name=name),
        await api.post("/v1/asset-packages/from-folder", json={"folder": "eng5-demo", "name": name}),
    ):
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "name"


@pytest.mark.parametrize(
    ("file_name", "name"),
    [("x" * 400 + ".zip", "x" * 200), ("../../set.zip", "set"), ("a\u202eb.zip", "ab"), (".zip", ".zip")],
)
async def test_a_package_without_a_name_has_what_can_be_shown_of_its_file_s_name(
    api: httpx.AsyncClient, file_name: str, name: str
) -> None:
    files = {"file": (file_name, folder_archive(DEMO), "application/zip")}
    answer = await api.post("/v1/asset-packages", files=files)
    assert (answer.status_code, answer.json()["name"]) == (201, name)


async def test_a_folder_of_the_server_can_be_registered_and_nothing_outside(api: httpx.AsyncClient) -> None:
    good = await api.post("/v1/asset-packages/from-folder", json={"folder": "eng5-demo"})
    assert good.status_code == 201
    assert (await api.get(good.headers["Location"])).json()["name"] == "eng5-demo"
    for outside in ("..", "../app", "/etc", "none", "eng5-demo\x00"):
        bad = await api.post("/v1/asset-packages/from-folder", json={"folder": outside})
        assert bad.status_code == 422
        assert bad.json()["errors"][0]["field"] == "folder"


async def test_runs_are_listed_newest_first_in_pages(api: httpx.AsyncClient, package_id: str) -> None:
    made = [
        (await api.post("/v1/runs", json=body(package_id, mode="plan", llm={}))).json()["id"] for _ in range(3)
    ]
    first = (await api.get("/v1/runs", params={"limit": 2})).json()
    second = (await api.get(first["next"])).json()
    assert [run["id"] for run in first["items"] + second["items"]] == made[::-1]
    assert second["next"] is None
    assert (await api.get("/v1/runs", params={"status": "failed"})).json()["items"] == []


async def test_what_is_not_there_says_so(api: httpx.AsyncClient, package_id: str) -> None:
    for path in ("/v1/runs/run_none", "/v1/runs/run_none/artefact", "/v1/asset-packages/pkg_none", "/nowhere"):
        answer = await api.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    run = (await api.post("/v1/runs", json=body(package_id))).json()
    early = await api.get(f"/v1/runs/{run['id']}/report")
    assert (early.status_code, early.json()["code"]) == (409, "not_ready")
    assert (await api.get(f"/v1/runs/{run['id']}/files/../../etc/passwd")).status_code == 404


async def test_addresses_with_nul_characters_are_refused(api: httpx.AsyncClient) -> None:
    for path in ("/v1/runs/run_%00", "/v1/runs?before=%00", "/v1/asset-packages/%00"):
        assert (await api.get(path)).status_code == 422


async def test_a_database_that_is_away_is_said_as_such(unused_tcp_port: int, tmp_path: Path) -> None:
    url = f"postgresql+asyncpg://postgres@127.0.0.1:{unused_tcp_port}/none"
    away = Database.connect(DatabaseSettings(url=url), application_name="tests")
    async with runner_api(away, tmp_path, Clock()) as client:
        answer = await client.get("/v1/runs")
    await away.close()
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_a_label_may_hold_the_date(api: httpx.AsyncClient, package_id: str) -> None:
    run = (await api.post("/v1/runs", json=body(package_id, batch_label="night-%Y%m%d"))).json()
    assert run["batch_label"] == "night-20260102"


async def test_a_prompt_by_name_is_kept_with_its_text(api: httpx.AsyncClient, package_id: str) -> None:
    wanted = {"provider": "mock", "system_prompt": {"name": "003_language_control"}}
    run = (await api.post("/v1/runs", json=body(package_id, llm=wanted))).json()
    prompt = run["request"]["llm"]["system_prompt"]
    assert prompt["name"] == "003_language_control"
    assert "control" in prompt["text"]
