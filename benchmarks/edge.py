"""The front of a service: CPU a request of the real server behind all its layers, and behind none.

The server runs in a process of its own and counts its own CPU time, so that neither the client nor others on a
shared machine are measured. The aim is 85 % of the bare route's rate.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time

from fastapi import FastAPI
from pydantic import BaseModel

from app.edge import problems
from app.edge.front import Front, protect
from app.roles.free_ports import free_ports
from app.roles.parts import serve
from app.settings import HttpSettings, RunnerHttpSettings

ROUNDS, REQUESTS = 30, 60
BODY = b'{"name": "a run", "labels": {"team": "rubrics"}, "numbers": [1, 2, 3, 4, 5, 6, 7, 8]}'
RATED = RunnerHttpSettings(reads_per_minute=10_000_000, writes_per_minute=10_000_000)
VARIANTS: dict[str, HttpSettings | None] = {
    "bare": None,
    "front, no rates": HttpSettings.model_construct(),
    "front with rates": RATED,
}
ASKED = {
    "GET": b"GET /things/7 HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n",
    "POST": b"POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY),
}


class Order(BaseModel):
    name: str
    labels: dict[str, str]
    numbers: list[int]


def application(protected: HttpSettings | None) -> FastAPI:
    """Return the application with and without its front."""
    app = FastAPI(docs_url=None, redoc_url=None)
    answers = problems.install(app, service="bench")

    @app.get("/things/{number}")
    async def show(number: int) -> dict[str, int]:
        return {"number": number}

    @app.post("/things")
    async def take(body: Order) -> Order:
        return body

    @app.get("/cpu")
    async def cpu() -> float:
        return time.process_time()

    if protected is not None:
        protect(app, answers, Front(protected))
    return app


class Server:
    """One variant in a process of its own, and a connection to it."""

    def __init__(self, name: str) -> None:
        [self._port] = free_ports([0])
        self._process = subprocess.Popen([sys.executable, __file__, name, str(self._port)])

    async def open(self) -> None:
        while True:
            try:
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                return

    async def ask(self, request: bytes) -> bytes:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(head.decode())
        length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
        return await self._reader.readexactly(int(length))

    async def cost(self, request: bytes) -> float:
        """Return the server's microseconds of CPU a request."""
        before = await self._cpu()
        for _ in range(REQUESTS):
            await self.ask(request)
        return (await self._cpu() - before) / REQUESTS * 1e6

    async def _cpu(self) -> float:
        return float(json.loads(await self.ask(b"GET /cpu HTTP/1.1\r\nHost: x\r\n\r\n")))

    def close(self) -> None:
        self._writer.close()
        self._process.terminate()
        self._process.wait()


async def main() -> None:
    """Compare the variants, which take turns."""
    servers = {name: Server(name) for name in VARIANTS}
    for server in servers.values():
        await server.open()
    for method, request in ASKED.items():
        found: dict[str, list[float]] = {name: [] for name in servers}
        for number in range(ROUNDS + 1):
            for name, server in servers.items():
                cost = await server.cost(request)
                if number:
                    found[name].append(cost)
        floor = statistics.median(found["bare"])
        for name, times in found.items():
            middle = statistics.median(times)
            print(f"{method:4s} {name:18s} {middle:7.1f} us of CPU  {floor / middle:6.1%} of the bare rate")
    for server in servers.values():
        server.close()


if __name__ == "__main__":
    if len(sys.argv) == 3:
        variant = VARIANTS[sys.argv[1]]
        app = application(variant)
        asyncio.run(serve(app, "127.0.0.1", int(sys.argv[2]), variant or HttpSettings.model_construct()))
    else:
        asyncio.run(main())
