"""Every operation of the OpenAPI document: no credential, too small a scope, and other people's things."""

import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.db.unit import Database
from app.edge.access import READ
from app.runner.access.owners import PUBLIC, THINGS
from app.runner.access.places import OPEN
from app.runner.api.openapi import document
from tests.integration.access_house import Guarded, bearer, guarded
from tests.integration.parts import Json

METHODS = {"get", "head", "post", "put", "patch", "delete"}
OPERATIONS = [
    pytest.param(path, method, operation, id=f"{method.upper()} {path}")
    for path, operations in document()["paths"].items()
    for method, operation in operations.items()
    if method in METHODS
]
GUARDED = [found for found in OPERATIONS if found.values[0] not in OPEN]
WITH_IDS = [found for found in GUARDED if set(re.findall(r"{(\w+)", str(found.values[0]))) - PUBLIC]


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[Guarded]:
    async with guarded(database, tmp_path) as found:
        yield found


def scope_of(operation: Json) -> str:
    [entry] = operation["security"]
    [scope] = entry["bearer"]
    return str(scope)


def address(path: str, ids: dict[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda found: ids.get(found[1], "x"), path)


async def everything(database: Database) -> str:
    """One hash of all rows of the runner but the audit's and when keys were used."""
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'runner' AND tablename <> 'audit' ORDER BY 1"
    seen = hashlib.sha256()
    async with database.transaction() as connection:
        for table in (await connection.execute(text(tables))).scalars().all():
            rows = f"SELECT (to_jsonb(t) - 'last_used_at')::text AS line FROM runner.{table} AS t ORDER BY 1"  # noqa: S608 - names of our own tables
            for line in (await connection.execute(text(rows))).scalars():
                seen.update(f"{table} {line}".encode())
    return seen.hexdigest()


def test_every_id_in_an_address_has_an_owner_that_is_checked() -> None:
    names = {name for found in GUARDED for name in re.findall(r"{(\w+)", str(found.values[0]))}
    assert names - PUBLIC - set(THINGS) == set(), "say in app/runner/access/owners.py whose these ids are"


def test_what_is_open_to_everybody_is_health_and_the_description_of_the_api() -> None:
    described = {"/healthz", "/readyz", "/problems", "/problems/{code}"}
    assert {found.values[0] for found in OPERATIONS} & OPEN == described
    assert described | {"/metrics", "/openapi.json", "/docs", "/docs/start.js", "/docs/{name}"} == OPEN


@pytest.mark.parametrize(("path", "method", "operation"), GUARDED)
async def test_without_a_credential_it_is_refused(house: Guarded, path: str, method: str, operation: Any) -> None:
    answer = await house.http.request(method, address(path, {}))
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="cj-runner"'
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert await house.audited() == []
    assert {"401", "403", "429"} <= set(operation["responses"])


@pytest.mark.parametrize(("path", "method", "operation"), GUARDED)
async def test_without_the_scope_it_is_refused(house: Guarded, path: str, method: str, operation: Any) -> None:
    needed = scope_of(operation)
    assert needed == READ or method != "get" or "admin" in operation["tags"]
    less = {"runs:read": "", "runs:write": "runs:read", "admin": "runs:write"}[needed]
    key = await house.key("north", less)
    answer = await house.http.request(method, address(path, {}), headers=bearer(key))
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert f'error="insufficient_scope", scope="{needed}"' in answer.headers["WWW-Authenticate"]
    assert [row["status"] for row in await house.audited()] == ([] if method == "get" else [403])


@pytest.mark.parametrize(("path", "method", "operation"), WITH_IDS)
async def test_things_of_another_organisation_are_not_there(
    house: Guarded, path: str, method: str, operation: Any
) -> None:
    del operation
    south, north = await house.key("south"), await house.key("north")
    package_id = await house.package(south)
    run = (await house.run(south, package_id)).json()
    ids = {
        "run_id": run["id"],
        "package_id": package_id,
        "batch_uuid": run["batch_uuid"],
        "key_id": south.split("_")[1],
        "subscription_id": await house.subscription(south),
        "experiment_id": await house.experiment(south, package_id),
    }
    unknown = {name: value[:-4] + "0000" for name, value in ids.items()}
    assert set(re.findall(r"{(\w+)", path)) - PUBLIC <= set(ids), "make one of these things in this test"
    before = await everything(house.database)
    there = await house.http.request(method, address(path, ids), headers=bearer(north))
    nowhere = await house.http.request(method, address(path, unknown), headers=bearer(north))
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert _without_ids(there.json(), ids) == _without_ids(nowhere.json(), unknown)
    assert set(there.headers) == set(nowhere.headers)
    assert await everything(house.database) == before


def _without_ids(problem: Json, ids: dict[str, str]) -> Json:
    shown = {name: value for name, value in problem.items() if name != "request_id"}
    for name, value in ids.items():
        shown = {key: text.replace(value, name) if isinstance(text, str) else text for key, text in shown.items()}
    return shown


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/v1/nothing", "/v1/runs/", "/v1//runs", "/healthz/x", "/docs/../v1/runs"])
async def test_addresses_and_methods_without_a_route_ask_for_a_credential_too(
    house: Guarded, method: str, path: str
) -> None:
    assert (await house.http.request(method, path)).status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"])
async def test_what_is_open_asks_for_nothing(house: Guarded, path: str) -> None:
    assert (await house.http.get(path)).status_code == 200
