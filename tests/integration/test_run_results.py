"""A run's comparisons, scores and projections over HTTP: what they say, in each form, and when there are none."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pyarrow.parquet as pq
import pytest

from app.cli.demo_data import archive_of
from app.db.unit import Database
from tests.integration.house import House
from tests.integration.parts import Json, deliver, upload
from tests.integration.test_run_lifecycle import execute

TABLES = ("comparisons", "scores", "projections")
FORMS = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8; header=present",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


async def table(house: House, run: Json, name: str, **query: str) -> httpx.Response:
    answer = await house.api.get(run["links"][name], params=query)
    assert answer.status_code == 200, answer.text
    return answer


async def items(house: House, run: Json, name: str) -> list[Json]:
    found: list[Json] = (await table(house, run, name)).json()["items"]
    return found


def parquet_rows(body: bytes) -> list[Json]:
    rows: list[Json] = pq.ParquetFile(io.BytesIO(body)).read(use_threads=False).to_pylist()
    return rows


async def judged(house: House, run: Json, ids: list[str]) -> None:
    """Let three verdicts and one failure come in."""
    won = [house.verdict(run, ids[0], ids[1]), house.verdict(run, ids[1], ids[2], "Essay B")]
    await deliver(house.database, house.verdicts, *won, house.verdict(run, ids[2], ids[0], None))
    await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[2]))


async def test_comparisons_are_there_while_the_run_goes_on_and_say_all_of_a_verdict(house: House) -> None:
    run, ids = await house.running()
    assert (await table(house, run, "comparisons")).json()["items"] == []
    await judged(house, run, ids)
    found = (await table(house, run, "comparisons")).json()
    assert (found["run_id"], found["run_status"], found["run_is_over"]) == (run["id"], "running", False)
    assert found["count"] == len(found["items"]) == 4
    assert [item["sequence"] for item in found["items"]] == [1, 2, 3, 4]
    second, third = found["items"][1:3]
    assert (second["status"], second["winner"], second["winner_essay_id"]) == ("succeeded", "b", ids[2])
    assert second["winner_artefact_id"] == second["essay_b_artefact_id"]
    assert second["essay_b_artefact_id"].startswith("ANCHOR_ESSAY_ENG_5_17_VT_")
    assert (second["confidence"], second["justification"]) == (4.0, "because | of <this>")
    assert (second["provider"], second["model"], second["prompt_sha256"]) == ("mock", "latent", "a" * 64)
    assert (second["prompt_tokens"], second["completion_tokens"], second["cost_usd"]) == (10, 2, 0.001)
    assert second["requested_at"] == second["received_at"] == "2026-01-02T03:04:05.000000Z"
    assert (third["status"], third["winner"], third["winner_artefact_id"]) == ("failed", None, None)
    assert (third["error_code"], third["error_message"], third["late"]) == ("TIMEOUT", "slow", False)
    for name in ("scores", "projections"):
        refused = await house.api.get(run["links"][name])
        assert (refused.status_code, refused.json()["code"]) == (409, "not_ready")


async def test_an_answer_that_comes_after_the_end_is_there_and_marked(house: House) -> None:
    run, ids = await house.running()
    await judged(house, run, ids)
    house.clock.pass_by(1801)
    for _ in range(2):
        await house.work(run["id"])
    await deliver(house.database, house.verdicts, house.verdict(run, ids[3], ids[4]))
    found = (await table(house, run, "comparisons")).json()
    assert (found["run_status"], found["run_is_over"]) == ("timed_out", True)
    assert [item["late"] for item in found["items"]] == [False] * 4 + [True]
    assert ids[3] not in {item["essay_id"] for item in await items(house, run, "scores")}


async def test_scores_are_those_of_the_artefact_also_when_the_result_comes_after_the_end(house: House) -> None:
    run, ids = await house.running()
    await judged(house, run, ids)
    house.clock.pass_by(1801)
    for _ in range(2):
        await house.work(run["id"])
    await deliver(house.database, house.resulted, house.result(run, ids[:3]))
    artefact = (await house.api.get(run["links"]["artefact"])).json()
    scores = await items(house, run, "scores")
    assert {item["source"] for item in scores} == {"runner_fit"} == {artefact["metadata"]["scores_source"]}
    assert _pairs(scores) == _of_artefact(artefact)
    assert all(item["interval_low"] < item["score"] < item["interval_high"] for item in scores)
    assert [(item["wins"], item["losses"]) for item in scores] == [(2, 0), (1, 1), (0, 2)]
    assert {(item["role"], item["grade"]) for item in scores} == {("anchor", None)}


def _pairs(scores: list[Json]) -> list[tuple[Any, ...]]:
    return [(s["essay_id"], s["score"], s["standard_error"], s["rank"], s["comparisons"]) for s in scores]


def _of_artefact(artefact: Json) -> list[tuple[Any, ...]]:
    names = ("essay_id", "theta", "standard_error", "rank", "comparison_count")
    return [tuple(row[name] for name in names) for row in artefact["bt_summary"]]


async def graded(house: House) -> Json:
    """Return an executed run of which cj graded two students beside one anchor of the package."""
    run = await execute(house)
    [request] = await house.published()
    ids = [item["essay_id"] for item in request["data"]["essays_for_cj"]][:2]
    anchor = "ANCHOR_7"
    await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
    await deliver(house.database, house.verdicts, house.verdict(run, anchor, ids[1]))
    facts = {
        "bt_standard_errors": {ids[0]: 0.5, anchor: 0.6, ids[1]: 0.7},
        "anchors": [{"id": anchor, "label": "anchor_essay_eng_5_17_vt_009_B", "grade": "B"}],
        "grade_projection_summary": {
            "grade_probabilities": {ids[0]: {"B": 0.6, "A": 0.4}, ids[1]: {"C+": 0.9, "B": 0.1}}
        },
        "calibration_info": {"grade_boundaries": {"C+": -1.0, "B": 0.5, "A": 2.0}},
    }
    result = house.result(run, [ids[0], anchor, ids[1]], **facts)
    for row, grade in zip(result["data"]["essay_results"], ("A", "B", "C+"), strict=True):
        more = {
            "letter_grade": grade,
            "confidence_score": 0.5,
            "confidence_label": "MID",
            "normalized_score": 0.25,
        }
        row.update(more)
    result["data"]["essay_results"][1]["is_anchor"] = True
    await deliver(house.database, house.resulted, result)
    await deliver(house.database, house.completed, house.completion(run))
    return await house.finish(run["id"])


async def test_projections_are_those_that_cj_sent_for_students(house: House) -> None:
    run = await graded(house)
    best, worst = await items(house, run, "projections")
    assert (best["rank"], best["grade"], best["confidence"], best["confidence_label"]) == (1, "A", 0.5, "MID")
    assert best["probability"] == {"B": 0.6, "A": 0.4}
    assert best["artefact_id"].lower().startswith("student")
    assert (best["grade_boundary_low"], best["grade_boundary_high"]) == (2.0, None)
    assert (best["score"], best["standard_error"], best["normalized_score"]) == (-1.0, 0.5, 0.25)
    assert (worst["rank"], worst["grade"], worst["probability"]) == (3, "C+", {"C+": 0.9, "B": 0.1})
    assert (worst["grade_boundary_low"], worst["grade_boundary_high"]) == (-1.0, 0.5)
    scores = await items(house, run, "scores")
    artefact = (await house.api.get(run["links"]["artefact"])).json()
    assert _pairs(scores) == _of_artefact(artefact)
    assert [item["role"] for item in scores] == ["student", "anchor", "student"]
    assert scores[1]["artefact_id"] == "ANCHOR_ESSAY_ENG_5_17_VT_009_B"
    assert (scores[1]["expert_grade"], scores[1]["source"]) == ("B", "engine")
    flat = parquet_rows((await table(house, run, "projections", format="parquet")).content)
    assert [(row["probability_A"], row["probability_B"], row["probability_C+"]) for row in flat] == [
        (0.4, 0.6, None),
        (None, 0.1, 0.9),
    ]
    named = (await items(house, run, "comparisons"))[1]
    assert named["essay_a_artefact_id"] == "ANCHOR_ESSAY_ENG_5_17_VT_009_B"


async def test_each_form_has_its_type_its_name_and_the_same_rows(house: House) -> None:
    run = await graded(house)
    for name in TABLES:
        told = await items(house, run, name)
        for form, kind in FORMS.items():
            by_query = await table(house, run, name, format=form)
            by_accept = await house.api.get(run["links"][name], headers={"Accept": kind.split(";")[0]})
            assert by_query.headers["content-type"] == by_accept.headers["content-type"] == kind
            assert by_query.content == by_accept.content
            saved = by_query.headers["content-disposition"]
            assert saved.startswith("inline" if form == "json" else "attachment")
            assert f'filename="label___x_{run["id"]}_{name}.{form}"' in saved
            assert "Accept" in by_query.headers["vary"]
        lines = (await table(house, run, name, format="ndjson")).text.splitlines()
        assert [orjson.loads(line) for line in lines] == told
        key = "request_id" if name == "comparisons" else "essay_id"
        text = (await table(house, run, name, format="csv")).text
        assert [row[key] for row in csv.DictReader(io.StringIO(text, newline=""))] == [row[key] for row in told]
        rows = parquet_rows((await table(house, run, name, format="parquet")).content)
        assert [row[key] for row in rows] == [row[key] for row in told]


async def test_names_that_a_spreadsheet_would_run_are_made_harmless_in_csv_only(house: House) -> None:
    text = b"A text that is long enough to be judged, and that somebody wrote by hand. " * 3
    names = ["=cmd()_A", "+1+cmd_B", "-2_C+", "@SUM(1)_D+"]
    archive = archive_of(
        {f"anchor_essays/{name}.txt": text + name.encode() for name in names} | {"instruction.md": b"Write well."}
    )
    uploaded = await upload(house.api, archive)
    assert uploaded.status_code == 201, uploaded.text
    run = await house.start(assets={"package_id": uploaded.json()["id"]})
    await house.prepare(run["id"])
    [request] = await house.published()
    ids = [item["essay_id"] for item in request["data"]["essays_for_cj"]]
    said = [house.verdict(run, a, b, justification="=1+1") for a, b in zip(ids, ids[1:] + ids[:1], strict=True)]
    await deliver(house.database, house.verdicts, *said)
    house.clock.pass_by(1801)
    for _ in range(2):
        await house.work(run["id"])
    assert {item["name"] for item in await items(house, run, "scores")} == set(names)
    for name in TABLES[:2]:
        body = (await table(house, run, name, format="csv")).text
        for row in csv.DictReader(io.StringIO(body, newline="")):
            numbers = {"score", "interval_low", "interval_high"}
            for column, cell in row.items():
                assert column in numbers or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), (column, cell)
    assert "'=cmd()_A" in (await table(house, run, "scores", format="csv")).text
    assert '"\'=1+1"' in (await table(house, run, "comparisons", format="csv")).text


@pytest.mark.parametrize("mode", ["plan", "dry-run"])
async def test_a_run_that_judges_nothing_has_empty_tables_and_says_why(house: House, mode: str) -> None:
    run = await house.start(mode, llm={})
    await house.prepare(run["id"])
    await house.finish(run["id"])
    assert (await table(house, run, "comparisons")).json()["items"] == []
    for name in ("scores", "projections"):
        found = (await table(house, run, name)).json()
        assert (found["items"], found["count"]) == ([], 0)
        assert found["reason"] == f"a run in mode {mode} judges nothing"
        assert parquet_rows((await table(house, run, name, format="parquet")).content) == []
        assert (await table(house, run, name, format="ndjson")).content == b""
        header = (await table(house, run, name, format="csv")).text
        assert header.startswith('"rank","essay_id"')


async def test_a_run_that_was_cancelled_before_a_score_says_so(house: House) -> None:
    run = await house.start()
    await house.api.post(run["links"]["cancel"])
    found = (await table(house, run, "scores")).json()
    assert (found["items"], found["run_status"]) == ([], "cancelled")
    assert "ended as cancelled (by_request)" in found["reason"]


async def test_an_alignment_run_has_scores_and_no_projections(house: House) -> None:
    run, ids = await house.running()
    await judged(house, run, ids)
    await deliver(house.database, house.resulted, house.result(run, ids[:3]))
    await deliver(house.database, house.completed, house.completion(run))
    await house.finish(run["id"])
    assert len(await items(house, run, "scores")) == 3
    found = (await table(house, run, "projections")).json()
    assert found["items"] == []
    assert "there is no student to grade" in found["reason"]


async def test_scores_whose_file_is_gone_are_not_made_up(house: House) -> None:
    run = await graded(house)
    (house.files / run["id"] / "results.json").unlink()
    answer = await house.api.get(run["links"]["scores"])
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await house.api.get(run["links"]["comparisons"])).status_code == 200


@pytest.mark.parametrize("name", TABLES)
async def test_what_makes_no_sense_is_refused(house: House, name: str) -> None:
    run = await house.start()
    await house.api.post(run["links"]["cancel"])
    link = run["links"][name]
    unknown = await house.api.get(f"/v1/runs/run_0/{name}")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "application/problem+json")
    for answer, field in (
        (await house.api.get(link, params={"format": "xml"}), "format"),
        (await house.api.get(link, params={"format": ""}), "format"),
        (await house.api.get(link, headers={"Accept": "text/html"}), "Accept"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
        assert answer.headers["content-type"] == "application/problem+json"
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert (await house.api.get(link, params={"limit": "5"})).status_code == 422
    deleted = await house.api.delete(run["links"]["self"])
    assert deleted.status_code == 204
    assert (await house.api.get(link)).status_code == 410
