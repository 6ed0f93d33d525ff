"""Requests that two readers could read in two ways: refused, and nothing that came behind them is served."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from fastapi import Request

from app.edge import probed
from app.edge.shields import shielded
from app.roles.parts import serve
from app.settings import HttpSettings

LIMITS = HttpSettings.model_construct(
    headers_max_bytes=8192, headers_patience_s=5.0, body_patience_s=5.0, url_max_bytes=2048, body_max_bytes=4096
)
HOST, JSON = b"Host: 127.0.0.1\r\n", b"Content-Type: application/json\r\n"
SECOND = b"GET /second HTTP/1.1\r\n" + HOST + b"\r\n"
HEADERS = {name for name, _ in shielded([], behind_tls=False)}


def posted(headers: bytes, body: bytes) -> bytes:
    return b"POST /first HTTP/1.1\r\n" + HOST + JSON + headers + b"\r\n" + body


def coded(value: bytes) -> bytes:
    return posted(b"Transfer-Encoding:" + value + b"\r\n", b"0\r\n\r\n")


def measured(value: bytes) -> bytes:
    return posted(b"Content-Length:" + value + b"\r\n", b"{}")


def chunked(body: bytes) -> bytes:
    return posted(b"Transfer-Encoding: chunked\r\n", body)


TWICE = b" chunked\r\nTransfer-Encoding: chunked"
REFUSED = {
    "length and chunks": (posted(b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"), 400),
    "chunks and length": (posted(b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", b"0\r\n\r\n"), 400),
    "chunked, identity": (coded(b" chunked, identity"), 400),
    "identity, chunked": (coded(b" identity, chunked"), 400),
    "gzip, chunked": (coded(b" gzip, chunked"), 400),
    "chunked twice": (coded(TWICE), 400),
    "another coding": (coded(b" xchunked"), 400),
    "a control before the coding": (coded(b"\x0bchunked"), 400),
    "a folded coding": (coded(b"\r\n chunked"), 400),
    "a space before the colon": (posted(b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n"), 400),
    "a length with a sign": (measured(b" +2"), 400),
    "a negative length": (measured(b" -2"), 400),
    "a length in hex": (measured(b" 0x2"), 400),
    "a list of lengths": (measured(b" 2, 2"), 400),
    "two equal lengths": (measured(b" 2\r\nContent-Length: 2"), 400),
    "no length": (measured(b" "), 400),
    "a length beyond numbers": (measured(b" 99999999999999999999999"), 400),
    "a length that wraps around": (measured(b" 18446744073709551618"), 400),
    "a chunk that wraps around": (chunked(b"10000000000000002\r\n{}\r\n0\r\n\r\n"), 400),
    "a negative chunk": (chunked(b"-2\r\n{}\r\n0\r\n\r\n"), 400),
    "lines that end without a return": (posted(b"", b"").replace(b"\r\n", b"\n"), 400),
    "no version": (b"GET /first\r\n\r\n", 400),
    "another version": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "two hosts": (b"GET /first HTTP/1.1\r\n" + HOST + b"Host: other\r\n\r\n", 400),
    "no host": (b"GET /first HTTP/1.1\r\n\r\n", 400),
    "a tunnel": (b"CONNECT other:443 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "headers that come at once and are too large": (
        b"GET /first HTTP/1.1\r\n" + HOST + b"A: b\r\n" * 3000 + b"\r\n",
        431,
    ),
    "a request in a body": (b"GET /first HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(SECOND), 415),
}


class Server:
    def __init__(self, port: int) -> None:
        self.port, self.served = port, list[str]()

    async def all_of(self, *pieces: bytes) -> bytes:
        """Return all that comes until the server closes the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            async with asyncio.timeout(20):
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
                return await reader.read()
        finally:
            writer.close()


@pytest.fixture
async def server(unused_tcp_port: int) -> AsyncIterator[Server]:
    app, found = probed.build("tests", "tests", {}), Server(unused_tcp_port)

    @app.api_route("/{name}", methods=["GET", "POST"])
    async def told(name: str, request: Request) -> dict[str, object]:
        found.served.append(name)
        return {"bytes": len(await request.body()), "added": request.headers.get("x-added")}

    task = asyncio.create_task(serve(app, "127.0.0.1", unused_tcp_port, LIMITS))
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", unused_tcp_port)
        except OSError:
            await asyncio.sleep(0)
        else:
            writer.close()
            break
    yield found
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_could_be_read_in_two_ways_is_refused_with_all_that_follows(server: Server) -> None:
    for name, (sent, status) in REFUSED.items():
        answer = await server.all_of(sent + SECOND)
        assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"%d" % status], name
        assert server.served == [], name
        told = {line.split(b":")[0].lower() for line in answer.partition(b"\r\n\r\n")[0].split(b"\r\n")}
        assert told >= HEADERS, name


async def test_fields_behind_a_body_change_no_request(server: Server) -> None:
    close = chunked(b"2\r\n{}\r\n0\r\nX-Added: yes\r\n\r\n").replace(HOST, HOST + b"Connection: close\r\n")
    assert b'{"bytes":2,"added":null}' in await server.all_of(close)


@pytest.mark.parametrize(
    "flood", [b"2;" + b"a" * 10**6, b"2\r\n{}\r\n0\r\nX: " + b"a" * 10**6], ids=["extension", "field"]
)
async def test_what_stands_around_chunks_is_bounded(server: Server, flood: bytes) -> None:
    pieces = [flood[at : at + 50_000] for at in range(0, len(flood), 50_000)]
    with suppress(ConnectionError):  # it may be cut off before we read why
        assert (await server.all_of(chunked(b""), *pieces)).startswith(b"HTTP/1.1 431")


async def test_a_body_in_chunks_of_one_byte_is_taken(server: Server) -> None:
    close = chunked(b"").replace(HOST, HOST + b"Connection: close\r\n")
    body = b'{"a": "' + b"x" * 4000 + b'"}'
    pieces = [
        b"".join(b"1\r\n%c\r\n" % letter for letter in body[at : at + 200]) for at in range(0, len(body), 200)
    ]
    assert b'"bytes":4009' in await server.all_of(close, *pieces, b"0\r\n\r\n")


async def test_nobody_is_led_to_another_protocol(server: Server) -> None:
    for protocol in (b"websocket", b"h2c"):
        upgrade = b"Connection: Upgrade, close\r\nUpgrade: " + protocol + b"\r\nSec-WebSocket-Version: 13\r\n"
        key = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        answer = await server.all_of(b"GET /first HTTP/1.1\r\n" + HOST + upgrade + key + b"\r\n")
        assert answer.startswith(b"HTTP/1.1 200")
