"""The logs of all processes while a run is judged: each line is JSON with its names, and none holds a secret.

Nor does any row of any table, any file of the run, any message of the broker, or any answer of the API.
"""

import asyncio
import io
import json
import zipfile
from collections.abc import Callable
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
from tests.fakes.webhook_receiver import receiving

Json = dict[str, Any]
KEY = keys.new(bytes(range(40)))
SENTENCE = "Zanzibar's quiet lighthouse keeper polished forty-one brass lenses number"
WEBHOOK_SECRET = "whsec_cGxhbnRlZC1zZWNyZXQtb2YtYS13ZWJob29rLTMyYnl0ZXM="
PLANTED = {
    "JWT_SECRET_KEY": "planted-secret-of-the-services-0123456789",
    "ANTHROPIC_API_KEY": "sk-ant-planted-0123456789abcdef",
    "OPENAI_API_KEY": "sk-planted-fedcba9876543210",
    "WEBHOOKS_SECRET_KEY": "cGxhbnRlZC1rZXktb2YtdGhlLXdlYmhvb2tzLTMyYi4=",
}
ENTRY = {"id": KEY.id, "sha256": KEY.sha256, "subject": "me", "owner": "us", "scopes": ["admin"]}
ACCESS = {"RUNNER_ACCESS": "on", "RUNNER_API_KEYS": json.dumps([ENTRY])}
FINAL = {"completed", "completed_partial", "failed", "timed_out", "cancelled"}
LOOKS = 40
TABLES = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = ANY(:schemas)"
NAMES = ("run_id", "batch_uuid", "batch_id", "runner_mode", "correlation_id")


@dataclass(frozen=True)
class Seen:
    """What a run was, what was said in its verdicts, and what each process logged, by role."""

    run: Json
    justifications: set[str]
    lines: dict[str, list[str]]
    kept: dict[str, bytes]
    """All rows by table, all files by name, and what the API answers of the run."""

    def events(self, role: str) -> list[Json]:
        return [json.loads(line) for line in self.lines[role]]


@pytest.fixture(scope="module")
def seen(new_server_dir: Callable[[], Path]) -> Seen:
    folder = new_server_dir()
    with started(folder, PLANTED | ACCESS | {"LOG_LEVEL": "DEBUG"}) as stack, receiving() as receiver:
        receiver.may_answer.set()
        run, said = judged(stack, receiver.url)
        receiver.came.get(timeout=30)
        kept = asyncio.run(rows(stack.plan.database_url)) | answers(stack, run["id"])
    kept |= {str(path): path.read_bytes() for place in ("runs", "broker") for path in files_below(folder / place)}
    lines = {role: (folder / "logs" / f"{role}.log").read_text().splitlines() for role in ROLES}
    return Seen(run, said, lines, kept)


def judged(stack: Stack, receiver: str) -> tuple[Json, set[str]]:
    headers = {"Authorization": f"Bearer {KEY.text}"}
    with httpx.Client(base_url=stack.plan.url("api"), headers=headers, timeout=60) as http:
        answer = http.post("/v1/asset-packages", files={"file": ("essays.zip", archive())})
        assert answer.status_code == 201, answer.text
        answer = http.post("/v1/runs", json=wish(answer.json()["id"], receiver))
        assert answer.status_code == 202, answer.text
        refused = http.get("/v1/runs", headers={"Authorization": f"Bearer {KEY.text[:-1]}"})
        assert refused.status_code == 401
        run_id = answer.json()["id"]
        for _ in range(LOOKS):
            run: Json = http.get(f"/v1/runs/{run_id}", params={"wait": 5}).json()
            if run["status"] in FINAL:
                break
        verdicts = http.get(f"/v1/runs/{run_id}/comparisons", headers={"Accept": "application/x-ndjson"})
        rows = [json.loads(line) for line in verdicts.text.splitlines()]
        return run, {row["justification"] for row in rows if row["justification"]}


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
    with zipfile.ZipFile(buffer, "w") as made:
        for number, grade in enumerate(("A", "B", "C+", "D-", "F+")):
            essay = f"{SENTENCE} {number}. " * 12
            made.writestr(f"anchor_essays/essay_{number}_{grade}.txt", essay)
    return buffer.getvalue()


def wish(package_id: str, receiver: str) -> Json:
    return {
        "mode": "anchor-align-test",
        "batch_label": "logged",
        "assets": {"package_id": package_id},
        "llm": {"provider": "mock", "model": "latent"},
        "budget": {"max_comparisons": 10},
        "webhook": {"url": receiver, "secret": WEBHOOK_SECRET},
    }


def test_no_line_holds_an_essay_a_judges_text_or_a_secret(seen: Seen) -> None:
    assert seen.run["status"] == "completed"
    assert seen.justifications
    secrets = {*PLANTED.values(), KEY.text, KEY.text[:40], KEY.sha256, WEBHOOK_SECRET, SENTENCE[:30]}
    hidden = secrets | {WEBHOOK_SECRET.removeprefix("whsec_")} | seen.justifications
    found = [(role, line[:300]) for role in ROLES for line in seen.lines[role] for hid in hidden if hid in line]
    assert found == []


def test_no_row_no_file_no_message_and_no_answer_holds_a_secret(seen: Seen) -> None:
    secrets = {*PLANTED.values(), KEY.text, KEY.text[21:60], WEBHOOK_SECRET.removeprefix("whsec_")}
    spelt = {form for secret in secrets for form in (secret.encode(), secret.encode().hex().encode())}
    assert {"runner.runs", "cj.comparisons", "gateway.requests", "content.texts"} <= set(seen.kept)
    assert any(
        SENTENCE.encode() in held or SENTENCE.encode().hex().encode() in held for held in seen.kept.values()
    )
    assert [(place, form) for place, held in seen.kept.items() for form in spelt if form in held] == []


@pytest.mark.parametrize("role", ROLES)
def test_every_line_is_json_that_names_its_service(seen: Seen, role: str) -> None:
    events = seen.events(role)
    assert len(events) > 2
    assert [event for event in events if not {"event", "level", "timestamp", "service.name"} <= set(event)] == []
    assert len({event["service.name"] for event in events}) == 1


@pytest.mark.parametrize("role", ["api", "worker"])
def test_lines_between_start_and_end_of_a_run_carry_its_names(seen: Seen, role: str) -> None:
    about = [event for event in seen.events(role) if is_about(event, seen.run)]
    names = {"run_moved", "runner_execution_complete", "collector_completed", "llm_comparison_hydrated"}
    assert {event["event"] for event in about} >= (names if role == "worker" else {"runner_invocation"})
    lacking = [(event["event"], name) for event in about for name in NAMES if name not in event]
    assert lacking == []
    assert {event["run_id"] for event in about} == {seen.run["id"]}


def is_about(event: Json, run: Json) -> bool:
    return run["id"] in json.dumps(event) or event["event"].startswith(("run_", "runner_", "collector_"))


@pytest.mark.parametrize("role", ["cj", "gateway"])
def test_the_engine_and_the_gateway_name_the_batch(seen: Seen, role: str) -> None:
    batch_uuid = seen.run["batch_uuid"]
    moved = [event for event in seen.events(role) if event["event"] in {"batch_moved", "serial_bundle_dispatch"}]
    assert moved
    for event in moved:
        assert batch_uuid in (event.get("batch_uuid"), *event.get("batch_uuids", ()))
        assert role == "gateway" or event["correlation_id"]
