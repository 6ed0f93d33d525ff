"""Bodies at the door: kind, size, pace, depth, and what is no JSON."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, UploadFile
from hypothesis import given
from hypothesis import strategies as st

from app.contracts.depth import depth
from app.edge import problems
from app.edge.bodies import Rule
from app.edge.front import UPLOAD, Front, protect
from app.errors import AppError
from app.settings import HttpSettings

SMALL = HttpSettings.model_construct(body_max_bytes=1024, body_max_depth=8, body_patience_s=0.2)
JSON = {"Content-Type": "application/json"}


def application(seen: list[int]) -> FastAPI:
    app = FastAPI()
    answers = problems.install(app, service="tests")

    @app.post("/json")
    async def as_json(body: dict[str, Any]) -> int:
        seen.append(len(body))
        return len(body)

    @app.post("/upload")
    async def upload(file: UploadFile) -> int:
        seen.append(len(await file.read()))
        return seen[-1]

    @app.post("/text")
    async def text(request: Request) -> int:
        seen.append(len(await request.body()))
        return seen[-1]

    protect(app, answers, Front(SMALL, {"/upload": Rule(4096, UPLOAD), "/text": Rule(2048, kinds=())}))
    return app


class Door:
    def __init__(self) -> None:
        self.seen: list[int] = []
        self.app = application(self.seen)

    async def post(self, path: str, **sent: Any) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://x") as client:
            return await client.post(path, **sent)


@pytest.fixture
def door() -> Door:
    return Door()


async def pieces(count: int, size: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * size


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/json", {"content": b'{"a": "' + b"x" * 2000 + b'"}', "headers": JSON}),
        ("/json", {"content": pieces(20, 100), "headers": JSON}),
        ("/json", {"content": b"{}", "headers": JSON | {"Content-Length": "9" * 30}}),
        ("/upload", {"files": {"file": ("a.txt", b"x" * 5000)}}),
        ("/text", {"content": pieces(30, 100)}),
        ("/text", {"content": b"x" * 2049}),
    ],
)
async def test_what_is_too_large_is_refused_with_the_limit_however_it_comes(
    door: Door, path: str, sent: dict[str, Any]
) -> None:
    answer = await door.post(path, **sent)
    most = {"/json": 1024, "/upload": 4096, "/text": 2048}[path]
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert str(most) in answer.json()["detail"]
    assert door.seen == []


async def test_what_is_within_its_limit_comes_through_whole(door: Door) -> None:
    await door.post(
        "/json", content=b'{"a": 1}', headers={"Content-Type": "application/merge+json; charset=utf-8"}
    )
    await door.post("/upload", files={"file": ("a.txt", b"x" * 3000)})
    await door.post("/text", content=pieces(20, 100))
    assert door.seen == [1, 3000, 2000]


@pytest.mark.parametrize(
    ("path", "kind", "wanted"),
    [
        ("/json", "text/plain", "application/json"),
        ("/json", None, "application/json"),
        ("/json", "application/x-www-form-urlencoded", "application/json"),
        ("/upload", "application/zip", "multipart/form-data"),
    ],
)
async def test_another_kind_of_body_is_refused_with_what_is_taken(
    door: Door, path: str, kind: str | None, wanted: str
) -> None:
    answer = await door.post(path, content=b"{}", headers={"Content-Type": kind} if kind else {})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert wanted in answer.json()["detail"]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b'{"a": NaN}', "offset 6"),
        (b'{"a": Infinity}', "offset 6"),
        (b'{"a": 1e999}', "offset 6"),
        (b'{"a": 1,}', "offset 7"),
        (b'{"a": "\xff"}', "offset"),
        (b"\xef\xbb\xbf{}", "offset 0"),
        (b"[" * 9 + b"]" * 9, "8 levels"),
        (b"[" * 1000, "8 levels"),
        (b'{"a":' * 200, "8 levels"),
    ],
)
async def test_what_is_no_json_is_refused_with_its_place(door: Door, sent: bytes, told: str) -> None:
    answer = await door.post("/json", content=sent, headers=JSON)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]
    assert answer.json()["errors"][0]["pointer"] == ""


async def test_brackets_in_strings_are_no_depth(door: Door) -> None:
    text = '{"a": "' + "[" * 100 + '\\"' + "{" * 100 + '"}'
    assert (await door.post("/json", content=text.encode(), headers=JSON)).status_code == 200


async def test_of_a_key_that_comes_twice_the_last_counts() -> None:
    app = FastAPI()
    answers = problems.install(app, service="tests")

    @app.post("/json")
    async def as_json(body: dict[str, int]) -> dict[str, int]:
        return body

    protect(app, answers, Front(SMALL))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        answer = await client.post("/json", content=b'{"a": 1, "a": 2}', headers=JSON)
    assert answer.json() == {"a": 2}


@given(st.recursive(st.text(alphabet='[]{}"\\x'), st.lists))
def test_the_depth_of_a_text_is_that_of_what_it_says(value: object) -> None:
    import orjson

    def deep(part: object) -> int:
        return 1 + max((deep(item) for item in part), default=0) if isinstance(part, list) else 0

    assert depth(orjson.dumps(value)) == deep(value)


@pytest.mark.parametrize(
    ("raw", "levels"),
    [
        (b"[" * 1_000_000, 1_000_000),
        (b"[" * 65 + b'"' + b'\\"' * 500_000, 65),
        (b"[" * 65 + b'"' + b"\\" * 999_999, 65),
        (b'["' * 500_001, 250_001),
        (b"]" * 1_000_000, 0),
    ],
)
def test_a_megabyte_of_brackets_and_of_strings_that_do_not_end_is_read_once(raw: bytes, levels: int) -> None:
    assert depth(raw) == levels


@pytest.mark.parametrize("path", ["/json", "/text"])
async def test_a_body_that_stops_coming_is_given_up(door: Door, path: str) -> None:
    messages = iter([{"type": "http.request", "body": b"{", "more_body": True}])
    told: list[Any] = []

    async def receive() -> Any:
        found = next(messages, None)
        return await asyncio.Event().wait() if found is None else found

    async def send(message: Any) -> None:
        told.append(message)

    headers = [(b"content-type", b"application/json"), (b"transfer-encoding", b"chunked")]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    await door.app(scope, receive, send)
    assert told[0]["status"] == 408
    assert (b"connection", b"close") in told[0]["headers"]
    assert b"request_timeout" in told[1]["body"]
    assert told[-1].get("more_body", False) is False


async def test_a_crash_says_nothing_of_the_inside_but_its_request_id() -> None:
    app = FastAPI()
    answers = problems.install(app, service="tests")

    @app.get("/crash")
    async def crash() -> None:
        raise ZeroDivisionError("secret")

    @app.get("/expected")
    async def expected() -> None:
        raise AppError("the detail")

    protect(app, answers, Front())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        crashed = await client.get("/crash", headers={"X-Request-Id": "mine-1"})
        refused = await client.get("/expected")
    assert (crashed.status_code, refused.status_code) == (500, 500)
    assert "secret" not in crashed.text
    assert crashed.headers["x-request-id"] == crashed.json()["request_id"] == "mine-1"
    assert crashed.headers["x-content-type-options"] == "nosniff"
