"""A TCP proxy that misbehaves on demand: between a client of HTTP, Kafka or Postgres and its server.

Use it like this::

    with proxies() as place:
        cj = place.to(("127.0.0.1", 9095), seed=7)
        ...                                       # the client is told cj.url, or cj.address
        cj.inject(Fault("reset", chance=0.2, per="chunk"), Fault("latency", seconds=0.1, jitter_s=0.05))
        cj.clear()                                # connections made from now on, and open ones, behave again
        cj.injected["reset"]                      # how often it happened
        place.do(cj.shut())                       # connecting is refused, what is open is reset

or, in a test with a loop of its own, ``async with Proxy(target) as cj``. What is injected holds for open
connections too, from their next chunk on. A server that moved is followed by setting ``target``.

A Kafka broker tells its clients its own address, and they would go past the proxy: with ``kafka=True`` the address
is replaced in what the broker answers.
"""

import asyncio
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal, Self, TypeVar

from tests.chaos.rewriting import kafka_address, readdressed, unchanged

Kind = Literal["latency", "drip", "reset", "black_hole", "half_close", "cut", "refuse"]
Way = Literal["requests", "answers"]
Target = tuple[str, int] | str
"""Host and port, or the path of a Unix socket."""
T = TypeVar("T")
CHUNK = 65_536
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Fault:
    """One way to misbehave.

    ``latency`` holds each chunk back by ``seconds``, give or take ``jitter_s``; ``drip`` passes on ``size`` bytes
    and waits ``seconds``; ``reset`` breaks the connection (RST); ``black_hole`` swallows what comes and keeps the
    connection open; ``half_close`` ends one direction and leaves the other one open; ``cut`` ends the connection
    in an orderly way; ``refuse`` resets it before anything was said.

    It happens with ``chance`` once ``after`` bytes went that ``way`` (None: either way): drawn once for a
    connection, or anew for each chunk.
    """

    kind: Kind
    chance: float = 1.0
    per: Literal["connection", "chunk"] = "connection"
    way: Way | None = None
    after: int = 0
    seconds: float = 0.05
    jitter_s: float = 0.0
    size: int = 64

    def concerns(self, way: Way, carried: int) -> bool:
        """Return whether it may happen to what goes that way after so many bytes."""
        return self.way in (None, way) and carried >= self.after


@dataclass(eq=False)
class _Line:
    """One connection: both ends, what was drawn for it, and which ways are swallowed."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    drawn: dict[Fault, bool] = field(default_factory=dict)
    swallowed: set[Way] = field(default_factory=set)
    over: bool = False

    def end(self, *, reset: bool) -> None:
        self.over = True
        for writer in (self.client, self.server):
            if reset:
                _reset(writer)
            else:
                writer.close()


class Proxy:
    """One door to one server; opened with ``async with``, or by ``proxies`` on a thread of its own."""

    def __init__(self, target: Target, *, seed: int = 0, kafka: bool = False) -> None:
        self.target = target
        self.injected: Counter[str] = Counter()
        self.connections = 0
        self._faults: tuple[Fault, ...] = ()
        self._kafka = kafka
        self._random = random.Random(seed)
        self._lines: set[_Line] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._holder = socket.socket()  # keeps the port while the door is shut
        self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._holder.bind(("127.0.0.1", 0))
        self.port = int(self._holder.getsockname()[1])

    @property
    def address(self) -> str:
        """Where clients come in, as ``host:port``."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The same for HTTP."""
        return f"http://{self.address}"

    def inject(self, *faults: Fault) -> None:
        """Misbehave like this from now on, and in no other way."""
        self._faults = faults

    def clear(self) -> None:
        """Behave."""
        self._faults = ()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._holder.close()

    async def open(self) -> None:
        """Let clients in; the port stays the same."""
        if self._server is None:
            self._server = await asyncio.start_server(self._come, "127.0.0.1", self.port, reuse_port=True)

    async def shut(self) -> None:
        """Refuse whoever wants to connect, and reset what is open."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            self.injected["refuse"] += 1
        await self.drop()

    async def drop(self) -> None:
        """Reset every open connection."""
        for line in list(self._lines):
            self.injected["reset"] += 1
            line.end(reset=True)

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.CancelledError):
            _reset(writer)
        finally:
            self._tasks.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if any(fault.kind == "refuse" and self._strikes(fault) for fault in self._faults):
            self.injected["refuse"] += 1
            _reset(writer)
            return
        from_server, to_server = await _connect(self.target)
        line = _Line(writer, to_server)
        self._lines.add(line)
        try:
            await asyncio.gather(
                self._carry(line, "requests", (reader, to_server), unchanged),
                self._carry(line, "answers", (from_server, writer), self._rewriting()),
            )
        finally:
            self._lines.discard(line)
            line.end(reset=False)

    def _rewriting(self) -> Callable[[bytes], bytes]:
        if not self._kafka or isinstance(self.target, str):
            return unchanged
        return readdressed(kafka_address(*self.target), kafka_address("127.0.0.1", self.port))

    async def _carry(
        self,
        line: _Line,
        way: Way,
        between: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        rewriting: Callable[[bytes], bytes],
    ) -> None:
        """Pass on what goes one way until it ends."""
        reader, writer = between
        carried = 0
        while chunk := await _read(reader):
            for piece in self._pieces(way, carried, chunk):
                if await self._passes(line, way, carried, writer):
                    await self._write(line, way, (writer, carried), rewriting(piece))
                carried += len(piece)
        if way == "requests" and line.swallowed:
            line.end(reset=True)
        elif way not in line.swallowed and not line.over:
            with suppress(OSError):
                writer.write_eof()

    def _pieces(self, way: Way, carried: int, chunk: bytes) -> Iterator[bytes]:
        """Cut a chunk where a fault begins."""
        places = {fault.after - carried for fault in self._faults if fault.way in (None, way)}
        ends = [*sorted(place for place in places if 0 < place < len(chunk)), len(chunk)]
        return (chunk[start:end] for start, end in zip([0, *ends], ends, strict=False))

    async def _passes(self, line: _Line, way: Way, carried: int, writer: asyncio.StreamWriter) -> bool:
        """Do to this piece what is due; return whether it is passed on."""
        for fault in self._faults:
            if fault.kind in ("drip", "refuse") or not fault.concerns(way, carried):
                continue
            if not line.over and way not in line.swallowed and self._struck(line, fault):
                await self._do(line, way, fault, writer)
        return not line.over and way not in line.swallowed

    async def _do(self, line: _Line, way: Way, fault: Fault, writer: asyncio.StreamWriter) -> None:
        self.injected[fault.kind] += 1
        if fault.kind == "latency":
            await asyncio.sleep(max(0.0, fault.seconds + fault.jitter_s * self._random.uniform(-1, 1)))
        elif fault.kind in ("reset", "cut"):
            line.end(reset=fault.kind == "reset")
        else:
            line.swallowed.add(way)
            if fault.kind == "half_close":
                with suppress(OSError):
                    writer.write_eof()

    async def _write(self, line: _Line, way: Way, at: tuple[asyncio.StreamWriter, int], piece: bytes) -> None:
        writer, carried = at
        drips = (fault for fault in self._faults if fault.kind == "drip" and fault.concerns(way, carried))
        drip = next((fault for fault in drips if self._struck(line, fault)), None)
        if drip is None:
            await _written(writer, piece)
            return
        self.injected["drip"] += 1
        for start in range(0, len(piece), drip.size):
            if line.over:
                return
            await _written(writer, piece[start : start + drip.size])
            if drip in self._faults:
                await asyncio.sleep(drip.seconds)

    def _struck(self, line: _Line, fault: Fault) -> bool:
        if fault.per == "chunk":
            return self._strikes(fault)
        if fault not in line.drawn:
            line.drawn[fault] = self._strikes(fault)
        return line.drawn[fault]

    def _strikes(self, fault: Fault) -> bool:
        return self._random.random() < fault.chance


class Proxies:
    """Proxies on a loop in a thread of its own, for tests that wait in other ways."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._all: list[Proxy] = []

    def to(self, target: Target, *, seed: int = 0, kafka: bool = False) -> Proxy:
        """Return an open proxy."""
        proxy = Proxy(target, seed=seed, kafka=kafka)
        self._all.append(proxy)
        self.do(proxy.open())
        return proxy

    def do(self, act: Coroutine[Any, Any, T]) -> T:
        """Do something of a proxy, and wait until it is done."""
        return asyncio.run_coroutine_threadsafe(act, self._loop).result(10)

    def close(self) -> None:
        """Close all."""
        for proxy in self._all:
            self.do(proxy.__aexit__())


@contextmanager
def proxies() -> Iterator[Proxies]:
    """Yield a place for proxies; all of them end with it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="proxies", daemon=True)
    thread.start()
    place = Proxies(loop)
    try:
        yield place
    finally:
        place.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _connect(target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if isinstance(target, str):
        return await asyncio.open_unix_connection(target)
    return await asyncio.open_connection(*target)


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(CHUNK)
    except OSError:
        return b""


async def _written(writer: asyncio.StreamWriter, piece: bytes) -> None:
    with suppress(OSError):
        writer.write(piece)
        await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close at once, so that the other side sees a reset instead of an end."""
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()
