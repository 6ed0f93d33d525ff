"""Rubbish thrown at the real server over raw sockets: always an answer with a problem, never a 5xx."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from app.db.unit import Database
from app.roles.parts import serve
from app.runner.api.app import build
from app.settings import HttpSettings
from tests.integration.parts import Clock, runner_parts

LIMITS = HttpSettings.model_construct(
    headers_max_bytes=8192, headers_patience_s=0.3, body_patience_s=0.3, url_max_bytes=2048, body_max_bytes=4096
)
HOST = b"Host: 127.0.0.1\r\n"
JSON = b"Content-Type: application/json\r\n"
CHUNKED = JSON + b"Transfer-Encoding: chunked\r\n"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["code"])


class Server:
    def __init__(self, port: int) -> None:
        self.port = port

    async def say(self, *pieces: bytes, pause: bool = False) -> Answer:
        """Send pieces and read one answer; with a pause, the connection is kept open and nothing more is sent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for piece in pieces:
                writer.write(piece)
            if not pause:
                await writer.drain()
            async with asyncio.timeout(20):
                return await _read(reader, head=pieces[0].startswith(b"HEAD "))
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader, *, head: bool) -> Answer:
    line = await reader.readline()
    headers: dict[str, str] = {}
    while (raw := (await reader.readline()).strip()) != b"":
        name, _, value = raw.decode("latin-1").partition(": ")
        headers[name.lower()] = value
    length = 0 if head else int(headers.get("content-length", 0))
    return Answer(int(line.split()[1]), headers, await reader.readexactly(length))


@pytest.fixture
async def server(database: Database, tmp_path: Path, unused_tcp_port: int) -> AsyncIterator[Server]:
    async with runner_parts(database, tmp_path, Clock()) as parts:
        task = asyncio.create_task(serve(build(parts, {}, LIMITS), "127.0.0.1", unused_tcp_port, LIMITS))
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", unused_tcp_port)
            except OSError:
                await asyncio.sleep(0)
            else:
                writer.close()
                break
        yield Server(unused_tcp_port)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def request(line: bytes, headers: bytes = b"", body: bytes = b"") -> bytes:
    length = b"Content-Length: %d\r\n" % len(body) if body else b""
    return line + b" HTTP/1.1\r\n" + HOST + headers + length + b"\r\n" + body


def posted(body: bytes, headers: bytes = JSON) -> bytes:
    return request(b"POST /v1/runs", headers, body)


RUBBISH: list[tuple[str, bytes, int, str]] = [
    ("no http", b"\x16\x03\x01 hello\r\n\r\n", 400, "malformed_request"),
    ("no method", request(b"G\xc3\x84T /v1/runs"), 400, "malformed_request"),
    ("raw bytes in the path", request(b"GET /v1/runs/\xff\xfe"), 400, "malformed_request"),
    ("header without colon", request(b"GET /v1/runs", b"rubbish\r\n"), 400, "malformed_request"),
    ("NUL in a header", request(b"GET /v1/runs", b"X-A: a\x00b\r\n"), 400, "malformed_request"),
    (
        "two lengths",
        request(b"POST /v1/runs", b"Content-Length: 1\r\nContent-Length: 2\r\n"),
        400,
        "malformed_request",
    ),
    (
        "length and chunks",
        request(b"POST /v1/runs", b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n"),
        400,
        "malformed_request",
    ),
    ("a length that is no number", request(b"POST /v1/runs", b"Content-Length: -1\r\n"), 400, "malformed_request"),
    (
        "bad chunk",
        request(b"POST /v1/runs", CHUNKED, b"") + b"zz\r\n",
        400,
        "malformed_request",
    ),
    ("NUL in the path", request(b"GET /v1/runs/%00"), 422, "invalid_input"),
    ("NUL in the query", request(b"GET /v1/runs?batch_label=%00"), 422, "invalid_input"),
    ("no UTF-8 in the path", request(b"GET /v1/runs/%ff"), 422, "invalid_input"),
    ("no UTF-8 in the query", request(b"GET /v1/runs?batch_label=%ff"), 422, "invalid_input"),
    ("half an escape", request(b"GET /v1/runs/%f"), 404, "not_found"),
    ("dots", request(b"GET /v1/../../etc/passwd"), 404, "not_found"),
    ("escaped dots", request(b"GET /v1/%2e%2e/%2e%2e/etc/passwd"), 404, "not_found"),
    ("slash at the end", request(b"GET /v1/runs/"), 404, "not_found"),
    ("two slashes", request(b"GET //v1//runs"), 404, "not_found"),
    ("nothing here", request(b"GET /nowhere"), 404, "not_found"),
    ("long address", request(b"GET /v1/runs?batch_label=" + b"a" * 4000), 414, "uri_too_long"),
    ("method of another address", request(b"DELETE /v1/runs"), 405, "method_not_allowed"),
    ("method of nobody", request(b"PURGE /v1/runs"), 405, "method_not_allowed"),
    ("large headers", request(b"GET /v1/runs", b"X-A: " + b"a" * 9000 + b"\r\n"), 431, "headers_too_large"),
    ("many headers", request(b"GET /v1/runs", b"X-A: a\r\n" * 2000), 431, "headers_too_large"),
    ("unknown query", request(b"GET /v1/runs?limit=many&cursor=x"), 422, "invalid_input"),
    ("no json", posted(b"no json"), 422, "invalid_input"),
    ("NaN", posted(b'{"mode": NaN}'), 422, "invalid_input"),
    ("a number without end", posted(b"9" * 4000), 422, "invalid_input"),
    ("deep", posted(b"[" * 4000), 422, "invalid_input"),
    ("no UTF-8 in the body", posted(b'{"mode": "\xff"}'), 422, "invalid_input"),
    (
        "another kind",
        posted(b"a=b", b"Content-Type: application/x-www-form-urlencoded\r\n"),
        415,
        "unsupported_media_type",
    ),
    ("no kind", posted(b"{}", b""), 415, "unsupported_media_type"),
    ("rubbish as kind", posted(b"{}", b"Content-Type: \xe4\xf6;;;=\r\n"), 415, "unsupported_media_type"),
    (
        "a form without boundary",
        request(b"POST /v1/asset-packages", b"Content-Type: multipart/form-data\r\n", b"x"),
        400,
        "malformed_request",
    ),
    (
        "a form that is none",
        request(b"POST /v1/asset-packages", b"Content-Type: multipart/form-data; boundary=a\r\n", b"x"),
        400,
        "malformed_request",
    ),
    ("10 MB of brackets", posted(b"[" * 10_000_000), 413, "too_large"),
    ("a large promise", request(b"POST /v1/runs", JSON + b"Content-Length: 99999999999\r\n"), 413, "too_large"),
    (
        "large chunks",
        request(b"POST /v1/runs", CHUNKED) + b"1400\r\n" + b"x" * 0x1400 + b"\r\n",
        413,
        "too_large",
    ),
]


@pytest.mark.parametrize(
    ("sent", "status", "code"), [case[1:] for case in RUBBISH], ids=[case[0] for case in RUBBISH]
)
async def test_rubbish_is_answered_with_a_problem(server: Server, sent: bytes, status: int, code: str) -> None:
    answer = await server.say(sent)
    assert (answer.status, answer.code) == (status, code), answer
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.body)["request_id"]
    assert "server" not in answer.headers
    if status == 413:
        assert answer.headers["connection"] == "close"


async def test_headers_and_bodies_that_stop_coming_are_given_up(server: Server) -> None:
    for sent in (b"GET /v1/runs HTTP/1.1\r\nHost", posted(b"{}")[:-1]):
        answer = await server.say(sent, pause=True)
        assert (answer.status, answer.code) == (408, "request_timeout")


async def test_a_connection_that_says_nothing_is_closed_without_a_word(server: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    async with asyncio.timeout(20):
        assert await reader.read() == b""
    writer.close()


async def test_a_second_request_that_stops_coming_is_given_up_too(server: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request(b"GET /healthz"))
    assert (await _read(reader, head=False)).status == 200
    writer.write(b"GET /heal")
    async with asyncio.timeout(20):
        assert (await _read(reader, head=False)).status == 408
    writer.close()


async def test_head_is_answered_like_get_without_a_body(server: Server) -> None:
    for path in (b"/v1/runs", b"/healthz", b"/openapi.json", b"/docs", b"/problems/gone", b"/v1/runs/run_none"):
        whole, head = await server.say(request(b"GET " + path)), await server.say(request(b"HEAD " + path))
        assert (head.status, head.body) == (whole.status, b"")
        assert head.headers["content-length"] == whole.headers["content-length"]


async def test_options_and_a_wrong_method_name_all_methods_of_an_address(server: Server) -> None:
    for path, wanted in (
        (b"/v1/runs", "GET, HEAD, OPTIONS, POST"),
        (b"/v1/preflight", "GET, HEAD, OPTIONS"),
        (b"/v1/runs:plan", "OPTIONS, POST"),
    ):
        options, wrong = await server.say(request(b"OPTIONS " + path)), await server.say(request(b"PUT " + path))
        assert (options.status, options.headers["allow"]) == (204, wanted)
        assert (wrong.status, wrong.headers["allow"]) == (405, wanted)


@pytest.mark.parametrize("given", [b"mine-1.2:3_4", b"x" * 64])
async def test_a_harmless_request_id_is_kept(server: Server, given: bytes) -> None:
    answer = await server.say(request(b"GET /v1/runs", b"X-Request-Id: " + given + b"\r\n"))
    assert (answer.status, answer.headers["x-request-id"]) == (200, given.decode())


@pytest.mark.parametrize("given", [b"", b"x" * 65, b"a b", b"a\tb", b'"><script>', b"\xe4", b"{}", b"-x"])
async def test_a_request_id_that_could_harm_is_replaced(server: Server, given: bytes) -> None:
    answer = await server.say(request(b"GET /nowhere", b"X-Request-Id: " + given + b"\r\n"))
    found = answer.headers["x-request-id"]
    assert found == json.loads(answer.body)["request_id"]
    assert len(found) == 32
    assert found.encode() != given


async def test_the_documentation_asks_nobody_else(server: Server) -> None:
    page = await server.say(request(b"GET /docs"))
    assert b"//" not in page.body.replace(b"<!doctype", b"")
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert b"<script>" not in page.body
    for name in (b"start.js", b"swagger-ui.css", b"swagger-ui-bundle.js", b"favicon.png"):
        found = await server.say(request(b"GET /docs/" + name))
        assert found.status == 200, name
        assert len(found.body) > 100
    assert (await server.say(request(b"GET /docs/../../pyproject.toml"))).status == 404
