"""A run over all processes is one trace at the collector, which may die: no run is the worse for it."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.roles.stack import ROLES, ROOT, Stack
from tests.e2e.conftest import started
from tests.e2e.test_logs_of_a_run import (
    ACCESS,
    FINAL,
    KEY,
    LOOKS,
    PLANTED,
    SENTENCE,
    WEBHOOK_SECRET,
    Json,
    archive,
)
from tests.fakes.otlp_collector import LONGEST_WAIT_S, Collector, Seen, collecting
from tests.fakes.webhook_receiver import Came, receiving

pytestmark = pytest.mark.timeout(300)
TRACE, CALLER = "c0ffee" + "5" * 26, "ca11e4" + "0" * 10
SERVICES = {
    "cj_runner",
    "cj_runner_worker",
    "cj_assessment_service",
    "llm_provider_service",
    "content_service",
}
VERDICT, REQUEST = "huleedu.llm_provider.comparison_result.v1", "huleedu.els.cj_assessment.requested.v1"
TOKEN = {"OTEL_EXPORTER_OTLP_HEADERS": "authorization=planted-token-of-the-collector"}


@dataclass(frozen=True)
class Told:
    """Two runs: one while the collector answered, one while it was dead; how the roles ended, what they logged."""

    run: Json
    second: Json
    spans: list[Seen]
    raw: bytes
    justifications: set[str]
    webhook: Came
    codes: dict[str, int]
    lines: dict[str, list[Json]]


@pytest.fixture(scope="module")
def told(new_server_dir: Callable[[], Path]) -> Iterator[Told]:
    folder = new_server_dir()
    with collecting() as collector, receiving() as receiver:
        receiver.may_answer.set()
        with started(folder, PLANTED | ACCESS | sending_to(collector)) as stack, client(stack) as http:
            traced = {"traceparent": f"00-{TRACE}-{CALLER}-01", "tracestate": "vendor=planted-state"}
            run, said = judged(http, receiver.url, traced)
            webhook = receiver.came.get(timeout=30)
            spans = whole(collector)
            collector.answers.clear()
            second, _ = judged(http, receiver.url, {}, comparisons=4)
            codes = {role: stack.ask_to_stop(role) for role in ROLES}
        logs = {role: (folder / "logs" / f"{role}.log").read_text().splitlines() for role in ROLES}
        lines = {role: [json.loads(line) for line in found] for role, found in logs.items()}
        yield Told(run, second, spans, b"".join(collector.raw), said, webhook, codes, lines)


def sending_to(collector: Collector) -> dict[str, str]:
    soon = {"TRACING_EVERY_S": "0.2", "TRACING_TIMEOUT_S": "1", "TRACING_QUEUE_SIZE": "2000"}
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url} | soon | TOKEN


@contextmanager
def client(stack: Stack) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {KEY.text}"}
    with httpx.Client(base_url=stack.plan.url("api"), headers=headers, timeout=60) as http:
        yield http


def wish(package_id: str, receiver: str) -> Json:
    return {
        "mode": "anchor-align-test",
        "batch_label": "traced",
        "assets": {"package_id": package_id},
        "llm": {"provider": "mock", "model": "latent"},
        "budget": {"max_comparisons": 10},
        "webhook": {"url": receiver, "secret": WEBHOOK_SECRET},
    }


def judged(
    http: httpx.Client, receiver: str, traced: dict[str, str], *, comparisons: int = 10
) -> tuple[Json, set[str]]:
    package = http.post("/v1/asset-packages", files={"file": ("essays.zip", archive())})
    wanted = wish(package.json()["id"], f"{receiver}/planted-path") | {"budget": {"max_comparisons": comparisons}}
    answer = http.post("/v1/runs", json=wanted, headers=traced)
    assert answer.status_code == 202, answer.text
    run: Json = answer.json()
    for _ in range(LOOKS):
        run = http.get(f"/v1/runs/{run['id']}", params={"wait": 5}).json()
        if run["status"] in FINAL:
            break
    verdicts = http.get(f"/v1/runs/{run['id']}/comparisons", headers={"Accept": "application/x-ndjson"})
    rows = [json.loads(line) for line in verdicts.text.splitlines()]
    return run, {row["justification"] for row in rows if row["justification"]}


def whole(collector: Collector) -> list[Seen]:
    """Return the spans of the run when the last of them, and every parent of one, is there."""
    collector.wait_for(TRACE, "POST webhook", "cj_runner_worker")
    with collector.news:
        complete = collector.news.wait_for(lambda: not orphans(collector.of_now(TRACE)), LONGEST_WAIT_S)
        assert complete, orphans(collector.of_now(TRACE))
        return collector.of_now(TRACE)


def orphans(spans: list[Seen]) -> list[tuple[str, str]]:
    ids = {span.id for span in spans} | {CALLER}
    return [(span.service, span.name) for span in spans if span.parent not in ids]


def parent_of(told: Told, span: Seen) -> Seen:
    return next(other for other in told.spans if other.id == span.parent)


def named(told: Told, name: str, service: str | None = None) -> list[Seen]:
    return [span for span in told.spans if span.name == name and service in (None, span.service)]


def test_a_run_is_one_trace_over_all_services_from_the_caller_to_the_webhook(told: Told) -> None:
    assert told.run["status"] == "completed"
    assert {span.service for span in told.spans} == SERVICES
    assert [span.name for span in told.spans if span.parent == CALLER] == ["POST /v1/runs"]
    [request] = named(told, f"process {REQUEST}")
    assert parent_of(told, request).name == "run accepted"
    judges = named(told, "chat latent")
    assert len(judges) == told.run["progress"]["comparisons"]["received"] == 10
    assert {parent_of(told, span).name for span in judges} == {"POST /api/v1/comparisons"}
    for service in ("cj_assessment_service", "cj_runner_worker"):
        assert {span.parent for span in named(told, f"process {VERDICT}", service)} == {span.id for span in judges}
    [webhook] = named(told, "POST webhook")
    assert parent_of(told, webhook).name == "run finishing"


def test_the_page_on_traces_names_every_span(told: Told) -> None:
    page = (ROOT / "docs/tracing.md").read_text()
    templates = set(re.findall(r"`([^`]+)`", page[page.index("| span | kind |") : page.index("**Where several")]))
    known = [re.compile(re.sub(r"\\{\w+\\}", "\\\\S+", re.escape(template))) for template in templates]
    assert len(known) > 15
    assert {span.name for span in told.spans if not any(one.fullmatch(span.name) for one in known)} == set()


def test_no_span_lasts_as_long_as_the_run(told: Told) -> None:
    began, ended = min(span.began for span in told.spans), max(span.began for span in told.spans)
    assert max(span.seconds for span in told.spans) < (ended - began) / 1e9


def test_spans_name_the_run_the_batch_and_the_wave(told: Told) -> None:
    [accepted] = named(told, "POST /v1/runs")
    assert accepted.attributes["cj.run.id"] == told.run["id"]
    assert accepted.attributes["cj.run.mode"] == "anchor-align-test"
    batches = [span for span in told.spans if span.name.startswith(("cj batch", "chat", "run "))]
    assert {span.attributes["cj.batch.uuid"] for span in batches} == {told.run["batch_uuid"]}
    waves = {span.attributes.get("cj.wave") for span in named(told, "cj batch sending")}
    assert waves == {span.attributes["cj.wave"] for span in named(told, "chat latent")}
    assert waves >= {1, 2}


def test_calls_of_judges_keep_the_conventions_for_generative_ai(told: Told) -> None:
    for span in named(told, "chat latent"):
        assert (span.kind, span.failed) == ("client", False)
        assert span.attributes["gen_ai.operation.name"] == "chat"
        assert span.attributes["gen_ai.provider.name"] == "mock"
        assert span.attributes["gen_ai.request.model"] == span.attributes["gen_ai.response.model"] == "latent"
        assert span.attributes["gen_ai.response.finish_reasons"] == ["stop"]
        tokens = span.attributes["gen_ai.usage.input_tokens"], span.attributes["gen_ai.usage.output_tokens"]
        assert all(isinstance(count, int) and count > 0 for count in tokens)


def test_requests_and_messages_keep_the_conventions_for_http_and_messaging(told: Told) -> None:
    kinds = {"server": "http.route", "client": "http.request.method", "producer": "messaging.destination.name"}
    kinds["consumer"] = "messaging.destination.name"
    for span in told.spans:
        if span.kind in kinds and not span.name.startswith("chat"):
            assert span.attributes[kinds[span.kind]], span
    for span in told.spans:
        if span.kind == "server":
            assert span.name == f"{span.attributes['http.request.method']} {span.attributes['http.route']}"
            assert parent_of(told, span).kind == "client" if span.parent != CALLER else True


def test_the_receiver_of_a_webhook_can_join_in_and_learns_nothing_else(told: Told) -> None:
    [webhook] = named(told, "POST webhook")
    assert told.webhook.headers["traceparent"] == f"00-{TRACE}-{webhook.id}-01"
    assert "tracestate" not in told.webhook.headers


def test_no_span_holds_an_essay_a_judges_text_or_a_secret(told: Told) -> None:
    assert told.justifications
    hidden = {*PLANTED.values(), KEY.text, KEY.sha256, WEBHOOK_SECRET, SENTENCE[:30], "planted-path"}
    hidden |= told.justifications | {"planted-token-of-the-collector", "zanzibar", "lighthouse"}
    assert [text for text in hidden if text.encode() in told.raw] == []


@pytest.mark.parametrize(
    ("role", "event"), [("api", "runner_invocation"), ("worker", "run_moved"), ("cj", "batch_moved")]
)
def test_lines_of_the_log_name_the_trace(told: Told, role: str, event: str) -> None:
    mine = (told.run["batch_uuid"], event)
    lines = [line for line in told.lines[role] if (line.get("batch_uuid"), line["event"]) == mine]
    assert lines
    assert {line.get("trace_id") for line in lines} == {TRACE}
    assert {line.get("span_id") for line in lines} <= {span.id for span in told.spans}


def test_a_dead_collector_hurts_no_run_and_no_role_and_is_told_of_once(told: Told) -> None:
    assert told.second["status"] == "completed"
    assert set(told.codes.values()) == {0}
    said = {role: [line for line in told.lines[role] if "tracing_export" in line["event"]] for role in ROLES}
    assert {role: len(lines) for role, lines in said.items() if len(lines) > 1} == {}
    assert [line["event"] for line in said["worker"]] == ["tracing_export_failed"]
