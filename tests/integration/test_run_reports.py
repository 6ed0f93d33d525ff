"""The report of a run over HTTP: its forms, what a browser may do with it, and made anew of what is stored."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import delete

from app.db.unit import Database
from app.roles.stack import ROOT
from app.runner.reports.shapes.document import Report
from app.runner.tables import run_files
from tests.integration.house import House
from tests.integration.kept import ended, revised
from tests.integration.parts import Json, deliver

TYPES = {
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


@pytest.fixture
async def run(house: House) -> Json:
    return await ended(house)


def address(run: Json) -> str:
    return f"/v1/runs/{run['id']}/report"


@pytest.mark.parametrize(
    ("accept", "form"),
    [("*/*", "md"), ("text/markdown", "md"), (BROWSER, "html"), ("application/json", "json"), ("text/*", "md")],
)
async def test_accept_chooses_the_form(house: House, run: Json, accept: str, form: str) -> None:
    answer = await house.api.get(address(run), headers={"Accept": accept})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == TYPES[form]
    assert answer.headers["vary"] == "Accept"


async def test_format_wins_over_accept_and_an_unknown_one_is_refused(house: House, run: Json) -> None:
    for form, kind in TYPES.items():
        answer = await house.api.get(address(run), params={"format": form}, headers={"Accept": "image/png"})
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    for params, accept, words in (
        ({"format": "pdf"}, "*/*", "format: is not one of"),
        ({}, "image/png", "Accept"),
    ):
        refused = await house.api.get(address(run), params=params, headers={"Accept": accept})
        assert refused.status_code == 406
        assert words in refused.json()["detail"]


async def test_a_browser_shows_the_page_and_runs_nothing_in_it(house: House, run: Json) -> None:
    answer = await house.api.get(address(run), params={"format": "html"})
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    assert "script" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("inline")
    saved = await house.api.get(f"/v1/runs/{run['id']}/files/report.html")
    assert saved.headers["content-disposition"].startswith("attachment")


async def test_what_judges_and_teachers_wrote_is_text_in_every_form(house: House, run: Json) -> None:
    texts = {form: (await house.api.get(address(run), params={"format": form})).text for form in TYPES}
    assert "&lt;this&gt;" in texts["html"] or "<this>" not in texts["html"]
    assert "label \\| x" in texts["md"]
    assert "<this>" not in re.sub(r"\\<this\\>", "", texts["md"])
    report = Report.model_validate_json(texts["json"])
    assert (report.about.run_id, report.about.batch_label) == (run["id"], "label | x")


async def test_the_three_forms_are_files_of_the_run_with_their_own_kinds(house: House, run: Json) -> None:
    files = (await house.api.get(f"/v1/runs/{run['id']}/files")).json()["items"]
    kinds = {item["path"]: item["kind"] for item in files if item["path"].startswith("report.")}
    assert kinds == {"report.md": "report", "report.html": "report_html", "report.json": "report_json"}
    verified = (await house.api.get(f"/v1/runs/{run['id']}/verify")).json()
    assert (verified["ok"], verified["failed"]) == (True, 0)


async def test_a_report_made_anew_has_the_numbers_of_the_one_that_was_written(house: House, run: Json) -> None:
    written = (await house.api.get(address(run), params={"format": "json"})).json()
    fresh = await house.api.get(address(run), params={"format": "json", "fresh": "true"})
    assert fresh.headers["cache-control"] == "private, no-cache"
    assert "artefact-revision" not in fresh.headers
    made = fresh.json()
    differing = {name for name in written if written[name] != made[name]}
    assert differing <= {"generated_at", "about"}
    same = {"finished_at": None, "revision_why": None}
    assert written["about"] | same == made["about"] | same
    assert "made anew" in made["about"]["revision_why"]


async def test_what_came_after_the_end_stands_in_a_report_made_anew(house: House, run: Json) -> None:
    [request] = await house.published()
    ids = [item["essay_id"] for item in request["data"]["essays_for_cj"]]
    await deliver(house.database, house.verdicts, house.verdict(run, ids[5], ids[6]))
    written = (await house.api.get(address(run), params={"format": "json"})).json()
    fresh = (await house.api.get(address(run), params={"format": "json", "fresh": True})).json()
    assert (written["missing"]["answers"], fresh["missing"]["answers"]) == (3, 4)
    assert (written["alignment"]["comparisons"], fresh["alignment"]["comparisons"]) == (2, 3)


async def test_a_cancelled_run_is_still_cancelled_by_request_in_a_report_made_anew(house: House) -> None:
    house.cj_answers(202)
    run, ids = await house.running()
    await deliver(house.database, house.verdicts, house.verdict(run, ids[0], ids[1]))
    await house.api.post(run["links"]["cancel"])
    await house.work(run["id"])
    house.clock.pass_by(11)
    done = await house.work(run["id"])
    assert done["status_reason"] == "by_request"
    fresh = (await house.api.get(address(run), params={"format": "json", "fresh": True})).json()
    assert fresh["summary"][0]["text"].startswith("Incomplete: by_request: cancelled by request")
    info = {"reason": "cancelled"}
    failure = house.base(run) | {"system_metadata": {"timestamp": house.clock().isoformat(), "error_info": info}}
    await deliver(house.database, house.failed, house.envelope(failure))
    fresh = (await house.api.get(address(run), params={"format": "json", "fresh": True})).json()
    assert fresh["missing"]["reason"].startswith("by_request")


async def test_a_run_from_before_there_were_such_files_has_its_report_all_the_same(
    house: House, run: Json
) -> None:
    written = (await house.api.get(address(run), params={"format": "json"})).json()
    async with house.database.transaction() as connection:
        await connection.execute(
            delete(run_files).where(
                run_files.c.run_id == run["id"], run_files.c.kind.in_(["report_json", "report_html"])
            )
        )
    made = (await house.api.get(address(run), params={"format": "json"})).json()
    assert made["alignment"] == written["alignment"]
    assert made["missing"] == written["missing"]
    page = await house.api.get(address(run), params={"format": "html"})
    assert (page.status_code, page.headers["content-type"]) == (200, TYPES["html"])
    head = await house.api.head(address(run), params={"format": "html"})
    assert (head.status_code, head.content) == (200, b"")


async def test_an_earlier_revision_without_the_form_is_not_made_up(house: House, run: Json) -> None:
    await revised(house, run, 2)
    async with house.database.transaction() as connection:
        await connection.execute(
            delete(run_files).where(run_files.c.run_id == run["id"], run_files.c.kind == "report_html")
        )
    missing = await house.api.get(address(run), params={"format": "html", "revision": 1})
    assert missing.status_code == 404
    assert "revision 1 has no report in this form" in missing.json()["detail"]


async def test_fresh_with_a_revision_and_before_the_end_is_refused(house: House, run: Json) -> None:
    both = await house.api.get(address(run), params={"fresh": True, "revision": 1})
    assert (both.status_code, both.json()["errors"][0]["field"]) == (422, "fresh")
    going = await house.start()
    early = await house.api.get(address(going), params={"fresh": True})
    assert (early.status_code, early.json()["code"]) == (409, "not_ready")


async def test_a_run_that_judged_nothing_has_no_report(house: House) -> None:
    planned = await house.start(mode="dry-run", llm={}, design={}, budget={})
    await house.prepare(planned["id"])
    await house.finish(planned["id"])
    for params in ({}, {"fresh": True}, {"format": "html"}):
        answer = await house.api.get(address(planned), params=params)
        assert answer.status_code == 404
        assert "judges nothing" in answer.json()["detail"]


async def fitted_by_command(path: Path) -> Json:
    """Return what ``cj-runner fit`` prints of a file, in a process of its own."""
    words = (sys.executable, "-m", "app.cli.main", "fit", str(path), "--json")
    ran = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    told, _ = await ran.communicate()
    assert ran.returncode == 0
    found: Json = json.loads(told)
    return found


async def test_anybody_can_check_a_report_by_the_fit_command_on_the_exported_comparisons(
    house: House, tmp_path: Path
) -> None:
    run, ids = await house.running()
    verdicts = [
        house.verdict(run, ids[a], ids[b], "Essay A" if (3 * a + 5 * b) % 4 else "Essay B")
        for a, b in permutations(range(len(ids)), 2)
    ]
    failed = house.verdict(run, ids[0], ids[3], winner=None, justification=None, confidence=None)
    await deliver(house.database, house.verdicts, *verdicts, failed)
    house.clock.pass_by(1801)
    await house.work(run["id"])
    await house.work(run["id"])
    late = house.verdict(run, ids[0], ids[1], "Essay B")
    await deliver(house.database, house.verdicts, late)
    exported = await house.api.get(f"/v1/runs/{run['id']}/comparisons", params={"format": "csv"})
    path = tmp_path / "comparisons.csv"
    path.write_bytes(exported.content)
    assert exported.text.count("\n") == len(verdicts) + 3
    told = await fitted_by_command(path)
    report = Report.model_validate_json((await house.api.get(address(run), params={"format": "json"})).content)
    assert report.about.scores_source == "runner_fit"
    scores = {essay.essay_id: [essay.score, essay.standard_error] for essay in report.essays}
    assert set(scores) == {row["id"] for row in told["items"]}
    for row in told["items"]:
        assert scores[row["id"]] == pytest.approx([row["theta"], row["se"]])
    assert report.judge is not None
    assert report.judge.order_effect is not None
    assert report.judge.order_effect.estimate == pytest.approx(told["order_effect"]["estimate"])
    assert report.judge.reliability.ssr == pytest.approx(told["ssr"])
    assert report.judge.triads.cyclic == told["cyclic_triads"]["count"]
    assert report.refit is not None
    assert report.refit is not None
    assert report.refit.score == pytest.approx(0.0, abs=1e-9)
    assert (report.about.status, report.missing.failed) == ("timed_out", 1)
    assert report.summary[0].text.startswith("Incomplete: deadline")
