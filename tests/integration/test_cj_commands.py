"""Commands that look into cj: over HTTP to a running server, and straight from the database."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import uvicorn
from sqlalchemy import update
from typer.testing import CliRunner

from app.cj.tables import comparisons
from app.cli.main import app
from app.contracts.identifiers import run_essay_id
from app.db.unit import Database
from app.roles.probe_http import answers
from app.roles.scales import learn_scales
from app.roles.stack import ROOT
from tests.integration.desk import ESSAY, LEGACY, ROUND, Desk
from tests.integration.house import House

DEMO = ROOT / "data" / "eng5-demo"
FOUR = ["best", "good", "fair", "weak"]
GRADES = {"best": "A", "good": "B", "fair": "C+", "weak": "F+"}


class Shell:
    """The command line against one desk: its server, and its database."""

    def __init__(self, desk: Desk, port: int, database_url: str, tmp_path: Path) -> None:
        self.desk, self.tmp_path = desk, tmp_path
        self.environment = {
            "CJ_SERVICE_URL": f"http://127.0.0.1:{port}",
            "JWT_SECRET_KEY": "a secret that is long enough for the tests",
            "DATABASE_URL": database_url,
        }

    async def run(self, *arguments: object, code: int = 0, **environment: str) -> str:
        words = [str(argument) for argument in arguments]
        known = self.environment | environment
        done = await asyncio.to_thread(CliRunner().invoke, app, words, env=known)
        assert done.exit_code == code, done.output
        assert code == 0 or done.output.count("\n") == 1 or code == 2, done.output
        return done.output

    async def run_alone(self, *arguments: object, **environment: str) -> tuple[int, str]:
        """Run in a process of its own, which knows no scale of this one; return exit code and output."""
        words = [sys.executable, "-m", "app.cli.main", *(str(argument) for argument in arguments)]
        known = os.environ | self.environment | environment
        done = await asyncio.to_thread(subprocess.run, words, env=known, cwd=ROOT, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def file(self, name: str, text: str) -> Path:
        path = self.tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
async def shell(
    database: Database, database_url: str, unused_tcp_port: int, tmp_path: Path
) -> AsyncIterator[Shell]:
    desk = Desk(database)
    await desk.open()
    async with desk.stack:
        config = uvicorn.Config(desk.app, port=unused_tcp_port, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not await asyncio.to_thread(answers, f"http://127.0.0.1:{unused_tcp_port}/healthz"):
            assert not serving.done()
        yield Shell(desk, unused_tcp_port, database_url, tmp_path)
        server.should_exit = True
        await serving


async def test_an_assignment_is_made_from_files_given_anchors_and_listed_with_options_to_copy(
    shell: Shell,
) -> None:
    assert "assignments create" in await shell.run("assignments", "list")
    made = await shell.run(
        *("assignments", "create", "--instructions", DEMO / "llm_prompt_cj_assessment_eng5.md"),
        *("--student-prompt", DEMO / "eng5_np_vt_2017_essay_instruction.md"),
        *("--rubric", ROOT / "prompts/rubric/003_language_control.txt"),
    )
    found = re.search(r"--assignment-id ([0-9a-f-]{36}) --course-id \S+0002$", made, re.MULTILINE)
    assert found is not None
    name = found[1]
    for _ in range(2):
        said = await shell.run("anchors", "register", DEMO, "--assignment-id", name)
        assert "12 anchors are registered" in said
    former = ("register-anchors", name, "--anchor-dir", DEMO, "--expected-grade-scale")
    assert "12 anchors are registered" in await shell.run(*former, LEGACY)
    assert "nothing was registered" in await shell.run(*former, "swedish_8_anchor", code=3)
    listed = await shell.run("assignments", "list")
    assert re.search(rf"{name}\t{LEGACY}\tyes\tyes\t12\t", listed)
    assert f"--assignment-id {name}" in listed
    anchors = await shell.run("anchors", "list", "--assignment-id", name)
    assert anchors == await shell.run("assignments", "list", "--anchors", name)
    assert "anchor_essay_eng_5_17_vt_003_E-" in anchors
    assert "12 anchors in eng5_np_legacy_9_step" in anchors
    assert len(await shell.desk.stored_texts()) == 14


async def test_grades_of_anchors_may_come_from_a_table(shell: Shell) -> None:
    name = await shell.desk.assignment()
    essay = shell.file("essays/one.txt", ESSAY)
    table = shell.file("grades.csv", "ANCHOR-ID,GRADE\none,C-\n")
    await shell.run("anchors", "register", essay, "--assignment-id", name, "--grades", table)
    assert re.search(r"one\tC-\t", await shell.run("anchors", "list", "--assignment-id", name))


async def test_if_any_anchor_cannot_be_used_none_is_sent_and_each_is_named(shell: Shell) -> None:
    name = await shell.desk.assignment()
    shell.file("set/good_B.txt", ESSAY)
    shell.file("set/short_B.txt", "too short")
    shell.file("set/ungraded.txt", ESSAY)
    shell.file("set/strange_Q.txt", ESSAY)
    shell.file("set/broken_A.docx", ESSAY)
    said = await shell.run("anchors", "register", shell.tmp_path / "set", "--assignment-id", name, code=3)
    for part in ("short_B", "9 characters", "ungraded", "no grade", "strange_Q", "F+, E-", "broken_A", "Word"):
        assert part in said
    assert await shell.desk.stored_texts() == set()


async def test_what_cannot_be_done_is_one_sentence_and_an_exit_code(shell: Shell) -> None:
    name = await shell.desk.assignment()
    nowhere = {"CJ_SERVICE_URL": "http://127.0.0.1:9"}
    no_database = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/x"}
    cases: list[tuple[tuple[object, ...], dict[str, str], int, str]] = [
        (("assignments", "list"), nowhere, 7, "does not answer"),
        (("anchors", "list", "--assignment-id", "x"), nowhere, 7, "does not answer"),
        (("assignments", "list"), {"JWT_SECRET_KEY": "another secret, as long as is needed"}, 3, "valid"),
        (("assignments", "list", "--anchors", "unknown"), {}, 3, "no assignment unknown"),
        (("assignments", "create", "--instructions", "no-such-file"), {}, 3, "No such file"),
        (("anchors", "register", "no-such-file", "--assignment-id", name), {}, 3, "no-such-file"),
        (("anchors", "register", DEMO, "--assignment-id", "unknown"), {}, 3, "no assignment unknown"),
        (("extract", "77"), {}, 3, "no batch 77"),
        (("extract", "77"), no_database, 7, "database does not answer"),
        (("extract", "77"), {"DATABASE_URL": "sqlite:///x"}, 3, "DATABASE_URL"),
        (("align-report", "--bos-batch-id", "unknown"), {}, 3, "no batch unknown"),
        (("align-report", "--cj-batch-id", "77"), no_database, 7, "database does not answer"),
        (("align-report",), {}, 2, "exactly one"),
        (("align-report", "--cj-batch-id", "1", "--bos-batch-id", "x"), {}, 2, "exactly one"),
    ]
    for arguments, environment, code, words in cases:
        assert words in await shell.run(*arguments, code=code, **environment)


async def failed_one(shell: Shell, batch_id: int) -> None:
    mine = (comparisons.c.batch_id == batch_id, comparisons.c.number == 12)
    async with shell.desk.database.transaction() as connection:
        values: dict[str, Any] = {"state": "failed", "winner": None, "error_code": "TIMEOUT", "confidence": None}
        await connection.execute(update(comparisons).where(*mine).values(**values))


async def test_everything_of_a_batch_is_extracted_with_the_platforms_keys(shell: Shell) -> None:
    grades = {"best": "A", "weak": "F+"}
    batch_id = await shell.desk.judged(FOUR, ROUND, grade_scale=LEGACY, grades=grades, succeeded=11, failed=1)
    await failed_one(shell, batch_id)
    target = shell.tmp_path / "new" / "batch.json"
    await shell.run("extract", batch_id, "--format", "json", "--output", target)
    found = orjson.loads(target.read_bytes())
    assert {name: set(value if isinstance(value, dict) else value[0]) for name, value in found.items()} == {
        "batch_info": {
            "id",
            "bos_batch_id",
            "event_correlation_id",
            "language",
            "course_code",
            "expected_essay_count",
            "status",
            "created_at",
            "updated_at",
            "completed_at",
            "processing_metadata",
            "assignment_id",
            "user_id",
            "org_id",
        },
        "batch_state": {
            "state",
            "total_budget",
            "total_comparisons",
            "submitted_comparisons",
            "completed_comparisons",
            "failed_comparisons",
            "current_iteration",
            "completion_threshold_pct",
        },
        "comparisons": {
            "id",
            "essay_a_els_id",
            "essay_b_els_id",
            "winner",
            "confidence",
            "justification",
            "request_correlation_id",
            "submitted_at",
            "completed_at",
            "error_code",
        },
        "bradley_terry_stats": {
            "els_essay_id",
            "current_bt_score",
            "current_bt_se",
            "comparison_count",
            "is_anchor",
            "processing_metadata",
        },
        "grade_projections": {
            "els_essay_id",
            "primary_grade",
            "confidence_score",
            "confidence_label",
            "normalized_score",
            "grade_scale",
        },
        "wins_losses": set(FOUR),
    }
    assert found["wins_losses"]["best"] == {"wins": 6, "losses": 0, "total": 6}
    assert found["wins_losses"]["weak"] == {"wins": 0, "losses": 5, "total": 5}
    assert [row["els_essay_id"] for row in found["bradley_terry_stats"]] == FOUR
    assert found["bradley_terry_stats"][0]["processing_metadata"]["known_grade"] == "A"
    assert [row["els_essay_id"] for row in found["grade_projections"]] == ["good", "fair"]
    assert [row["winner"] for row in found["comparisons"]].count("error") == 1
    by_bos_id = await shell.run("extract", found["batch_info"]["bos_batch_id"], "--format", "json")
    assert orjson.loads(by_bos_id) == found


async def test_the_text_of_a_batch_counts_no_error_as_success(shell: Shell) -> None:
    batch_id = await shell.desk.judged(FOUR, ROUND, grade_scale=LEGACY, grades={"best": "A", "weak": "F+"})
    await failed_one(shell, batch_id)
    said = await shell.run("extract", batch_id)
    titles = ["CJ batch", "Batch state", "Pairwise", "Bradley-Terry ranking", "Students' grade", "Summary"]
    places = [said.index(title) for title in titles]
    assert places == sorted(places)
    assert re.search(r"Successful: +11\nFailed: +1\nWithout an answer: +0\n", said)
    assert re.search(r"All pairs \(nC2\): +6\n", said)
    assert re.search(r"\n1 +best .* yes +A\n", said)


async def test_a_batch_without_verdicts_can_be_extracted_but_not_compared(shell: Shell) -> None:
    batch_id = await shell.desk.judged(FOUR, [], status="failed", reason="low_success_rate", detail="all failed")
    assert "all failed" in await shell.run("extract", batch_id)
    assert "no verdict" in await shell.run("align-report", "--cj-batch-id", batch_id, code=3)


def upset() -> list[tuple[int, int]]:
    """Four in order but for the middle two: each pair twice, and the third won both times against the second."""
    return [(2, 1) if pair == (1, 2) else pair for pair in ROUND]


async def test_a_report_on_a_batch_with_anchors_has_every_number_and_only_reads(shell: Shell) -> None:
    grades = GRADES | {"weak": "E-"}
    batch_id = await shell.desk.judged(
        [*FOUR, "student"], [*upset(), (0, 4), (4, 3)], grade_scale=LEGACY, grades=grades
    )
    said = await shell.run("align-report", "--cj-batch-id", batch_id, "--all-comparisons")
    for line in (
        "| Successful comparisons | 14 |",
        "| Inverted pairs (by majority) | 1 |",
        "| Kendall's tau-a | 0.667 |",
        "| Kendall's tau-b | 0.667 |",
        "| Spearman's rho against grades | 0.800 |",
        "| Direct inversions (by majority) | 1 | ≤ 1 | met |",
        "| Zero-win anchors | 1 | 0 | missed |",
        "| Kendall's tau | 0.667 | ≥ 0.90 | missed |",
        "| label of good (B) | label of fair (C+) | 2 of 2 | majority | 4.0, 4.0 |",
        "| has_isolated_items | no |",
    ):
        assert line in said
    assert "Mean SE of the anchors" in said
    assert (said.count("| clearer |"), said.count("> clearer")) == (14, 2)
    assert "student" not in said[said.index("Per-anchor") : said.index("Direct inversions\n")]


def travelling(stem: str, batch_uuid: str) -> str:
    return run_essay_id(stem, batch_uuid, prefix="student::")


STEMS = {f"anchor_essay_eng_5_17_vt_00{place}_{grade}": grade for place, grade in enumerate(GRADES.values())}


async def test_a_guest_batch_is_compared_by_a_table_or_by_the_names_of_files(shell: Shell) -> None:
    batch_uuid = str(uuid4())
    names = [travelling(stem, batch_uuid) for stem in STEMS]
    await shell.desk.judged(names, ROUND, bos_batch_id=batch_uuid)
    without = await shell.run("align-report", "--bos-batch-id", batch_uuid)
    assert "| Anchors with a grade on the scale | 0% |" in without
    assert "give them with --grades" in without
    assert "| Kendall's tau | not computed |" in without
    rows = [f"{place},{stem}.txt,{grade}" for place, (stem, grade) in enumerate(STEMS.items())]
    table = shell.file("grades.csv", "\n".join(["ANCHOR-ID,FILE-NAME,GRADE", *rows]))
    for stem in STEMS:
        shell.file(f"folder/anchor_essays/{stem}.txt", ESSAY)
    for source in (table, shell.tmp_path / "folder"):
        said = await shell.run("align-report", "--bos-batch-id", batch_uuid, "--grades", source)
        assert "| Kendall's tau | 1.000 | ≥ 0.90 | met |" in said
        assert "| anchor_essay_eng_5_17_vt_002_C+ | C+ |" in said


async def test_grades_in_ids_count_only_where_no_sign_can_have_been_lost(shell: Shell) -> None:
    kept = await shell.desk.judged(["x_A", "y_B", "z_C+", "w_F+"], ROUND, bos_batch_id=str(UUID(int=3)))
    said = await shell.run("align-report", "--cj-batch-id", kept)
    assert "| Anchors with a grade on the scale | 100% |" in said
    lost = await shell.desk.judged(["X_A", "Y_B", "Z_C", "W_D"], ROUND, bos_batch_id=str(UUID(int=4)))
    said = await shell.run("align-report", "--cj-batch-id", lost, "--grade-scale", "swedish_8_anchor")
    assert "| Anchors with a grade on the scale | 50% |" in said
    assert "no expert grade of this scale is known for Z\\_C, W\\_D" in said or "Z_C, W_D" in said


async def test_a_scale_that_is_unknown_or_not_the_batchs_is_refused(shell: Shell) -> None:
    batch_id = await shell.desk.judged(FOUR, ROUND, grade_scale=LEGACY, grades=GRADES)
    for scale, words in (("best", "unknown"), ("swedish_8_anchor", "is graded on")):
        arguments = ("align-report", "--cj-batch-id", batch_id, "--grade-scale", scale)
        assert words in await shell.run(*arguments, code=3)


OWN_SCALE = """
[[scales]]
id = "commands_four_steps"
grades = ["IG", "G", "VG", "MVG"]
"""


async def test_the_installations_own_scale_is_known_to_reports(shell: Shell) -> None:
    grades = dict(zip(reversed(FOUR), ("IG", "G", "VG", "MVG"), strict=True))
    batch_id = await shell.desk.judged(FOUR, ROUND, grade_scale="commands_four_steps", grades=grades)
    asked = ("align-report", "--cj-batch-id", batch_id)
    code, said = await shell.run_alone(*asked)
    assert (code, said.count("\n")) == (3, 1)
    assert "commands_four_steps, which is unknown here: set GRADE_SCALES_FILE" in said
    code, said = await shell.run_alone(*asked, GRADE_SCALES_FILE=str(shell.file("scales.toml", OWN_SCALE)))
    assert code == 0, said
    assert "**Grade scale:** commands_four_steps" in said
    assert "| Kendall's tau | 1.000 | ≥ 0.90 | met |" in said
    code, said = await shell.run_alone("extract", batch_id, GRADE_SCALES_FILE=str(shell.tmp_path / "none.toml"))
    assert (code, said.count("\n")) == (3, 1)
    assert "GRADE_SCALES_FILE" in said


async def test_the_installations_own_scale_is_known_where_anchors_are_registered(shell: Shell) -> None:
    path = shell.file("scales.toml", OWN_SCALE)
    learn_scales(path)  # as the server did when it started
    name = await shell.desk.assignment(grade_scale="commands_four_steps")
    register = ("anchors", "register", "--assignment-id", name)
    strange = shell.file("set/strange_B.txt", ESSAY)
    code, said = await shell.run_alone(*register, strange, GRADE_SCALES_FILE=str(path))
    assert code == 3
    assert "has grade B, which commands_four_steps does not have: IG, G, VG, MVG" in said
    good = shell.file("set/good_VG.txt", ESSAY)
    code, said = await shell.run_alone(*register, good, GRADE_SCALES_FILE=str(path))
    assert code == 0, said
    assert "1 anchors in commands_four_steps" in await shell.run("anchors", "list", "--assignment-id", name)


async def test_a_batch_of_our_own_runner_is_compared_by_the_grades_that_it_noted(shell: Shell) -> None:
    house = House(shell.desk.database, shell.tmp_path / "files")
    await house.open()
    async with house.stack:
        run, ids = await house.running()
    weakest_first = [(high, low) for high in range(len(ids)) for low in range(high)]
    await shell.desk.judged(ids, weakest_first, bos_batch_id=run["batch_uuid"])
    said = await shell.run("align-report", "--bos-batch-id", run["batch_uuid"])
    assert "| Anchors with a grade on the scale | 100% |" in said
    assert "| Kendall's tau | 1.000 | ≥ 0.90 | met |" in said
    assert "| anchor_essay_eng_5_17_vt_003_E-.txt |" in said
