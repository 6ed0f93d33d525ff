"""Shipped parts put together for tests: the runner's API in process, and packages to run on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import uuid6
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cli.demo_data import folder_archive
from app.contracts.topics import Topic
from app.db.listen import Changes
from app.db.unit import Database
from app.edge.client_http import HttpClient
from app.messaging.bus import Record
from app.messaging.consume import Incoming, Route
from app.messaging.tables import MessagingTables
from app.roles.stack import ROOT
from app.runner.access.doors import LocalDoor
from app.runner.api.app import build
from app.runner.api.parts import Parts
from app.runner.tables import CHANGES_CHANNEL
from app.runner.webhooks.desk import Desk
from app.runner.webhooks.guard_http import Guard
from app.runner.webhooks.vault import Vault
from app.settings import RunnerSettings, WebhookSettings

DEMO = ROOT / "data" / "eng5-demo"
Json = dict[str, Any]


@dataclass
class Clock:
    """A clock that moves only when told to."""

    at: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def runner_settings(files_dir: Path) -> RunnerSettings:
    return RunnerSettings(files_dir=files_dir, prompts_dir=ROOT / "prompts", packages_root=ROOT / "data")


@asynccontextmanager
async def in_process(app: FastAPI, base: str = "http://127.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base) as client:
        yield client


@asynccontextmanager
async def runner_api(database: Database, files_dir: Path, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    async with runner_parts(database, files_dir, clock) as parts, in_process(build(parts, {})) as client:
        yield client


@asynccontextmanager
async def runner_parts(database: Database, files_dir: Path, clock: Clock, **changes: Any) -> AsyncIterator[Parts]:
    settings = runner_settings(files_dir).model_copy(update=changes)
    url = database.engine.url.render_as_string(hide_password=False)
    async with Changes(url, CHANGES_CHANNEL) as news:
        yield Parts(database, settings, clock, uuid4, uuid6.uuid7, news, LocalDoor(), webhook_desk())


def webhook_desk(**changes: Any) -> Desk:
    """Return a desk on which every name is the address of this machine, where the receivers of tests live."""

    async def resolve(host: str, port: int) -> list[str]:
        del host, port
        return ["127.0.0.1"]

    on_loopback: dict[str, Any] = {
        "allow_http": True,
        "allowed_networks": "127.0.0.0/8",
        "allowed_ports": "1-65535",
    }
    settings = WebhookSettings(**(on_loopback | changes))
    return Desk(settings, Guard(settings, resolve), Vault.of(settings.secret_key))


def neighbour(client: httpx.AsyncClient, name: str) -> HttpClient:
    return HttpClient(client, name, attempts=1)


async def upload(api: httpx.AsyncClient, archive: bytes | None = None, **form: str) -> httpx.Response:
    body = folder_archive(DEMO) if archive is None else archive
    return await api.post("/v1/asset-packages", files={"file": ("set.zip", body, "application/zip")}, data=form)


async def sent(connection: AsyncConnection, tables: MessagingTables, topic: Topic) -> list[Json]:
    """Return what a service has put into its outbox for a topic, in order."""
    rows = await connection.execute(
        select(tables.outbox.c.payload)
        .where(tables.outbox.c.type == topic)
        .order_by(tables.outbox.c.created_at, tables.outbox.c.id)
    )
    return [orjson.loads(payload) for payload in rows.scalars()]


async def deliver(database: Database, route: Route[Any], *payloads: Json) -> None:
    """Hand messages to a route's handler in one transaction, as the consume loop does after the inbox."""
    incoming = []
    for offset, payload in enumerate(payloads):
        raw = orjson.dumps(payload)
        incoming.append(Incoming(route.shape.model_validate(payload), Record(route.topic, 0, offset, None, raw)))
    async with database.transaction() as connection:
        await route.handle(connection, incoming)
