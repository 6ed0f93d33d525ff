"""Names of a run that other processes send are for log lines only, and no one else's words stand there."""

import httpx
import pytest
import structlog
from fastapi import FastAPI
from structlog.testing import LogCapture

from app.edge import problems
from app.edge.client_http import HttpClient, excerpt
from app.edge.front import Front, protect
from app.errors import AppError, Unavailable, UpstreamRefused
from app.telemetry.context import bound
from app.telemetry.run_names import LONGEST_HEADER, as_baggage, of_baggage, sent_names
from app.telemetry.tracebacks import message_of, rendered

RUN = {"run_id": "run_1", "batch_id": "Årskurs 9, hösten=1; a,b", "runner_mode": "execute"}
ESSAY = "Zanzibar's quiet lighthouse keeper polished forty-one brass lenses. " * 9


def test_names_come_out_of_the_header_as_they_went_in() -> None:
    header = as_baggage(RUN | {"request_id": "r", "batch_uuid": None})
    assert header is not None
    assert header.isascii()
    assert of_baggage(header) == RUN


@pytest.mark.parametrize(
    "value",
    [
        "",
        "run_id",
        "run_id=",
        "run_id=a%0ab",
        "run_id=%1b[2J",
        f"run_id={'x' * 65}",
        "other=x",
        "=,;,=;",
        "run_id=%ff%00",
    ],
)
def test_a_header_that_holds_no_plain_name_names_nothing(value: str) -> None:
    assert of_baggage(value) == {}


def test_a_header_that_is_too_long_is_not_read() -> None:
    assert of_baggage("run_id=run_1," + "x" * LONGEST_HEADER) == {}


@pytest.mark.parametrize(
    "metadata", [None, [], "run_id", {"run_id": 1}, {"run_id": "a\nb"}, {"batch_label": "x" * 256}]
)
def test_metadata_without_plain_names_names_nothing(metadata: object) -> None:
    assert sent_names(metadata) == {}


def service(*, from_neighbours: bool) -> FastAPI:
    app = FastAPI()
    answers = problems.install(app, service="x")

    @app.post("/names")
    async def names() -> dict[str, object]:
        return dict(structlog.contextvars.get_contextvars())

    protect(app, answers, Front(from_neighbours=from_neighbours))
    return app


@pytest.mark.parametrize(("from_neighbours", "found"), [(True, RUN), (False, {})])
async def test_a_service_behind_the_runner_hears_for_which_run_it_is_called(
    from_neighbours: bool, found: dict[str, str]
) -> None:
    transport = httpx.ASGITransport(service(from_neighbours=from_neighbours))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        answer = await http.post("/names", headers={"baggage": as_baggage(RUN) or ""})
    names = answer.json()
    assert names.pop("request_id") == answer.headers["X-Request-Id"]
    assert names == found


async def test_a_call_to_a_neighbour_says_for_which_run_it_is() -> None:
    told: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        told.append(request.headers.get("baggage"))
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        client = HttpClient(http, "cj")
        await client.call("GET", "http://cj/")
        with bound(**RUN):
            await client.call("GET", "http://cj/")
        with bound(**RUN):
            await HttpClient(http, "the identity service", ours=False).call("GET", "http://login.test/")
    assert told == [None, as_baggage(RUN), None]


async def answered(status: int, body: object) -> AppError:
    """Return the error of a call that sent an essay and was answered so."""
    reply = httpx.Response(status, json=body) if isinstance(body, dict) else httpx.Response(status, text=str(body))
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: reply)) as http:
        client = HttpClient(http, "cj", attempts=1)
        try:
            return client.refused(await client.call("POST", "http://cj/x", json={"text": ESSAY}), "take a text")
        except Unavailable as error:
            return error


@pytest.mark.parametrize("status", [422, 500])
@pytest.mark.parametrize("body", [ESSAY, {"detail": f"cannot take {ESSAY}"}, {"error": {"message": ESSAY[7:]}}])
async def test_a_neighbour_that_repeats_an_essay_is_not_quoted(status: int, body: object) -> None:
    error = await answered(status, body)
    assert error.quoted == "(it repeats what it was sent)"
    assert "lighthouse" not in error.detail


async def test_a_neighbour_s_own_sentence_is_for_the_owner_and_not_for_the_log() -> None:
    error = await answered(422, {"detail": "the field\n\x1b[31m`grade` is \u202eno grade", "input": ESSAY})
    assert error.detail.startswith("cj refused to take a text: status 422: the field")
    assert error.detail.isprintable()
    assert error.said == str(error) == "cj refused to take a text: status 422"


def test_a_long_answer_is_cut_and_one_without_a_request_s_words_is_shown() -> None:
    request = httpx.Request("GET", "http://x")
    assert excerpt(httpx.Response(500, text="<p>Bad  gateway</p>", request=request)) == "<p>Bad gateway</p>"
    assert len(excerpt(httpx.Response(500, text="no " * 900, request=request))) == 200


async def test_the_log_line_of_a_failed_call_has_our_words_only() -> None:
    app, capture = FastAPI(), LogCapture()
    structlog.configure(processors=[capture])
    try:
        protect(app, problems.install(app, service="x"), Front())

        @app.get("/")
        async def fail() -> None:
            raise UpstreamRefused("cj refused", quoted="a secret of cj")

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as http:
            answer = await http.get("/")
    finally:
        structlog.reset_defaults()
    assert answer.json()["detail"] == "cj refused: a secret of cj"
    assert [entry["detail"] for entry in capture.entries if entry["event"] == "request_failed"] == ["cj refused"]


def test_a_traceback_says_where_and_of_which_kind_without_what_is_quoted() -> None:
    try:
        try:
            float(ESSAY)
        except ValueError as error:
            raise ExceptionGroup("several", [error, UpstreamRefused("cj refused", quoted=ESSAY)]) from error
    except ExceptionGroup as error:
        text = rendered(error)
    assert "lighthouse" not in text
    assert text.count("ValueError: could not convert string to float: (left out)") == 2
    assert "app.errors.UpstreamRefused: cj refused" in text
    assert "test_log_names.py" in text


def test_a_message_is_short_whatever_it_says() -> None:
    assert len(message_of(RuntimeError(ESSAY * 9))) == 200
