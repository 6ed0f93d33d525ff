"""Traces: off by default, carried on between processes, met by links, and without what people wrote."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import StreamingResponse
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider
from pydantic import ValidationError

from app.__main__ import ROLES
from app.edge import problems
from app.edge.answers import Answers
from app.edge.client_http import asked
from app.edge.front import Front, protect
from app.errors import Conflict
from app.messaging.bus import Outgoing, Record
from app.messaging.traced import handling, sent
from app.roles.stack import ROOT
from app.settings import TracingSettings
from app.telemetry import tracing
from app.telemetry.tracing.otlp import sampler
from app.telemetry.tracing.sdk import OpenTelemetry
from tests.fakes.kept_spans import Kept, header, keeping, linked, trace_of

ONE, OTHER = "1" * 32, "2" * 32
WITHOUT = "import sys; sys.modules['opentelemetry.sdk'] = sys.modules['opentelemetry.exporter'] = None; "


@pytest.fixture
def kept() -> Iterator[Kept]:
    with keeping() as found:
        yield found


def python(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=inherited | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_traces_are_off_where_nobody_asked_for_them() -> None:
    assert not TracingSettings().is_on
    with tracing.span("work", parent=header(ONE)) as opened:
        assert (opened.carried(), tracing.current(), dict(tracing.ids())) == ({}, {}, {})
        assert tracing.carried(header(ONE)) == {}


@pytest.mark.parametrize(
    ("given_settings", "is_on", "address"),
    [
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318/"}, True, "http://c:4318/v1/traces"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c/in"}, True, "http://c/in"),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True, "http://localhost:4318/v1/traces"),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c"}, False, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False, None),
    ],
)
def test_an_endpoint_turns_traces_on_and_none_turns_them_off(
    given_settings: dict[str, str], is_on: bool, address: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given_settings.items():
        monkeypatch.setenv(name, value)
    settings = TracingSettings()
    assert settings.is_on is is_on
    assert address is None or settings.address == address


def test_headers_of_the_collector_are_pairs_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Basic%20c2VjcmV0,x-scope=me")
    assert TracingSettings().header_pairs() == {"authorization": "Basic c2VjcmV0", "x-scope": "me"}
    assert "c2Vj" not in repr(TracingSettings())
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "planted-secret")
    with pytest.raises(ValidationError) as refused:
        TracingSettings()
    assert "pairs" in str(refused.value)


def test_every_role_and_the_command_line_are_imported_without_the_extra() -> None:
    names = ", ".join(f"app.roles.{role}" for role in ROLES)
    done = python(f"{WITHOUT}import {names}, app.cli.main; print('imported')")
    assert done.stdout == "imported\n", done.stderr


def test_a_role_that_is_to_trace_without_the_extra_says_what_to_install() -> None:
    code = WITHOUT + "from app.__main__ import main; sys.exit(main(['content']))"
    done = python(code, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:4318")
    assert done.returncode == 3
    assert "pip install 'cj-runner[otel]'" in done.stderr
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in done.stderr


def test_a_trace_goes_on_from_what_was_carried(kept: Kept) -> None:
    with tracing.span("first") as first:
        carried = first.carried()
    with tracing.span("second", parent=json.loads(json.dumps(carried))):
        pass
    first_span, second = kept.one("first"), kept.one("second")
    assert second.parent is not None
    assert (second.context.trace_id, second.parent.span_id) == (
        first_span.context.trace_id,
        first_span.context.span_id,
    )


@pytest.mark.parametrize(
    "carried",
    [
        {},
        {"traceparent": "garbage"},
        {"traceparent": f"00-{'0' * 32}-{'b' * 16}-01"},
        {"traceparent": f"ff-{ONE}-{'b' * 16}-01"},
        {"traceparent": f"00-{ONE.upper()}-xyz-01", "tracestate": "\x00=,,="},
    ],
)
def test_what_cannot_be_read_begins_a_new_trace(kept: Kept, carried: Mapping[str, str]) -> None:
    with tracing.span("around"), tracing.span("work", parent=carried, links=[carried]):
        pass
    work = kept.one("work")
    assert work.parent is None
    assert not work.links
    assert work.context.trace_id != kept.one("around").context.trace_id


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_header_is_ever_a_failure(traceparent: str, tracestate: str) -> None:
    tracer = OpenTelemetry(TracerProvider(shutdown_on_exit=False), "test")
    with tracer.open(
        tracing.Opening("work", parent={"traceparent": traceparent, "tracestate": tracestate})
    ) as one:
        assert tracing.trace_of(one.carried()) is not None


def test_an_error_is_noted_by_its_kind_and_not_by_its_words(kept: Kept) -> None:
    with pytest.raises(Conflict), tracing.span("work"):
        raise Conflict("the essay says: planted sentence")
    span = kept.one("work")
    assert span.attributes == {"error.type": "conflict"}
    assert not span.status.is_ok
    assert "planted" not in kept.text()


def test_an_event_of_one_run_does_not_get_into_the_trace_of_another(kept: Kept) -> None:
    with tracing.span("work", parent=header(ONE)) as opened:
        assert tracing.carried(header(ONE)) == opened.carried()
        assert tracing.carried(header(OTHER)) == header(OTHER)
        assert tracing.carried(None) == opened.carried()
    assert len(kept.named("work")) == 1


def record(headers: dict[str, str], offset: int = 0) -> Record:
    return Record("topic", 0, offset, None, b"", headers)


def test_of_the_headers_of_a_message_only_those_of_its_trace_are_carried_on(kept: Kept) -> None:
    del kept
    others = {"event_id": "e-1", "source_service": "stranger"}
    with tracing.span("work", parent=header(ONE)):
        found = tracing.carried(header(OTHER) | {"tracestate": "vendor=1"} | others)
        assert found == header(OTHER) | {"tracestate": "vendor=1"}
        assert tracing.carried(header(OTHER) | {"tracestate": "v" * 600}) == header(OTHER)


def test_a_message_is_handled_in_its_own_trace(kept: Kept) -> None:
    with handling([record(header(ONE) | {"event_id": "e-1"})]):
        assert tracing.trace_of(tracing.current()) == ONE
    span = kept.one("process topic")
    assert span.attributes is not None
    assert span.attributes["messaging.message.id"] == "e-1"
    assert span.attributes["messaging.destination.name"] == "topic"
    assert span.kind.name == "CONSUMER"


def test_messages_of_several_traces_meet_by_links_and_have_no_false_parent(kept: Kept) -> None:
    with handling([record(header(ONE)), record(header(OTHER), 1), record({}, 2)]):
        pass
    together = kept.one("process batch topic")
    assert together.parent is None
    assert linked(together) == {ONE, OTHER}
    traces = [trace_of(span) for span in kept.named("process topic")]
    assert {ONE, OTHER} < set(traces)
    assert len(set(traces)) == 3


def test_messages_of_one_trace_are_handled_in_it(kept: Kept) -> None:
    with handling([record(header(ONE, "a" * 16)), record(header(ONE, "c" * 16), 1)]):
        pass
    together = kept.one("process batch topic")
    assert trace_of(together) == ONE
    assert linked(together) == {ONE}


def test_a_message_is_sent_in_the_trace_that_it_kept(kept: Kept) -> None:
    since = datetime(2026, 1, 2, tzinfo=UTC)
    sent([Outgoing("topic", None, b"", header(ONE)), Outgoing("topic", None, b"", {})], since)
    span = kept.one("send topic")
    assert trace_of(span) == ONE
    assert span.start_time == int(since.timestamp()) * 10**9


def application() -> FastAPI:
    app = FastAPI()
    router = APIRouter()

    @router.get("/v1/runs/{run_id}")
    async def one(run_id: str) -> str:
        return tracing.trace_of(tracing.current()) or run_id

    @router.get("/stream")
    async def stream() -> StreamingResponse:
        async def pieces() -> Any:
            yield f"data: {len(tracing.current())}\n\n"

        return StreamingResponse(pieces(), media_type="text/event-stream")

    @router.get("/breaks")
    async def breaks() -> None:
        raise RuntimeError("planted sentence")

    app.include_router(router)
    answers: Answers = problems.install(app, service="tests")
    protect(app, answers, Front())
    return app


async def get(path: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(application())
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        return await client.get(path, headers=headers)


async def test_a_request_is_part_of_its_callers_trace_and_named_by_its_route(kept: Kept) -> None:
    answer = await get("/v1/runs/run_1?token=planted", **header(ONE))
    assert answer.json() == ONE
    span = kept.one("GET /v1/runs/{run_id}")
    assert span.attributes == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.route": "/v1/runs/{run_id}",
        "url.scheme": "http",
        "url.path": "/v1/runs/run_1",
        "cj.run.id": "run_1",
    }
    assert "planted" not in kept.text()


async def test_an_address_that_may_be_a_text_is_not_noted(kept: Kept) -> None:
    await get("/v1/runs/planted%20sentence of an essay")
    await get("/planted/gone%C3%A5")
    assert len(kept.named("GET /v1/runs/{run_id}")) == 1
    assert "planted" not in kept.text()


async def test_probes_leave_no_spans_and_a_broken_route_a_failed_one(kept: Kept) -> None:
    await get("/healthz")
    answer = await get("/breaks")
    assert answer.status_code == 500
    span = kept.one("GET /breaks")
    assert span.attributes is not None
    assert span.attributes["error.type"] == "500"
    assert "planted" not in kept.text()
    assert kept.named("GET") == []


async def test_a_stream_ends_its_span_with_its_first_byte(kept: Kept) -> None:
    answer = await get("/stream")
    assert answer.text == "data: 1\n\n"
    assert len(kept.named("GET /stream")) == 1


def test_of_an_address_that_is_called_the_query_is_left_out(kept: Kept) -> None:
    del kept
    assert asked("GET", "https://me:pass@h.example/a/b?key=secret")["url.full"] == "https://h.example:443/a/b"
    hidden = asked("POST", "http://h.example:81/hook/secret", with_path=False)
    assert hidden["url.full"] == "http://h.example:81/REDACTED"


@pytest.mark.parametrize(
    ("name", "records"),
    [("always_on", True), ("always_off", False), ("parentbased_always_on", False), ("traceidratio", True)],
)
def test_samplers_have_the_names_of_the_specification(name: str, records: bool) -> None:
    chosen = sampler(TracingSettings.model_validate({"sampler": name, "sampler_ratio": 1.0}))
    provider = TracerProvider(sampler=chosen, shutdown_on_exit=False)
    opening = tracing.Opening("work", parent=header(ONE, flags="00"))
    with OpenTelemetry(provider, "test").open(opening) as opened:
        assert opened.carried()["traceparent"].startswith(f"00-{ONE}-")
        assert opened.carried()["traceparent"].endswith("1") is records
