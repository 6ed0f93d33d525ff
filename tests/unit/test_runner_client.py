"""The commands' client of the runner: what it sends again, and what refusals become."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from app.cli.retry_http import ATTEMPTS, Retrying
from app.cli.runner_client import RunnerClient
from app.errors import (
    AppError,
    Forbidden,
    Gone,
    InvalidInput,
    NotFound,
    NotReady,
    Unauthorized,
    Unavailable,
    UpstreamRefused,
)
from app.runner.api.example import RUN_ID
from app.runner.api.examples import EXAMPLES
from cj_runner_client import AuthenticatedClient
from cj_runner_client.api.runs import cancel_run, get_run, start_run
from cj_runner_client.models import Assets, Problem, RunRequest, RunStarted, RunView

Handler = Callable[[httpx.Request], httpx.Response]
RUN = EXAMPLES["get_run"].answers[("200", "application/json")]
DONE = EXAMPLES["list_runs"].answers[("200", "application/json")]["items"][0]


@contextmanager
def runner(handler: Handler, sleep: Callable[[float], None] = lambda _: None) -> Iterator[RunnerClient]:
    with RunnerClient("http://runner") as client:
        transport = Retrying(httpx.MockTransport(handler), sleep=sleep)
        with httpx.Client(base_url="http://runner", transport=transport) as http:
            client._http = http
            client.client = AuthenticatedClient("http://runner", "").set_httpx_client(http)
            yield client


def problem(status: int, code: str, **more: object) -> httpx.Response:
    body = {
        "type": f"urn:cj-runner:problem:{code}",
        "title": "No",
        "status": status,
        "detail": "a sentence",
        "instance": "/v1/runs",
        "code": code,
        "way_out": "Do something else.",
        "retryable": False,
        "request_id": "r",
    } | more
    return httpx.Response(status, json=body, headers={"Content-Type": "application/problem+json"})


def test_an_answer_is_typed() -> None:
    with runner(lambda _: httpx.Response(200, json=RUN)) as client:
        run = client.ask(get_run.sync_detailed, RunView, RUN_ID)
    assert (run.id, run.status, run.progress.comparisons.received) == (RUN_ID, "running", 24)
    assert run.request.to_dict()["budget"]["max_comparisons"] == 66


@pytest.mark.parametrize(
    ("status", "code", "kind", "retryable"),
    [
        (404, "not_found", NotFound, False),
        (410, "gone", Gone, False),
        (409, "not_ready", NotReady, True),
        (401, "unauthorized", Unauthorized, False),
        (403, "forbidden", Forbidden, False),
        (422, "a_code_of_tomorrow", InvalidInput, False),
        (429, "rate_limited", Unavailable, True),
        (503, "unavailable", Unavailable, True),
        (500, "internal_error", UpstreamRefused, False),
    ],
)
def test_a_refusal_becomes_our_own_error(status: int, code: str, kind: type[AppError], retryable: bool) -> None:
    said = "a sentence"
    with runner(lambda _: problem(status, code)) as client, pytest.raises(kind, match=said) as raised:
        client.ask(get_run.sync_detailed, RunView, RUN_ID)
    assert type(raised.value) is kind
    assert raised.value.retryable is retryable


def test_a_refusal_names_its_fields() -> None:
    errors = [{"field": "budget.max_comparisons", "pointer": "/budget/max_comparisons", "message": "too few"}]
    request = RunRequest(mode="plan", batch_label="x", assets=Assets("pkg_1"))
    with (
        runner(lambda _: problem(422, "invalid_input", errors=errors)) as client,
        pytest.raises(InvalidInput, match=r"budget\.max_comparisons: too few") as raised,
    ):
        client.ask(start_run.sync_detailed, RunStarted, body=request)
    assert raised.value.problems[0].field == "budget.max_comparisons"


@pytest.mark.parametrize("answer", [httpx.Response(200, text="<html>"), httpx.Response(200, json={"hello": 1})])
def test_another_service_is_found_out(answer: httpx.Response) -> None:
    with runner(lambda _: answer) as client, pytest.raises(UpstreamRefused, match="is it the right service"):
        client.ask(get_run.sync_detailed, RunView, RUN_ID)


@pytest.mark.parametrize(("status", "kind"), [(418, UpstreamRefused), (502, Unavailable)])
def test_a_refusal_that_is_no_problem_document_is_shown_as_it_is(status: int, kind: type[AppError]) -> None:
    proxy = httpx.Response(status, text="nginx")
    with runner(lambda _: proxy) as client, pytest.raises(kind, match=f"status {status}: nginx"):
        client.ask(get_run.sync_detailed, RunView, RUN_ID)


def test_a_read_is_sent_again_as_the_server_asks() -> None:
    answers = [
        httpx.Response(503, headers={"Retry-After": "2"}),
        httpx.Response(429, headers={"Retry-After": "3600"}),
        httpx.Response(200, json=RUN),
    ]
    pauses: list[float] = []
    with runner(lambda _: answers.pop(0), pauses.append) as client:
        assert client.ask(get_run.sync_detailed, RunView, RUN_ID).id == RUN_ID
    assert pauses == [2.0, 5.0]


def test_a_write_is_sent_again_only_with_a_key() -> None:
    calls: list[str | None] = []

    def busy(request: httpx.Request) -> httpx.Response:
        calls.append(request.headers.get("Idempotency-Key"))
        return problem(503, "unavailable")

    request = RunRequest(mode="plan", batch_label="x", assets=Assets("pkg_1"))
    with runner(busy) as client:
        with pytest.raises(Unavailable):
            client.ask(cancel_run.sync_detailed, RunView, RUN_ID)
        assert calls == [None]
        calls.clear()
        with pytest.raises(Unavailable):
            client.ask(start_run.sync_detailed, RunStarted, body=request, idempotency_key="k")
    assert calls == ["k"] * ATTEMPTS


def test_what_found_no_listener_is_sent_again_and_what_broke_midway_is_not() -> None:
    tried: list[str] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        tried.append(request.url.path)
        raise httpx.ConnectError("refused") if "run_a" in request.url.path else httpx.ReadError("cut")

    with runner(refuse) as client:
        for run_id, times in (("run_a", ATTEMPTS), ("run_b", 1)):
            tried.clear()
            with pytest.raises(Unavailable, match="is the service running"):
                client.ask(cancel_run.sync_detailed, RunView, run_id)
            assert len(tried) == times


def test_watching_waits_at_the_service_and_yields_each_change_once() -> None:
    seen: list[tuple[str, str | None]] = []
    answers = [
        httpx.Response(200, json=RUN, headers={"ETag": '"1"'}),
        httpx.Response(304, headers={"ETag": '"1"'}),
        httpx.Response(200, json=DONE, headers={"ETag": '"2"'}),
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.params["wait"], request.headers.get("If-None-Match")))
        return answers[len(seen) - 1]

    with runner(answer) as client:
        assert [run.status for run in client.watch(RUN_ID, deadline_s=60, pause_s=0)] == ["running", "completed"]
    assert seen == [("0", None), ("20", '"1"'), ("20", '"1"')]


def test_watching_ends_at_its_deadline() -> None:
    always = httpx.Response(200, json=RUN, headers={"ETag": '"1"'})
    with runner(lambda _: always) as client, pytest.raises(Unavailable, match="still running after -1 s"):
        list(client.watch(RUN_ID, deadline_s=-1, pause_s=0))


def test_the_problem_of_the_generated_client_is_the_one_that_is_answered() -> None:
    with runner(lambda _: problem(404, "not_found")) as client:
        answer = get_run.sync_detailed(RUN_ID, client=client.client)
    assert isinstance(answer.parsed, Problem)
    assert answer.parsed.code == "not_found"
