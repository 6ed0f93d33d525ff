"""The front of a service: shares of callers, origins, headers for browsers, who forwarded a request."""

from collections import Counter
from typing import Any

import httpx
import pytest
import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.edge import health, problem_pages, problems
from app.edge.access import Caller
from app.edge.bodies import Rule
from app.edge.callers import address_of, share_of
from app.edge.front import UPLOAD, Front, protect
from app.edge.rates import Policy, Streams
from app.settings import HttpSettings, RunnerHttpSettings

Headers = dict[str, str]


class Named:
    """A guard that takes everybody at their word."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        who = dict(scope["headers"]).get(b"x-who")
        if who is not None:
            scope["state"]["caller"] = Caller(who.decode(), "org", frozenset())
        await self._app(scope, receive, send)


def application(logged: list[Any] | None = None, **settings: Any) -> FastAPI:
    app = FastAPI()
    answers = problems.install(app, service="tests")
    app.include_router(health.routes("tests", {}))
    app.include_router(problem_pages.routes())

    @app.api_route("/thing", methods=["GET", "POST"])
    async def thing() -> dict[str, str]:
        if logged is not None:
            logged.append(structlog.contextvars.get_contextvars().get("request_id"))
        return {}

    @app.post("/upload")
    async def upload(request: Request) -> int:
        return len(await request.body())

    @app.get("/own")
    async def own() -> Response:
        return Response("x", headers={"Cache-Control": "max-age=5", "X-Frame-Options": "SAMEORIGIN"})

    @app.get("/tagged")
    async def tagged() -> Response:
        return Response("x", headers={"ETag": '"x"'})

    http = HttpSettings.model_construct(**settings)
    protect(app, answers, Front(http, {"/upload": Rule(1000, UPLOAD)}, [Middleware(Named)]))
    return app


class Client:
    def __init__(self, app: FastAPI, address: str = "192.0.2.1") -> None:
        self.transport = httpx.ASGITransport(app, client=(address, 1))

    async def __call__(self, method: str, path: str, **sent: Any) -> httpx.Response:
        async with httpx.AsyncClient(transport=self.transport, base_url="http://x") as client:
            return await client.request(method, path, **sent)


async def test_a_share_is_used_up_told_and_refused() -> None:
    ask = Client(application(reads_per_minute=3))
    answers = [await ask("GET", "/thing") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"reads";q=3;w=60'}
    assert answers[3].json()["code"] == "rate_limited"
    assert 1 <= int(answers[3].headers["retry-after"]) <= 120
    assert answers[3].headers["retry-after"] == answers[3].headers["ratelimit"].split("t=")[1]


async def test_reads_writes_and_uploads_count_apart_and_health_not_at_all() -> None:
    ask = Client(application(reads_per_minute=1, writes_per_minute=1, uploads_per_minute=1))
    form = {"files": {"file": ("a", b"x")}}
    for method, path, sent in (("GET", "/thing", {}), ("POST", "/thing", {}), ("POST", "/upload", form)):
        assert (await ask(method, path, **sent)).status_code == 200
        assert (await ask(method, path, **sent)).status_code == 429
    for path in ("/healthz", "/readyz", "/metrics"):
        answers = [await ask("GET", path) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert "ratelimit" not in answers[0].headers


async def test_an_address_that_does_not_exist_counts_as_well() -> None:
    ask = Client(application(reads_per_minute=1))
    assert [(await ask("GET", "/nowhere")).status_code for _ in range(2)] == [404, 429]


async def test_each_caller_has_a_share_wherever_it_calls_from() -> None:
    app = application(reads_per_minute=1)
    here, there = Client(app, "192.0.2.1"), Client(app, "192.0.2.2")
    assert (await here("GET", "/thing", headers={"X-Who": "a"})).status_code == 200
    assert (await there("GET", "/thing", headers={"X-Who": "a"})).status_code == 429
    assert (await here("GET", "/thing", headers={"X-Who": "b"})).status_code == 200
    assert (await here("GET", "/thing")).status_code == 200
    assert (await there("GET", "/thing")).status_code == 200


async def test_nothing_is_counted_where_rates_are_off() -> None:
    assert "ratelimit" not in (await Client(application())("GET", "/thing")).headers


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.at = 6_000_000.0

    def __call__(self) -> float:
        return self.at


@given(st.lists(st.floats(0, 40), min_size=1, max_size=60), st.integers(1, 6))
def test_after_the_wait_that_a_refusal_names_there_is_room_again(pauses: list[float], most: int) -> None:
    clock = Clock()
    policy = Policy("reads", most, clock)
    for pause in pauses:
        clock.at += pause
        standing = policy.take("a")
        assert 0 <= standing.left < most
        if not standing.fits:
            clock.at += standing.more_in_s
            assert policy.take("a").fits


@given(st.lists(st.floats(0, 20), min_size=1, max_size=60), st.integers(1, 6))
def test_no_minute_of_the_clock_has_more_than_its_share(pauses: list[float], most: int) -> None:
    clock = Clock()
    policy, taken = Policy("reads", most, clock), list[float]()
    for pause in pauses:
        clock.at += pause
        if policy.take("a").fits:
            taken.append(clock.at // 60)
    assert max(Counter(taken).values()) <= most


def test_a_burst_over_the_turn_of_a_minute_is_one_burst() -> None:
    clock = Clock()
    policy = Policy("reads", 10, clock)
    clock.at += 59
    assert all(policy.take("a").fits for _ in range(10))
    clock.at += 2
    assert not policy.take("a").fits


def test_shares_that_nobody_uses_are_forgotten() -> None:
    clock = Clock()
    policy = Policy("reads", 10, clock)
    for number in range(100):
        policy.take(str(number))
    clock.at += 180
    policy.take("a")
    assert set(policy._shares) == {"a"}


def test_open_streams_are_given_back() -> None:
    streams = Streams(2)
    with streams.one("a"), streams.one("b"):
        with streams.one("a"), pytest.raises(Exception, match="hold open 2"), streams.one("a"):
            pass
        with streams.one("a"):
            pass
    assert not streams._open


@pytest.mark.parametrize("how", [{"headers": {"Accept": "text/event-stream"}}, {"params": {"wait": 30}}])
async def test_one_stream_too_many_is_refused_and_plain_requests_are_not(how: dict[str, Any]) -> None:
    app = FastAPI()
    answers = problems.install(app, service="tests")
    inner: list[httpx.Response] = []

    @app.get("/thing")
    async def thing() -> None:
        if not inner:
            inner.append(await ask("GET", "/thing", **how))
            inner.append(await ask("GET", "/thing"))

    protect(app, answers, Front(HttpSettings.model_construct(streams_per_caller=1)))
    ask = Client(app)
    assert (await ask("GET", "/thing", **how)).status_code == 200
    assert [answer.status_code for answer in inner] == [429, 200]
    assert (inner[0].json()["code"], inner[0].headers["retry-after"]) == ("too_many_streams", "5")
    assert (await ask("GET", "/thing", **how)).status_code == 200


def scope(client: str, forwarded: str | None = None) -> Scope:
    headers = [] if forwarded is None else [(b"x-forwarded-for", forwarded.encode())]
    return {"type": "http", "client": (client, 5), "headers": headers, "state": {}}


@pytest.mark.parametrize(
    ("client", "forwarded", "found"),
    [
        ("203.0.113.9", "192.0.2.1", "203.0.113.9"),
        ("10.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "1.1.1.1, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
        ("10.0.0.1", "192.0.2.1:4711", "192.0.2.1"),
        ("10.0.0.1", "rubbish, 10.0.0.7", "10.0.0.7"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_who_forwarded_is_believed_as_far_as_it_is_ours(client: str, forwarded: str | None, found: str) -> None:
    ours = RunnerHttpSettings(trusted_proxies="10.0.0.0/8").trusted_proxies
    assert str(address_of(scope(client, forwarded), ours)) == found
    assert str(address_of(scope(client, forwarded), ())) == client.removeprefix("::ffff:")


def test_addresses_of_one_site_share() -> None:
    one, other = share_of(scope("2001:db8::1"), ()), share_of(scope("2001:db8::ffff"), ())
    assert one == other != share_of(scope("2001:db8:0:1::1"), ())


async def test_every_answer_has_a_request_id_that_its_log_lines_have() -> None:
    logged: list[Any] = []
    ask = Client(application(logged))
    given = (await ask("GET", "/thing", headers={"X-Request-Id": "mine"})).headers["x-request-id"]
    made = (await ask("GET", "/thing")).headers["x-request-id"]
    assert [given, made] == logged
    assert given == "mine"
    assert "request_id" not in structlog.contextvars.get_contextvars()


async def test_headers_for_browsers_are_on_every_answer_unless_the_route_has_its_own() -> None:
    ask = Client(application())
    for path in ("/thing", "/nowhere", "/own", "/docs", "/problems/gone"):
        found = (await ask("GET", path)).headers
        assert found["x-content-type-options"] == "nosniff"
        assert found["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in found["content-security-policy"]
        assert "strict-transport-security" not in found
    own, tagged = (await ask("GET", "/own")).headers, (await ask("GET", "/tagged")).headers
    assert (own["cache-control"], own["x-frame-options"]) == ("max-age=5", "SAMEORIGIN")
    assert tagged["cache-control"] == "private, no-cache"
    assert (await ask("GET", "/thing")).headers["cache-control"] == "no-store"
    behind = await Client(application(behind_tls=True))("GET", "/thing")
    assert behind.headers["strict-transport-security"].startswith("max-age=")


async def test_no_origin_is_let_in_unless_it_is_named() -> None:
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    shut = await Client(application())("OPTIONS", "/thing", headers=asked)
    assert (shut.status_code, shut.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    ask = Client(application(cors_origins=("https://a.example",)))
    let_in = await ask("OPTIONS", "/thing", headers=asked)
    assert let_in.headers["access-control-allow-origin"] == "https://a.example"
    refused = await ask("GET", "/nowhere", headers=asked)
    assert refused.headers["access-control-allow-origin"] == "https://a.example"
    assert "X-Request-Id" in refused.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in refused.headers
    other = await ask("GET", "/thing", headers={"Origin": "https://b.example"})
    assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize("origins", ["*", "a.example", "https://a.example/", "https://a.example/path", "null"])
def test_what_is_no_origin_is_refused_at_the_start(origins: str) -> None:
    with pytest.raises(ValidationError, match="is no origin"):
        RunnerHttpSettings(cors_origins=origins)


def test_lists_come_from_the_environment_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNNER_CORS_ORIGINS", "https://a.example, http://localhost:3000")
    monkeypatch.setenv("RUNNER_TRUSTED_PROXIES", "10.0.0.0/8,192.0.2.7")
    settings = RunnerHttpSettings()
    assert settings.cors_origins == ("https://a.example", "http://localhost:3000")
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "192.0.2.7/32"]


async def test_each_code_has_a_page_and_each_problem_leads_to_its_own() -> None:
    ask = Client(application())
    refused = await ask("GET", "/nowhere")
    where = refused.headers["link"].removeprefix("<").split(">")[0]
    page = await ask("GET", where)
    assert refused.json()["type"] in page.text
    assert refused.json()["way_out"][:20] in page.text
    assert 'href="/problems/gone"' in (await ask("GET", "/problems")).text
    assert (await ask("GET", "/problems/<script>")).status_code == 404


def test_an_address_that_is_written_out_takes_no_method_of_one_with_an_id() -> None:
    app, router = FastAPI(), APIRouter(prefix="/things")
    for path, method in (("/fresh", "POST"), ("/{thing_id}", "GET"), ("/{thing_id}", "DELETE")):
        router.add_api_route(path, lambda: None, methods=[method])
    app.include_router(router)
    found = [
        problems.methods_of(app.routes, {"type": "http", "path": f"/things/{name}"}) for name in ("fresh", "x")
    ]
    assert found == [["OPTIONS", "POST"], ["DELETE", "GET", "HEAD", "OPTIONS"]]
