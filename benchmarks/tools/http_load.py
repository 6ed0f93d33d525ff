"""Load over keep-alive connections, as cheap for the machine as Python allows; feeds the benchmarks of the API."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

HEAD_END = b"\r\n\r\n"


class Wire(asyncio.Protocol):
    """One connection that asks one thing after the other; bodies have a length."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def to(cls, url: str) -> "Wire":
        """Connect."""
        place = urlsplit(url)
        _, made = await asyncio.get_running_loop().create_connection(cls, place.hostname, place.port)
        return made

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what create_connection gives
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(HEAD_END)
        if end < 0 or self._answer is None:
            return
        head = self._buffer[:end].lower()
        place = head.find(b"content-length:")
        size = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if len(self._buffer) < end + 4 + size:
            return
        body, self._buffer = self._buffer[end + 4 : end + 4 + size], self._buffer[end + 4 + size :]
        answer, self._answer = self._answer, None
        answer.set_result((int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("the server closed the connection"))

    async def ask(self, raw: bytes) -> tuple[int, bytes]:
        """Return status and body of the answer."""
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport is None:
            raise ConnectionError("not connected")
        self._transport.write(raw)
        return await self._answer

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """Return the bytes of a request; header names are written with underscores."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + HEAD_END + body


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def most(url: str, make: Callable[[], bytes], wanted: int, *, connections: int, seconds: float) -> float:
    """Return answers a second when ``connections`` ask as fast as they can; all must have status ``wanted``."""
    wires = [await Wire.to(url) for _ in range(connections)]
    end, count = time.perf_counter() + seconds, 0

    async def go(wire: Wire) -> None:
        nonlocal count
        while time.perf_counter() < end:
            check(wanted, *await wire.ask(make()))
            count += 1

    started = time.perf_counter()
    await asyncio.gather(*map(go, wires))
    took = time.perf_counter() - started
    for wire in wires:
        wire.close()
    return count / took


async def steady(url: str, make: Callable[[], bytes], wanted: int, *, rate: float, seconds: float) -> list[float]:
    """Return latencies in ms of requests sent at a steady rate, each from the time at which it was due.

    A server that falls behind makes later requests wait, and that counts.
    """
    free = deque([await Wire.to(url) for _ in range(64)])
    found: list[float] = []
    tasks: set[asyncio.Task[None]] = set()
    started = time.perf_counter()

    async def one(due: float) -> None:
        wire = free.popleft() if free else await Wire.to(url)
        check(wanted, *await wire.ask(make()))
        found.append((time.perf_counter() - due) * 1e3)
        free.append(wire)

    for number in range(int(rate * seconds)):
        due = started + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        task = asyncio.create_task(one(due))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)
    for wire in free:
        wire.close()
    return found


def check(wanted: int, status: int, body: bytes) -> None:
    """End the benchmark at an answer that is not the wanted one."""
    if status != wanted:
        raise SystemExit(f"answered {status}: {body[:300].decode(errors='replace')}")
