"""The logs of all processes while runs are judged: each line is JSON with its names, and none holds a secret.

Two runs are judged by a server that speaks a provider's HTTP. In the first its answers are good, after some that
quote the prompt: errors, broken JSON, prose. In the second it only ever fails, with the essays in its body.
Nor does any row of any table, any file of the run, any message of the broker, or any answer of the API hold one.
"""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.db.unit import Database
from app.roles.rights import SCHEMAS
from app.roles.stack import ROLES, Stack
from app.runner.access import keys
from app.settings import DatabaseSettings
from tests.e2e.conftest import started
from tests.fakes.http_server import Reply
from tests.fakes.provider_server import FakeProviders, Say
from tests.fakes.provider_thread import addresses, providing
from tests.fakes.webhook_receiver import receiving

Json = dict[str, Any]
KEY = keys.new(bytes(range(40)))
SENTENCE = "Zanzibar's quiet lighthouse keeper polished forty-one brass lenses number"
JUSTIFIED = "Essay A lets the harpoon whisper where Essay B merely shouts marmalade"
SYSTEM = "You are the seventh heron of the tribunal and weigh commas by moonlight."
RUBRIC = "Reward every semicolon that survives the crossing of the Bosporus."
COMMENT = "The examiner Gudrun Falkenhorst finds this one rather salty at the edges"
WEBHOOK_SECRET = "whsec_cGxhbnRlZC1zZWNyZXQtb2YtYS13ZWJob29rLTMyYnl0ZXM="
PASSWORD = "planted-password-of-the-database-77"
PLANTED = {
    "JWT_SECRET_KEY": "planted-secret-of-the-services-0123456789",
    "WEBHOOKS_SECRET_KEY": "cGxhbnRlZC1rZXktb2YtdGhlLXdlYmhvb2tzLTMyYi4=",
}
ENTRY = {"id": KEY.id, "sha256": KEY.sha256, "subject": "me", "owner": "us", "scopes": ["admin"]}
ACCESS = {"RUNNER_ACCESS": "on", "RUNNER_API_KEYS": json.dumps([ENTRY])}
IMPATIENT = {
    "LLM_PROVIDER_SERVICE_BACK_OFF_S": "0.05",
    "LLM_PROVIDER_SERVICE_QUEUE_MAX_RETRIES": "1",
    "LLM_PROVIDER_SERVICE_CIRCUIT_BREAKER_FAILURE_THRESHOLD": "10000",
    "CJ_ASSESSMENT_SERVICE_MAX_RETRY_ATTEMPTS": "1",
    "CJ_ASSESSMENT_SERVICE_RETRY_BACK_OFF_S": "0.1",
    "LOG_LEVEL": "DEBUG",
}
FINAL = {"completed", "completed_partial", "failed", "timed_out", "cancelled"}
LOOKS = 40
TABLES = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = ANY(:schemas)"
NAMES = ("run_id", "batch_uuid", "batch_id", "runner_mode", "correlation_id")
GOOD, BAD = "gpt-5.1", "gpt-5.1-mini"


@dataclass(frozen=True)
class Seen:
    """What the runs were, what must be in no line, and what each process logged, by role."""

    run: Json
    failed: Json
    asked: int
    hidden: Mapping[str, str]
    lines: dict[str, list[str]]
    kept: dict[str, bytes]
    """All rows by table, all files by name, and what the API answers of the run."""

    def events(self, role: str) -> list[Json]:
        return [json.loads(line) for line in self.lines[role]]


class Judge:
    """Answers as a judge that quotes what it was asked, until it has been asked often enough."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, _: str, body: Mapping[str, Any]) -> Say | Reply:
        self.asked += 1
        prompt = json.dumps(body)
        if body["model"] == BAD:
            return Reply(500, json.dumps({"error": {"message": prompt, "type": prompt, "code": prompt}}).encode())
        first: dict[int, Say | Reply] = {
            1: Reply(500, prompt.encode()),
            2: Reply(400, json.dumps({"error": {"message": prompt, "code": "odd"}}).encode()),
            3: Reply(200, b"{'broken': " + prompt.encode()),
            4: Say(text=f"I would rather not. {JUSTIFIED} {SENTENCE}"),
            5: Say(winner=f"{SENTENCE}", justification=JUSTIFIED),
        }
        return first.get(self.asked, Say(justification=f"{JUSTIFIED}, says call {self.asked}."))


@pytest.fixture(scope="module")
def seen(new_server_dir: Callable[[], Path]) -> Seen:
    folder = new_server_dir()
    with providing() as fake, receiving() as receiver:
        receiver.may_answer.set()
        extra = PLANTED | ACCESS | IMPATIENT | addresses(fake)
        with started(folder, extra | {"DATABASE_URL": with_password(folder)}) as stack:
            run, failed = judged(stack, receiver.url, fake)
            receiver.came.get(timeout=30)
            kept = asyncio.run(rows(stack.plan.database_url)) | answers(stack, run["id"])
    kept |= {str(path): path.read_bytes() for place in ("runs", "broker") for path in files_below(folder / place)}
    lines = {path.stem: path.read_text().splitlines() for path in (folder / "logs").glob("*.log")}
    return Seen(run, failed, len(fake.seen("openai")), hidden(fake), lines, kept)


def with_password(folder: Path) -> str:
    """Return the address of the embedded database with a password, which it does not look at."""
    return f"postgresql+asyncpg://postgres:{PASSWORD}@/postgres?host={folder / 'postgres'}"


def hidden(fake: FakeProviders) -> dict[str, str]:
    bearer = {seen.headers.get("authorization", "") for seen in fake.seen("openai")}
    secrets = [*PLANTED.values(), PASSWORD, KEY.text, KEY.sha256, WEBHOOK_SECRET, *bearer]
    secrets += [text.partition(" ")[2] for text in bearer] + [WEBHOOK_SECRET.removeprefix("whsec_"), KEY.text[:40]]
    texts = {text: text[:24] for text in (SENTENCE, JUSTIFIED, SYSTEM, RUBRIC, COMMENT)}
    texts |= {f"{text}, its middle": text[20:44] for text in (SENTENCE, JUSTIFIED, SYSTEM, RUBRIC, COMMENT)}
    return texts | {"a name": "Falkenhorst", **{text: text for text in secrets if text}}


def judged(stack: Stack, receiver: str, fake: FakeProviders) -> tuple[Json, Json]:
    headers = {"Authorization": f"Bearer {KEY.text}"}
    fake.decide = Judge()
    with httpx.Client(base_url=stack.plan.url("api"), headers=headers, timeout=60) as http:
        answer = http.post("/v1/asset-packages", files={"file": ("essays.zip", archive())})
        assert answer.status_code == 201, answer.text
        package = answer.json()["id"]
        refused = http.get("/v1/runs", headers={"Authorization": f"Bearer {KEY.text[:-1]}"})
        assert refused.status_code == 401
        run = ended(http, wish(package, GOOD) | {"webhook": {"url": receiver, "secret": WEBHOOK_SECRET}})
        said = http.post(f"/v1/runs/{run['id']}/human-verdicts", files={"file": ("panel.csv", panel())})
        assert said.status_code in {200, 201, 422}, said.text
        return run, ended(http, wish(package, BAD))


def ended(http: httpx.Client, wanted: Json) -> Json:
    answer = http.post("/v1/runs", json=wanted)
    assert answer.status_code == 202, answer.text
    for _ in range(LOOKS):
        run: Json = http.get(f"/v1/runs/{answer.json()['id']}", params={"wait": 5}).json()
        if run["status"] in FINAL:
            return run
    raise AssertionError(run)


async def rows(database_url: str) -> dict[str, bytes]:
    database = Database.connect(DatabaseSettings(url=database_url), application_name="tests")
    found = {}
    async with database.transaction() as connection:
        for table in (await connection.execute(text(TABLES), {"schemas": list(SCHEMAS)})).scalars().all():
            every = await connection.execute(text(f"SELECT to_jsonb(t)::text FROM {table} AS t"))  # noqa: S608 - names of our own tables
            found[table] = "\n".join(every.scalars()).encode()
    await database.close()
    return found


def answers(stack: Stack, run_id: str) -> dict[str, bytes]:
    places = (f"/v1/runs/{run_id}", f"/v1/runs/{run_id}/artefact", f"/v1/runs/{run_id}/events", "/v1/preflight")
    more = ("/v1/api-keys", "/v1/audit", "/v1/webhooks", f"/v1/runs/{run_id}/report", "/metrics")
    headers = {"Authorization": f"Bearer {KEY.text}"}
    with httpx.Client(base_url=stack.plan.url("api"), headers=headers, timeout=60) as http:
        return {place: http.get(place).content for place in (*places, *more)}


def files_below(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def archive() -> bytes:
    buffer = io.BytesIO()
    graded = [(f"essay_{number}_{grade}", grade) for number, grade in enumerate(("A", "B", "C+", "D-", "F+"))]
    with zipfile.ZipFile(buffer, "w") as made:
        for number, (name, _) in enumerate(graded):
            made.writestr(f"anchor_essays/{name}.txt", f"{SENTENCE} {number}. " * 12)
        rows = "".join(f"{name},{grade},{COMMENT}\n" for name, grade in graded)
        made.writestr("ANCHOR_ESSAYS.csv", f"ANCHOR-ID,GRADE,COMMENT\n{rows}")
    return buffer.getvalue()


def panel() -> bytes:
    rows = f"Gudrun Falkenhorst,essay_0_A,essay_1_B,{COMMENT}\nGudrun Falkenhorst,essay_2_C+,essay_9_B,{COMMENT}\n"
    return f"judge,winner,loser,comment\n{rows}".encode()


def wish(package_id: str, model: str) -> Json:
    judge = {"system_prompt": {"text": SYSTEM}, "rubric": {"text": RUBRIC}}
    return {
        "mode": "anchor-align-test",
        "batch_label": "logged",
        "assets": {"package_id": package_id},
        "llm": {"provider": "openai", "model": model} | judge,
        "budget": {"max_comparisons": 10},
    }


def test_no_line_holds_an_essay_a_judges_text_a_prompt_a_comment_or_a_secret(seen: Seen) -> None:
    assert seen.run["status"] == "completed", seen.run
    assert seen.asked > 10
    found = [
        (role, what, line[:300])
        for role, lines in seen.lines.items()
        for line in lines
        for what, text in seen.hidden.items()
        if text in line
    ]
    assert found == []


def test_a_run_whose_judge_quotes_essays_in_its_errors_says_why_it_failed_without_them(seen: Seen) -> None:
    assert seen.failed["status"] == "failed", seen.failed
    said = seen.failed["status_detail"]
    assert "LLM_PROVIDER_API_ERROR" in said
    assert [what for what, text in seen.hidden.items() if text in said] == []


def test_no_row_no_file_no_message_and_no_answer_holds_a_secret(seen: Seen) -> None:
    secrets = {*PLANTED.values(), PASSWORD, KEY.text, KEY.text[21:60], WEBHOOK_SECRET.removeprefix("whsec_")}
    spelt = {form for secret in secrets for form in (secret.encode(), secret.encode().hex().encode())}
    assert {"runner.runs", "cj.comparisons", "gateway.requests", "content.texts"} <= set(seen.kept)
    assert any(
        SENTENCE.encode() in held or SENTENCE.encode().hex().encode() in held for held in seen.kept.values()
    )
    assert [(place, form) for place, held in seen.kept.items() for form in spelt if form in held] == []


@pytest.mark.parametrize("role", ROLES)
def test_every_line_is_json_that_names_its_service_and_its_place(seen: Seen, role: str) -> None:
    events = seen.events(role)
    assert len(events) > 2
    always = {"event", "level", "timestamp", "service.name", "filename", "func_name", "lineno"}
    assert [event for event in events if not always <= set(event)] == []
    assert len({event["service.name"] for event in events}) == 1


@pytest.mark.parametrize("role", ["api", "worker"])
def test_lines_between_start_and_end_of_a_run_carry_its_names(seen: Seen, role: str) -> None:
    about = [event for event in seen.events(role) if is_about(event, seen.run)]
    names = {"run_moved", "runner_execution_complete", "collector_completed", "llm_comparison_hydrated"}
    names |= {"runner_kafka_publish_completed", "collector_started", "anchor_align_test_complete"}
    assert {event["event"] for event in about} >= (names if role == "worker" else {"runner_invocation"})
    lacking = [(event["event"], name) for event in about for name in NAMES if name not in event]
    assert lacking == []
    assert {event["run_id"] for event in about} == {seen.run["id"], seen.failed["id"]}


def is_about(event: Json, run: Json) -> bool:
    return run["id"] in json.dumps(event) or event["event"].startswith(("run_", "runner_", "collector_"))


ENGINE = {"batch_moved", "continuation_decision", "scoring_finalised", "wave_planned"}


@pytest.mark.parametrize(("role", "said"), [("cj", ENGINE), ("gateway", {"serial_bundle_dispatch"})])
def test_the_engine_and_the_gateway_name_the_run_that_they_work_for(seen: Seen, role: str, said: set[str]) -> None:
    about = [event for event in seen.events(role) if event["event"] in said]
    assert {event["event"] for event in about} == said
    names = NAMES if role == "cj" else NAMES[:-1]
    lacking = [(event["event"], name) for event in about for name in names if name not in event]
    assert lacking == []
    for run in (seen.run, seen.failed):
        mine = [event for event in about if event["run_id"] == run["id"]]
        assert {event["batch_uuid"] for event in mine} == {run["batch_uuid"]}
        assert {event["batch_id"] for event in mine} == {"logged"}
        assert {event["runner_mode"] for event in mine} == {"anchor-align-test"}


def test_every_verdict_has_a_line_with_the_id_that_the_gateway_gave_it(seen: Seen) -> None:
    lines = [event for event in seen.events("worker") if event["event"] == "llm_comparison_hydrated"]
    mine = [event for event in lines if event["run_id"] == seen.run["id"]]
    assert [event["event_count"] for event in mine] == list(range(1, len(mine) + 1))
    assert len({event["request_id"] for event in mine}) == len(mine)
    assert all(re.fullmatch(r"[0-9a-f-]{36}", event["request_id"]) for event in mine)
