"""Receivers of webhooks on loopback, and the runner's API and sender around them, driven step by step."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import Request as ApiRequest
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook

from app.db.unit import Database
from app.edge.access import LOCAL, Caller
from app.runner.access.doors import LocalDoor
from app.runner.api.app import build
from app.runner.webhooks.deliver import Deliverer, Parts
from app.runner.webhooks.desk import Desk
from app.runner.webhooks.guard_http import Guard
from app.runner.webhooks.send_http import sender
from app.runner.webhooks.tables import deliveries
from tests.fakes.http_server import HttpServer, Reply, Request
from tests.integration.parts import Clock, Json, in_process, runner_parts, upload, webhook_desk

Answer = Callable[[Request], Awaitable[Reply]]
NAME = "receiver.test"


class Receiver:
    """Keeps what came in; answers as told, the last answer again and again."""

    def __init__(self, *replies: Reply, path: str = "/hook?token=hush", name: str = NAME) -> None:
        self.replies = list(replies) or [Reply(204)]
        self.requests: list[Request] = []
        self.arrived = asyncio.Event()
        self._path, self._name = path, name

    async def open(self, stack: AsyncExitStack) -> "Receiver":
        self._server = await stack.enter_async_context(HttpServer(self._answer))
        return self

    @property
    def url(self) -> str:
        return f"http://{self._name}:{self._server.url.rpartition(':')[2]}{self._path}"

    async def _answer(self, request: Request) -> Reply:
        self.requests.append(request)
        self.arrived.set()
        return self.replies[min(len(self.requests), len(self.replies)) - 1]

    @property
    def ids(self) -> list[str]:
        return [request.headers["webhook-id"] for request in self.requests]

    def verified(self, secret: str) -> list[Json]:
        """Return the bodies, each verified by the library of the standard."""
        verify = Webhook(secret).verify
        return [verify(request.body, dict(request.headers)) for request in self.requests]


class NamedDoor(LocalDoor):
    """Whoever calls belongs to the organisation that a header names."""

    async def caller(self, request: ApiRequest) -> Caller:
        return replace(LOCAL, owner=request.headers.get("x-owner", LOCAL.owner))


class Rig:
    """The runner's API, receivers, and senders that work when told to."""

    def __init__(self, database: Database, files: Path) -> None:
        self.database, self.files = database, files
        self.clock = Clock(datetime.now(UTC).replace(microsecond=0))
        self.stack = AsyncExitStack()

    async def open(self, **settings: Any) -> None:
        desk = webhook_desk(**({"timeout_s": 5.0, "drain_s": 0.0} | settings))
        parts = await self.stack.enter_async_context(runner_parts(self.database, self.files, self.clock))
        self.parts = replace(parts, webhooks=desk, door=NamedDoor())
        self.api = await self.stack.enter_async_context(in_process(build(self.parts, {})))
        self.package = (await upload(self.api)).json()["id"]
        self.sender = await self.new_sender(desk)

    async def new_sender(self, desk: Desk | None = None, trusted: ssl.SSLContext | None = None) -> Deliverer:
        desk = desk or self.parts.webhooks
        verify = trusted or ssl.create_default_context()
        sending = await self.stack.enter_async_context(sender(desk.guard, desk.settings.timeout_s, verify))
        parts = Parts(self.database, desk.settings, self.clock, desk.vault, sending, lambda: 0.0)
        return Deliverer(parts)

    def resolving(self, *answers: Sequence[str]) -> tuple[Desk, list[str]]:
        """Return a desk whose resolver gives these answers in turn, and the list of what it is asked."""
        asked: list[str] = []

        async def resolve(host: str, port: int) -> Sequence[str]:
            del port
            asked.append(host)
            return answers[min(len(asked), len(answers)) - 1]

        desk = self.parts.webhooks
        return replace(desk, guard=Guard(desk.settings, resolve)), asked

    async def receiver(self, *replies: Reply, **where: str) -> Receiver:
        return await Receiver(*replies, **where).open(self.stack)

    async def subscribe(self, receiver: Receiver, **more: Any) -> Json:
        answer = await self.api.post("/v1/webhooks", json={"url": receiver.url} | more)
        assert answer.status_code == 201, answer.text
        made: Json = answer.json()
        return made

    async def start(self, **more: Any) -> Json:
        body = {"mode": "plan", "batch_label": "label", "assets": {"package_id": self.package}}
        answer = await self.api.post("/v1/runs", json=body | more)
        assert answer.status_code == 202, answer.text
        run: Json = answer.json()
        return run

    async def cancelled(self, **more: Any) -> Json:
        """Return a run that ended at once."""
        run = await self.start(**more)
        assert (await self.api.post(run["links"]["cancel"])).status_code == 200
        return run

    async def send(self, by: Deliverer | None = None) -> int:
        """Send what is due, and return how many that was."""
        who = by or self.sender
        count = await who.start_due()
        await who.finish_started()
        return count

    async def get(self, path: str, status: int = 200) -> Json:
        answer = await self.api.get(path)
        assert answer.status_code == status, answer.text
        found: Json = answer.json()
        return found

    async def deliveries(self, made: Json) -> list[Json]:
        found: list[Json] = (await self.get(made["links"]["deliveries"]))["items"]
        return found

    async def the_delivery(self, made: Json) -> Json:
        [only] = await self.deliveries(made)
        return await self.get(only["links"]["self"])

    async def leases(self) -> list[str | None]:
        async with self.database.transaction() as connection:
            return list((await connection.execute(select(deliveries.c.lease_owner))).scalars())


def refused_for(answer: httpx.Response, field: str) -> str:
    """Assert that a request was refused because of one field; return why."""
    assert answer.status_code == 422, answer.text
    [problem] = answer.json()["errors"]
    assert problem["field"] == field
    return str(problem["message"])
