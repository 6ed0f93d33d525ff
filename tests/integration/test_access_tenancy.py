"""Two organisations at one service: lists, keys of requests, running numbers, deleted runs; and the audit."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.unit import Database
from app.runner.runs.sweep import Parts as Sweeping
from app.runner.runs.sweep import sweep
from tests.integration.access_house import Guarded, bearer, guarded
from tests.integration.parts import Json


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[Guarded]:
    async with guarded(database, tmp_path) as found:
        yield found


async def listed(house: Guarded, key: str, path: str) -> list[str]:
    answer = await house.http.get(path, headers=bearer(key))
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def cancelled(house: Guarded, key: str, run: Json) -> None:
    await house.http.post(run["links"]["cancel"], headers=bearer(key))


async def test_lists_show_ones_own_and_retries_stay_at_home(house: Guarded) -> None:
    north, south = await house.key("north"), await house.key("south")
    of_north, of_south = await house.package(north), await house.package(south)
    run, other = (await house.run(north, of_north)).json(), (await house.run(south, of_south)).json()
    await cancelled(house, north, run)
    again = (await house.http.post(run["links"]["retry"], headers=bearer(north))).json()
    assert set(await listed(house, north, "/v1/runs")) == {run["id"], again["id"]}
    assert await listed(house, south, "/v1/runs") == [other["id"]]
    assert await listed(house, north, "/v1/asset-packages") == [of_north]
    assert await listed(house, south, "/v1/asset-packages") == [of_south]


async def test_a_cursor_of_another_organisation_is_refused(house: Guarded) -> None:
    north, south = await house.key("north"), await house.key("south")
    package_id = await house.package(north)
    for _ in range(2):
        await house.run(north, package_id)
    page = (await house.http.get("/v1/runs?limit=1", headers=bearer(north))).json()
    answer = await house.http.get(page["next"], headers=bearer(south))
    assert answer.status_code == 422


async def test_a_run_may_use_packages_of_its_organisation_only(house: Guarded) -> None:
    north, south = await house.key("north"), await house.key("south")
    theirs = await house.package(south)
    refused, unknown = await house.run(north, theirs), await house.run(north, "pkg_none")
    assert (refused.status_code, unknown.status_code) == (422, 422)
    assert (
        refused.json()["errors"][0]["message"].replace(theirs, "pkg_none")
        == (unknown.json()["errors"][0]["message"])
    )


async def test_keys_of_requests_and_running_numbers_belong_to_an_organisation(house: Guarded) -> None:
    runs = []
    for owner in ("north", "south"):
        key = await house.key(owner)
        package_id = await house.package(key)
        answer = await house.run(key, package_id, "key-1", batch_label="night {n}")
        assert (answer.status_code, answer.json()["batch_label"]) == (202, "night 1")
        runs.append(answer.json()["id"])
    assert len(set(runs)) == 2


async def test_a_deleted_run_is_gone_for_its_organisation_and_was_never_there_for_others(house: Guarded) -> None:
    north, south = await house.key("north"), await house.key("south")
    run = (await house.run(north, await house.package(north))).json()
    await cancelled(house, north, run)
    path = f"/v1/runs/{run['id']}"
    assert (await house.http.delete(path, headers=bearer(north))).status_code == 204
    assert (await house.http.get(path, headers=bearer(north))).status_code == 410
    assert (await house.http.get(path, headers=bearer(south))).status_code == 404


async def test_every_write_leaves_a_row_before_and_after_it(house: Guarded) -> None:
    north = await house.key("north")
    run = (await house.run(north, await house.package(north))).json()
    await house.http.post(run["links"]["cancel"], headers=bearer(north) | {"X-Request-Id": "request-7"})
    await house.http.post("/v1/runs", json={}, headers=bearer(north))
    await house.http.get("/v1/runs", headers=bearer(north))
    rows = await house.audited()
    assert [(row["method"], row["route"], row["status"]) for row in rows] == [
        ("POST", "/v1/asset-packages", 201),
        ("POST", "/v1/runs", 202),
        ("POST", "/v1/runs/{run_id}/cancel", 200),
        ("POST", "/v1/runs", 422),
    ]
    assert rows[1]["location"] == f"/v1/runs/{run['id']}"
    assert (rows[2]["ids"], rows[2]["request_id"]) == ({"run_id": run["id"]}, "request-7")
    assert {row["subject"] for row in rows} == {"north's program"}
    assert all(row["remote_address"] == "127.0.0.1" and row["finished_at"] for row in rows)


async def test_a_request_that_dies_under_way_stays_in_the_audit_without_a_status(house: Guarded) -> None:
    north = await house.key("north")
    package_id = await house.package(north)
    async with house.database.transaction() as connection:
        await connection.execute(text("LOCK TABLE runner.runs IN EXCLUSIVE MODE"))
        dying = asyncio.create_task(house.run(north, package_id))
        while len(await house.audited()) < 2:
            pass
        dying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await dying
    assert [row["status"] for row in await house.audited()] == [201, None]


async def test_writes_at_the_same_time_share_transactions_and_lose_no_row(house: Guarded) -> None:
    north = await house.key("north")
    answers = await asyncio.gather(
        *(house.http.post("/v1/runs", json={}, headers=bearer(north)) for _ in range(30))
    )
    assert {answer.status_code for answer in answers} == {422}
    assert [row["status"] for row in await house.audited()] == [422] * 30


async def test_administrators_read_the_audit_of_their_organisation_page_by_page(house: Guarded) -> None:
    north, south = await house.key("north"), await house.key("south")
    for key in (north, south, north, north):
        await house.http.post("/v1/runs", json={}, headers=bearer(key))
    seen: list[Json] = []
    path = "/v1/audit?limit=2"
    while path:
        page: httpx.Response = await house.http.get(path, headers=bearer(north))
        seen += page.json()["items"]
        cursor = page.json()["next_cursor"]
        path = f"/v1/audit?limit=2&cursor={cursor}" if cursor else ""
    assert [item["owner"] for item in seen] == ["north"] * 3
    assert [item["id"] for item in seen] == sorted((item["id"] for item in seen), reverse=True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE runner.audit SET subject = 'somebody else'",
        "UPDATE runner.audit SET status = 200",
        "DELETE FROM runner.audit",
        "TRUNCATE runner.audit",
    ],
)
async def test_the_audit_only_grows(house: Guarded, statement: str) -> None:
    await house.http.post("/v1/runs", json={}, headers=bearer(await house.key("north")))
    with pytest.raises(DBAPIError, match="the audit only grows"):
        async with house.database.transaction() as connection:
            await connection.execute(text(statement))
    assert [row["status"] for row in await house.audited()] == [422]


async def test_rows_of_the_audit_are_swept_after_the_time_of_the_setting(house: Guarded) -> None:
    await house.http.post("/v1/runs", json={}, headers=bearer(await house.key("north")))
    sweeping = Sweeping(house.database, house.parts.settings, house.clock)
    house.clock.pass_by(365 * 86_400)
    assert await sweep(sweeping) == 0
    house.clock.pass_by(1)
    assert await sweep(sweeping) == 1
    assert await house.audited() == []


async def test_a_stream_and_a_long_poll_are_guarded(house: Guarded) -> None:
    north, south = await house.key("north"), await house.key("south")
    run = (await house.run(north, await house.package(north))).json()
    await cancelled(house, north, run)
    stream = {"Accept": "text/event-stream"}
    for path in (f"/v1/runs/{run['id']}/events", f"/v1/runs/{run['id']}?wait=30"):
        assert (await house.http.get(path, headers=stream)).status_code == 401
        assert (await house.http.get(path, headers=stream | bearer(south))).status_code == 404
        assert (await house.http.get(path, headers=stream | bearer(north))).status_code == 200
