"""The front of a service: requests a second behind all its layers, as a share of the bare route's."""

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI
from pydantic import BaseModel
from starlette.types import ASGIApp, Message, Scope

from app.edge import problems
from app.edge.front import Front, layers, protect
from app.settings import HttpSettings, RunnerHttpSettings

ROUNDS, REQUESTS = 15, 400
BODY = b'{"name": "a run", "labels": {"team": "rubrics"}, "numbers": [1, 2, 3, 4, 5, 6, 7, 8]}'
RATED = RunnerHttpSettings(reads_per_minute=10_000_000, writes_per_minute=10_000_000)


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

    if protected is not None:
        protect(app, answers, Front(protected))
    return app


@dataclass(frozen=True)
class Request:
    """One request, again and again."""

    method: str
    path: str
    body: bytes = b""

    def scope(self) -> Scope:
        headers = [(b"host", b"x"), (b"accept", b"*/*"), (b"user-agent", b"bench")]
        if self.body:
            headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(self.body))]
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": headers,
            "client": ("127.0.0.1", 5),
            "server": ("127.0.0.1", 80),
            "state": {},
        }


async def ask(app: ASGIApp, request: Request) -> None:
    """Send one request straight to the application."""

    async def receive() -> Message:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise SystemExit(f"answered {message['status']}")

    await app(request.scope(), receive, send)


async def in_process(app: ASGIApp, request: Request) -> float:
    """Return microseconds a request."""
    started = time.perf_counter()
    for _ in range(REQUESTS):
        await ask(app, request)
    return (time.perf_counter() - started) / REQUESTS * 1e6


async def compare(request: Request, variants: dict[str, ASGIApp]) -> None:
    """Print each variant's cost; the rounds take turns, so that a noisy machine is noisy to all."""
    found: dict[str, list[float]] = {name: [] for name in variants}
    for app in variants.values():
        await in_process(app, request)
    for _ in range(ROUNDS):
        for name, app in variants.items():
            found[name].append(await in_process(app, request))
    floor = statistics.median(found["bare"])
    for name, times in found.items():
        middle = statistics.median(times)
        print(f"  {request.method:4s} {name:22s} {middle:7.1f} us  {floor / middle:6.1%} of the bare rate")


def one_by_one() -> dict[str, Callable[[ASGIApp], ASGIApp]]:
    """Return each layer alone, to be put before the bare application."""
    answers = problems.install(FastAPI(), service="bench")
    return {
        layer.cls.__name__: lambda app, layer=layer: layer.cls(app, *layer.args, **layer.kwargs)
        for layer in layers(answers, Front(RATED))
    }


async def main() -> None:
    """Compare a read and a write; without a socket, which would hide the front's share."""
    bare = application(None)
    whole = {
        "bare": bare,
        "front": application(HttpSettings.model_construct()),
        "front with rates": application(RATED),
    }
    alone = {name: put(bare) for name, put in one_by_one().items()}
    for request in (Request("GET", "/things/7"), Request("POST", "/things", BODY)):
        print(f"{request.method} {request.path}, no socket:")
        await compare(request, {**whole, **alone})


if __name__ == "__main__":
    asyncio.run(main())
