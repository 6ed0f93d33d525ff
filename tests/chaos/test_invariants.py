"""The checker finds nothing wrong in what a real system left behind, and each damage that is done to it."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cli.demo_data import folder_archive
from app.cli.runner_client import RunnerClient
from app.db.unit import Database
from app.messaging.bus import Record
from app.roles.stack import ROOT
from app.settings import DatabaseSettings
from cj_runner_client.api.runs import start_run
from cj_runner_client.models import RunRequest, RunStarted
from tests.chaos.invariants import Evidence, check, look, row_findings
from tests.chaos.log_checks import read_log
from tests.chaos.row_checks import ALL
from tests.chaos.sameness import canonical
from tests.e2e.conftest import started

COMPARISONS = 14
Json = dict[str, Any]


@dataclass(frozen=True)
class Left:
    """What a system left behind that was stopped after its runs: two of the same inputs, and a plan."""

    database_url: str
    files_dir: Path
    log: list[Record]
    runs: tuple[str, ...]


@pytest.fixture(scope="module")
def left(new_server_dir: Callable[[], Path]) -> Iterator[Left]:
    folder = new_server_dir()
    with started(folder, {}) as stack:
        with RunnerClient(stack.plan.url("api")) as api:
            archive = folder_archive(ROOT / "data" / "eng5-demo")
            package = api.upload_package("eng5-demo", archive, min_text_characters=100).id
            runs = [_run(api, package, mode) for mode in ("anchor-align-test", "anchor-align-test", "plan")]
            for run_id in runs:
                *_, last = api.watch(run_id, deadline_s=90, pause_s=0.1)
                assert last.status == "completed", last
        stack.stop()
        log = asyncio.run(read_log(stack.plan.kafka_bootstrap))
        yield Left(stack.plan.database_url, folder / "runs", log, tuple(runs))


def _run(api: RunnerClient, package: str, mode: str) -> str:
    body: Json = {
        "mode": mode,
        "batch_label": "to be checked",
        "assets": {"package_id": package},
        "llm": {"provider": "mock", "model": "latent"},
        "design": {"seed": 7, "stop": {"rule": "cap"}},
    }
    if mode != "plan":
        body["budget"] = {"max_comparisons": COMPARISONS}
    return api.ask(start_run.sync_detailed, RunStarted, body=RunRequest.from_dict(body)).id


@pytest.fixture
async def evidence(left: Left) -> AsyncIterator[Evidence]:
    database = Database.connect(DatabaseSettings(url=left.database_url), application_name="tests")
    yield Evidence(database, left.files_dir, left.log)
    await database.close()


@asynccontextmanager
async def damaged(left: Left, evidence: Evidence, *rules: str) -> AsyncIterator[AsyncConnection]:
    """Yield a connection that sees damage, which is taken back afterwards."""
    async with evidence.database.engine.connect() as connection:
        for rule in rules:
            statement = DAMAGE.get(rule, rule)
            values = {"run": left.runs[0]} if ":run" in statement else {}
            done = await connection.execute(text(statement), values)
            assert done.rowcount > 0, statement
        yield connection
        await connection.rollback()


async def test_nothing_is_wrong_with_runs_that_were_left_alone(left: Left, evidence: Evidence) -> None:
    report = await check(evidence, accepted=left.runs)
    assert report.findings == [], str(report)
    assert report.seen is not None
    assert report.seen.runs == {"completed": 3}
    assert (report.seen.comparisons, report.seen.told, report.seen.paid_beside_usd) == (2 * COMPARISONS, 0, 0)
    assert report.seen.records == 2 * (COMPARISONS + 3)


DAMAGE = dict(
    re.findall(
        r"^-- (.+)\n((?:[^-\n].*\n)+)", Path(__file__).with_name("damage.sql").read_text(), flags=re.MULTILINE
    )
)


def test_every_rule_has_a_damage_that_it_must_find() -> None:
    rules = [rule.rule for rule in ALL]
    assert sorted(rules) == sorted([*DAMAGE, "an accepted run is known"])


@pytest.mark.parametrize("rule", DAMAGE)
async def test_a_damage_is_found_by_the_rule_that_forbids_it(left: Left, evidence: Evidence, rule: str) -> None:
    broken = next(one for one in ALL if one.rule == rule)
    async with damaged(left, evidence, rule) as connection:
        found = await row_findings(connection, broken)
    assert found
    assert {(finding.kind, finding.rule) for finding in found} == {(broken.kind, rule)}


async def test_a_run_that_was_promised_and_is_not_there_is_lost(evidence: Evidence) -> None:
    report = await check(evidence, accepted=["run_that_nobody_knows"])
    assert [(found.kind, found.subject) for found in report.findings] == [("lost", "run_that_nobody_knows")]


async def test_money_beside_a_verdict_within_its_bound_is_shown_and_no_finding(
    left: Left, evidence: Evidence
) -> None:
    """A call whose process was taken for dead answered all the same: two leases, two calls, one verdict."""
    one = "(SELECT min(seq) FROM gateway.requests)"
    twice = "UPDATE gateway.requests SET generation = 2, cost_usd = cost_usd * 2 WHERE seq = "
    more = "UPDATE gateway.budgets SET spent = spent * 2"
    async with damaged(left, evidence, twice + one, more) as connection:
        found = [finding for rule in ALL for finding in await row_findings(connection, rule)]
        seen = await look(connection, None)
    assert found == []
    assert (seen.paid_beside, seen.paid_beside_usd > 0) == (1, True)


@pytest.mark.parametrize("what", ["a file is changed", "a file is missing", "a verdict is left out"])
async def test_damaged_files_are_found(left: Left, evidence: Evidence, tmp_path: Path, what: str) -> None:
    files = tmp_path / "runs"
    shutil.copytree(left.files_dir, files)
    folder = files / left.runs[0]
    if what == "a file is missing":
        next(folder.glob("events/comparisons/*")).unlink()
    else:
        [artefact] = folder.glob("assessment_run.*.json")
        document = json.loads(artefact.read_text())
        if what == "a verdict is left out":
            document["llm_comparisons"].pop()
        artefact.write_text(json.dumps(document))
    report = await check(replace(evidence, files_dir=files))
    assert report.wrong > 0
    assert {finding.subject for finding in report.findings} == {left.runs[0]}


def _changed(record: Record, **data: object) -> Record:
    envelope = orjson.loads(record.value)
    return replace(record, value=orjson.dumps(envelope | {"data": envelope["data"] | data}))


def _verdict(left: Left) -> Record:
    return next(record for record in left.log if "comparison_result" in record.topic)


async def test_a_message_that_came_twice_is_no_finding(left: Left, evidence: Evidence) -> None:
    report = await check(replace(evidence, log=[*left.log, *left.log, replace(left.log[0], value=b"rubbish")]))
    assert report.findings == [], str(report)


async def test_two_verdicts_for_one_request_are_found_in_the_log(left: Left, evidence: Evidence) -> None:
    second = _changed(_verdict(left), cost_estimate=1.0)
    report = await check(replace(evidence, log=[*left.log, second]))
    assert [finding.rule for finding in report.findings if finding.kind == "doubled"] == [
        "a request has one verdict"
    ]


async def test_a_verdict_that_the_ledger_does_not_know_is_found_in_the_log(left: Left, evidence: Evidence) -> None:
    report = await check(replace(evidence, log=[_changed(_verdict(left), request_id=str(uuid4()))]))
    assert [finding.rule for finding in report.findings] == ["a published verdict is in the ledger"]


async def test_two_announcements_of_one_end_are_found_in_the_log(left: Left, evidence: Evidence) -> None:
    record = next(record for record in left.log if "completed" in record.topic)
    envelope = orjson.loads(record.value) | {"event_id": str(uuid4())}
    report = await check(replace(evidence, log=[*left.log, replace(record, value=orjson.dumps(envelope))]))
    assert [(finding.kind, finding.rule) for finding in report.findings] == [
        ("doubled", "an end is announced once")
    ]


def _artefact(left: Left, run_id: str) -> Json:
    [path] = (left.files_dir / run_id).glob("assessment_run.*.json")
    found: Json = json.loads(path.read_text())
    return found


def test_runs_of_the_same_inputs_and_seed_write_the_same_artefact_apart_from_ids_and_times(left: Left) -> None:
    first, second = (_artefact(left, run_id) for run_id in left.runs[:2])
    assert first["metadata"]["run_id"] != second["metadata"]["run_id"]
    assert canonical(first) == canonical(second)


@pytest.mark.parametrize("what", ["a score", "a verdict", "a setting"])
def test_a_difference_that_is_no_id_and_no_time_is_seen(left: Left, what: str) -> None:
    first, second = (_artefact(left, run_id) for run_id in left.runs[:2])
    if what == "a score":
        second["bt_summary"][0]["theta"] += 1e-12
    elif what == "a verdict":
        second["llm_comparisons"][0]["confidence"] = 1.5
    else:
        second["metadata"]["seed"] = 8
    assert canonical(first) != canonical(second)
