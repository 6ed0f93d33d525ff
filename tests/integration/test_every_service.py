"""Every operation of every service: who may come in, and the headers that every answer has, refusals too.

The runner's own API and pages have their tests beside this one.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import jwt
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.cj.api.app import build as build_cj
from app.content.api import build as build_content
from app.db.unit import Database
from app.edge import probed
from app.edge.shields import shielded
from app.edge.tokens import AdminTokens
from app.gateway.api import mock_mode
from app.gateway.api.app import build as build_gateway
from app.gateway.mock_mode import MockMode
from app.gateway.parts import Parts as GatewayParts
from app.settings import ContentSettings
from tests.integration.access_house import Guarded
from tests.integration.cj_house import house as cj_house
from tests.integration.gateway_parts import AUTH, SETTINGS
from tests.integration.parts import Clock, in_process

METHODS = ("get", "head", "post", "put", "patch", "delete")
PROBES = {"GET /healthz", "GET /readyz"}
OPEN = {
    "content": PROBES,
    "cj": PROBES,
    "gateway": PROBES
    | {"GET /api/v1/queue", "GET /api/v1/providers", "GET /api/v1/models", "GET /admin/mock-mode"},
    "worker": PROBES,
}
"""What is open to everybody who reaches a service; the gateway's four tell counts, names and limits, no texts."""
NOT_IN_THE_DOCUMENT = {"/metrics", "/openapi.json", "/docs", "/docs/start.js", "/docs/{name}"}
SHIELDS = {name.decode() for name, _ in shielded([], behind_tls=False)} | {"x-request-id"}
CLAIMS = {"sub": "x", "iss": AUTH.jwt_issuer, "aud": AUTH.jwt_audience, "exp": 4_000_000_000, "roles": ["teacher"]}


class Service(NamedTuple):
    app: FastAPI
    http: httpx.AsyncClient


class Services(dict[str, Service]):
    async def open(self, stack: AsyncExitStack, database: Database) -> None:
        content = build_content(database, ContentSettings(), tokens=AdminTokens(AUTH))
        cj = build_cj((await stack.enter_async_context(cj_house(database))).parts, AUTH)
        judges = build_gateway(GatewayParts(database, {}, SETTINGS, Clock(), AUTH))
        mode = MockMode(SETTINGS)
        judges.include_router(mock_mode.routes(database, mode, SETTINGS, AdminTokens(AUTH), Clock()))
        apps = {"content": content, "cj": cj, "gateway": judges, "worker": probed.build("worker", "worker", {})}
        for name, app in apps.items():
            self[name] = Service(app, await stack.enter_async_context(in_process(app)))


@pytest.fixture
async def services(database: Database) -> AsyncIterator[Services]:
    found = Services()
    async with AsyncExitStack() as stack:
        await found.open(stack, database)
        yield found


def operations(app: FastAPI) -> Iterator[tuple[str, str]]:
    for path, found in app.openapi()["paths"].items():
        yield from ((method.upper(), path) for method in found if method in METHODS)


def address(path: str) -> str:
    return re.sub(r"{\w+}", "0" * 32, path)


async def answers(services: Services, headers: dict[str, str]) -> dict[str, dict[str, httpx.Response]]:
    return {
        name: {
            f"{method} {path}": await service.http.request(method, address(path), headers=headers)
            for method, path in operations(service.app)
        }
        for name, service in services.items()
    }


def own(**changes: Any) -> dict[str, str]:
    secret = AUTH.jwt_secret_key
    assert secret is not None
    return {"Authorization": f"Bearer {jwt.encode(CLAIMS | changes, secret.get_secret_value(), 'HS256')}"}


async def test_without_a_credential_only_what_is_listed_here_is_open(services: Services) -> None:
    for headers in ({}, {"Authorization": "Bearer x.y.z"}, {"Authorization": "Basic YTpi"}, own(aud="others")):
        for name, found in (await answers(services, headers)).items():
            assert {operation for operation, answer in found.items() if answer.status_code != 401} == OPEN[name]


async def test_a_token_without_the_role_opens_nothing_more(services: Services) -> None:
    for name, found in (await answers(services, own())).items():
        assert {operation for operation, answer in found.items() if answer.status_code != 403} == OPEN[name]


async def test_with_the_role_none_of_them_asks_for_more(services: Services) -> None:
    for name, found in (await answers(services, own(roles=["admin"]))).items():
        refused = {operation for operation, answer in found.items() if answer.status_code in {401, 403}}
        assert refused == set(), name


def test_no_route_stands_outside_of_the_document_but_these(services: Services) -> None:
    for service in services.values():
        listed = {path for _, path in operations(service.app)}
        there = {str(route.path_format) for route in iter_route_contexts(service.app.routes)}
        assert there - listed <= NOT_IN_THE_DOCUMENT


async def test_the_headers_that_browsers_obey_are_on_every_answer(
    services: Services, database: Database, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        runner = Guarded(database, tmp_path)
        await runner.open(stack)
        everything = services | {"runner": Service(runner.app, runner.http)}
        for name, service in everything.items():
            for method, path in [*operations(service.app), *((m, "/no/such/{id}") for m in ("GET", "POST"))]:
                for content in (b"", b"{", b'{"a": NaN}'):
                    kind = {"Content-Type": "application/json"} if content else {}
                    answer = await service.http.request(method, address(path), content=content, headers=kind)
                    assert set(answer.headers) >= SHIELDS, (name, method, path, answer.status_code)
                    assert "server" not in answer.headers


async def test_the_headers_are_on_a_crash_too() -> None:
    app = probed.build("tests", "tests", {})

    @app.get("/crash")
    async def crash() -> None:
        raise RuntimeError("a secret of the inside")

    async with in_process(app) as http:
        answer = await http.get("/crash")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert set(answer.headers) >= SHIELDS
