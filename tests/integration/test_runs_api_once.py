"""Requests sent again: one run, one answer; and labels that count their runs."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from app.db.unit import Database
from app.runner.runs.sweep import Parts as Sweeping
from app.runner.runs.sweep import sweep
from app.runner.tables import idempotency_keys, runs
from tests.integration.parts import Clock, Json, runner_api, runner_settings, upload

HEADER = {"Idempotency-Key": "key-1"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def api(database: Database, tmp_path: Path, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    async with runner_api(database, tmp_path, clock) as client:
        yield client


@pytest.fixture
async def body(api: httpx.AsyncClient) -> Json:
    package_id = (await upload(api)).json()["id"]
    return {"mode": "plan", "batch_label": "label", "assets": {"package_id": package_id}}


async def count(database: Database) -> int:
    async with database.transaction() as connection:
        return int((await connection.execute(select(func.count()).select_from(runs))).scalar_one())


async def test_the_same_request_again_gets_the_first_answer_byte_for_byte(
    api: httpx.AsyncClient, database: Database, body: Json
) -> None:
    first = await api.post("/v1/runs", json=body, headers=HEADER)
    await api.post(first.json()["links"]["cancel"])
    turned = dict(reversed(body.items()))
    again = await api.post("/v1/runs", json=turned, headers=HEADER)
    assert (again.status_code, again.content) == (first.status_code, first.content) == (202, first.content)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await count(database) == 1


async def test_another_request_under_the_same_key_is_refused(
    api: httpx.AsyncClient, database: Database, body: Json
) -> None:
    run = (await api.post("/v1/runs", json=body, headers=HEADER)).json()
    await api.post(run["links"]["cancel"])
    other = await api.post("/v1/runs", json=body | {"batch_label": "other"}, headers=HEADER)
    elsewhere = await api.post(run["links"]["retry"], headers=HEADER)
    for answer in (other, elsewhere):
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
        assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert await count(database) == 1


async def test_a_refused_request_leaves_its_key_for_the_corrected_one(api: httpx.AsyncClient, body: Json) -> None:
    bad = await api.post("/v1/runs", json=body | {"assets": {"package_id": "pkg_none"}}, headers=HEADER)
    good = await api.post("/v1/runs", json=body, headers=HEADER)
    assert (bad.status_code, good.status_code) == (422, 202)


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "ä", "tab\t"])
async def test_a_key_that_is_no_key_is_refused(
    api: httpx.AsyncClient, database: Database, body: Json, key: str
) -> None:
    headers = {b"Idempotency-Key": key.encode("latin-1")}
    answer = await api.post("/v1/runs", json=body, headers=headers)
    assert answer.status_code == 422, key
    assert answer.json()["errors"][0]["field"] == "header.Idempotency-Key"
    assert await count(database) == 0


async def test_fifty_concurrent_twins_create_one_run(
    api: httpx.AsyncClient, database: Database, body: Json
) -> None:
    answers = await asyncio.gather(*(api.post("/v1/runs", json=body, headers=HEADER) for _ in range(50)))
    accepted = [answer for answer in answers if answer.status_code == 202]
    busy = [answer.json()["code"] for answer in answers if answer.status_code == 409]
    assert len(accepted) + len(busy) == 50
    assert len(accepted) >= 1
    assert set(busy) <= {"idempotency_key_in_use"}
    assert len({answer.content for answer in accepted}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in accepted) == 1
    assert await count(database) == 1


async def test_a_twin_of_a_request_that_is_being_handled_is_told_to_wait(
    api: httpx.AsyncClient, database: Database, body: Json
) -> None:
    lock = select(func.pg_advisory_xact_lock(func.hashtextextended("5/local/key-1", 0)))
    async with database.transaction() as connection:
        await connection.execute(lock)
        answer = await api.post("/v1/runs", json=body, headers=HEADER)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_in_use")
    assert (await api.post("/v1/runs", json=body, headers=HEADER)).status_code == 202


async def test_a_key_is_kept_for_a_day_and_then_swept(
    api: httpx.AsyncClient, database: Database, body: Json, clock: Clock, tmp_path: Path
) -> None:
    sweeping = Sweeping(database, runner_settings(tmp_path), clock)
    first = await api.post("/v1/runs", json=body, headers=HEADER)
    await api.post("/v1/runs", json=body, headers={"Idempotency-Key": "key-2"})
    clock.pass_by(24 * 3600 - 1)
    assert await sweep(sweeping) == 0
    assert (await api.post("/v1/runs", json=body, headers=HEADER)).content == first.content
    clock.pass_by(1)
    assert (await api.post("/v1/runs", json=body, headers=HEADER)).json()["id"] != first.json()["id"]
    assert await sweep(sweeping) == 1
    async with database.transaction() as connection:
        assert (await connection.execute(select(idempotency_keys.c.key))).scalars().all() == ["key-1"]


async def test_concurrent_runs_of_one_label_are_numbered_without_gaps(api: httpx.AsyncClient, body: Json) -> None:
    wanted = body | {"batch_label": "night %d/{n}"}
    answers = await asyncio.gather(*(api.post("/v1/runs", json=wanted) for _ in range(8)))
    bad = await api.post("/v1/runs", json=wanted | {"assets": {"package_id": "pkg_none"}})
    other = await api.post("/v1/runs", json=body | {"batch_label": "day {n}"})
    names = sorted(answer.json()["batch_label"] for answer in answers)
    assert names == [f"night 02/{number}" for number in range(1, 9)]
    assert (bad.status_code, other.json()["batch_label"]) == (422, "day 1")
    assert answers[0].json()["request"]["batch_label"] == "night %d/{n}"
