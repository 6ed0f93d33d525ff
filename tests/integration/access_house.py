"""The runner's API behind the door that asks for credentials: callers of two organisations, and their things."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import jwt
from pydantic import SecretStr
from sqlalchemy import select

from app.db.unit import Database
from app.edge.caller_tokens import CallerTokens
from app.runner.access import key_store, keys
from app.runner.access.doors import CredentialDoor
from app.runner.access.failures import Failures
from app.runner.access.key_store import Grant, KnownKeys
from app.runner.api.app import build
from app.runner.tables import audit
from app.settings import AccessSettings
from tests.integration.parts import Clock, Json, in_process, runner_parts, upload

SECRET = "a secret of an identity service, made up for the tests"
TOKENS = AccessSettings(
    jwt_secret=SecretStr(SECRET), jwt_issuer="https://login.test", jwt_audience="cj-runner", access="on"
)
ALL = ("admin",)


def token(**changes: Any) -> str:
    claims = {
        "sub": "ada",
        "org": "north",
        "scope": "runs:read runs:write",
        "iss": "https://login.test",
        "aud": "cj-runner",
        "exp": 4_000_000_000,
    } | changes
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, SECRET, "HS256")


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


class Guarded:
    """The API with access on; ``http`` sends no credential by itself."""

    def __init__(self, database: Database, files: Path, limit: int = 10_000) -> None:
        self.database, self.files, self.clock = database, files, Clock()
        self.known = KnownKeys(database, self.clock, (), 4.0)
        self.door = CredentialDoor(self.known, CallerTokens(TOKENS), Failures(limit), self.clock)

    async def open(self, stack: AsyncExitStack) -> None:
        parts = await stack.enter_async_context(runner_parts(self.database, self.files, self.clock))
        self.parts = replace(parts, door=self.door)
        self.app = build(self.parts, {})
        self.http = await stack.enter_async_context(in_process(self.app))

    async def key(self, owner: str, *scopes: str, **changes: Any) -> str:
        """Keep a new key; return what it opens with."""
        new = keys.new(secrets.token_bytes(keys.ENTROPY_BYTES))
        grant = Grant(owner, f"{owner}'s program", scopes or ALL, **changes)
        async with self.database.transaction() as connection:
            await key_store.keep(connection, new, grant, self.clock())
        return new.text

    async def package(self, key: str) -> str:
        self.http.headers.update(bearer(key))
        made: str = (await upload(self.http)).json()["id"]
        del self.http.headers["Authorization"]
        return made

    async def subscription(self, key: str) -> str:
        wanted = {"url": "https://receiver.example/hook", "events": ["run.completed"]}
        answer = await self.http.post("/v1/webhooks", json=wanted, headers=bearer(key))
        return str(answer.json()["id"])

    async def experiment(self, key: str, package_id: str) -> str:
        wanted = {"name": "theirs", "assets": {"package_id": package_id}, "max_cost_usd": 1}
        answer = await self.http.post("/v1/experiments", json=wanted, headers=bearer(key))
        return str(answer.json()["id"])

    async def run(
        self, key: str, package_id: str, idempotency_key: str | None = None, **changes: Any
    ) -> httpx.Response:
        body = {"mode": "plan", "batch_label": "label", "assets": {"package_id": package_id}} | changes
        headers = bearer(key) | ({} if idempotency_key is None else {"Idempotency-Key": idempotency_key})
        return await self.http.post("/v1/runs", json=body, headers=headers)

    async def audited(self) -> list[Json]:
        async with self.database.transaction() as connection:
            rows = await connection.execute(select(audit).order_by(audit.c.id))
            return [dict(row._mapping) for row in rows]


@asynccontextmanager
async def guarded(database: Database, files: Path, limit: int = 10_000) -> AsyncIterator[Guarded]:
    found = Guarded(database, files, limit)
    async with AsyncExitStack() as stack:
        await found.open(stack)
        yield found
