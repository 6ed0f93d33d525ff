"""What cj announces of batches, ours and those that others started: kept once, numbered, listed, forgotten."""

import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select, text, update

from app.db.unit import Database
from app.messaging.consume import Route
from app.runner.runs import batches
from app.runner.runs.cursor import Place
from app.runner.runs.sweep import Parts as Sweeping
from app.runner.runs.sweep import sweep
from app.runner.tables import batch_events, batch_results, runs
from app.settings import ResultsSettings
from tests.integration.house import House
from tests.integration.parts import Json, deliver
from tests.integration.test_runs_api_list import Explained

LIST = "/v1/results/batches"


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


def foreign() -> Json:
    """Return as much of a run as an announcement names."""
    return {"batch_uuid": str(uuid4())}


async def show(house: House, run: Json, status: int = 200, **query: Any) -> Json:
    answer = await house.api.get(f"{LIST}/{run['batch_uuid']}", params=query)
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


def failure(house: House, run: Json, reason: str = "no_prompt") -> Json:
    data = house.base(run)
    info = {"reason": reason, "details": "the prompt was not found"}
    return house.envelope(data | {"system_metadata": data["system_metadata"] | {"error_info": info}})


async def test_the_result_of_a_batch_that_others_started_is_kept_and_belongs_to_local(house: House) -> None:
    other = foreign()
    await deliver(house.database, house.completed, house.completion(other))
    waiting = await show(house, other)
    assert (waiting["state"], waiting["result"], waiting["versions"]) == ("awaiting_result", None, 0)
    house.clock.pass_by(1)
    result = house.result(other, ["e2", "e1"], comparison_count=3)
    for _ in range(2):
        await deliver(house.database, house.resulted, result)
    found = await show(house, other)
    assert (found["run_id"], found["state"], found["versions"]) == (None, "completed", 1)
    assert found["links"] == {"self": f"{LIST}/{other['batch_uuid']}"}
    assert [(event["kind"], event["version"]) for event in found["events"]] == [
        ("completion", None),
        ("result", 1),
    ]
    assert found["events"][0]["detail"] == "completed_successfully"
    assert [essay["essay_id"] for essay in found["result"]["essays"]] == ["e2", "e1"]
    assert found["result"]["metadata"] == {"comparison_count": 3}
    assert found["result"]["model_provider"] == "mock"


async def test_a_differing_result_is_a_new_version_and_the_earlier_one_stays(house: House) -> None:
    other = foreign()
    first = house.result(other, ["e1", "e2"])
    house.clock.pass_by(60)
    again, second = house.result(other, ["e1", "e2"]), house.result(other, ["e2", "e1"])
    await deliver(house.database, house.resulted, second, again, first)
    latest = await show(house, other)
    assert (latest["versions"], latest["result"]["version"]) == (2, 2)
    assert [essay["essay_id"] for essay in latest["result"]["essays"]] == ["e2", "e1"]
    earlier = await show(house, other, version=1)
    assert [essay["essay_id"] for essay in earlier["result"]["essays"]] == ["e1", "e2"]
    assert earlier["result"]["assessed_at"] == "2026-01-02T03:04:05Z"
    assert (await show(house, other, 404, version=3))["code"] == "not_found"
    for rubbish in (0, -1, "x", 2**31):
        assert (await show(house, other, 422, version=rubbish))["errors"][0]["field"] == "version"


async def test_the_order_of_arrival_changes_nothing(house: House) -> None:
    def told(run: Json) -> list[tuple[Route[Any], Json]]:
        start = house.clock.at
        said = []
        for route, ids in (
            (house.failed, []),
            (house.resulted, ["e1", "e2"]),
            (house.completed, []),
            (house.resulted, ["e2", "e1"]),
        ):
            house.clock.pass_by(10)
            other = failure(house, run) if route is house.failed else house.completion(run)
            said.append((route, house.result(run, ids) if ids else other))
        house.clock.at = start
        return said

    seen = []
    for order in itertools.islice(itertools.permutations(range(4)), 0, 24, 5):
        run = foreign()
        said = told(run)
        for place in order:
            route, message = said[place]
            await deliver(house.database, route, message)
        found = await show(house, run)
        seen.append({key: found[key] for key in ("state", "reason", "completed_at", "versions", "events")})
        kept = [event["version"] for event in found["events"]]
        assert kept == [None, 1, None, 2]
    for other in seen[1:]:
        for event, twin in zip(other.pop("events"), seen[0]["events"], strict=True):
            assert (event["kind"], event["said_at"]) == (twin["kind"], twin["said_at"])
        assert other == {key: value for key, value in seen[0].items() if key != "events"}
    assert (seen[0]["state"], seen[0]["versions"]) == ("completed", 2)


async def test_a_batch_that_failed_says_why(house: House) -> None:
    other = foreign()
    await deliver(house.database, house.failed, failure(house, other))
    found = await show(house, other)
    assert (found["state"], found["result"]) == ("failed", None)
    assert found["reason"] == "no_prompt: the prompt was not found"


async def test_a_batch_of_a_run_belongs_to_its_owner_and_goes_with_it(house: House) -> None:
    run, ids = await house.running()
    await deliver(house.database, house.resulted, house.result(run, ids))
    assert run["links"]["batch_results"] == f"{LIST}/{run['batch_uuid']}"
    found = await show(house, run)
    assert (found["run_id"], found["links"]["run"]) == (run["id"], run["links"]["self"])
    await deliver(house.database, house.completed, house.completion(run))
    await house.finish(run["id"])
    assert (await house.api.delete(run["links"]["self"])).status_code == 204
    await show(house, run, 404)
    house.clock.pass_by(60)
    await deliver(house.database, house.resulted, house.result(run, ids[::-1]))
    await show(house, run, 404)
    async with house.database.transaction() as connection:
        left = await connection.execute(select(func.count()).select_from(batch_events))
        assert left.scalar_one() == 0


async def test_what_belongs_to_others_is_not_there(house: House) -> None:
    run, ids = await house.running()
    async with house.database.transaction() as connection:
        await connection.execute(update(runs).values(owner="another"))
    await deliver(house.database, house.resulted, house.result(run, ids))
    await show(house, run, 404)
    assert (await house.api.get(LIST)).json()["items"] == []
    async with house.database.transaction() as connection:
        owners = (await connection.execute(select(batch_results.c.owner))).scalars().all()
    assert owners == ["another"]


@pytest.fixture
async def five(house: House) -> list[Json]:
    """Five batches a minute apart, the second of which failed; told in another order."""
    said = []
    for number in range(5):
        other = foreign()
        made = failure(house, other) if number == 1 else house.result(other, ["e1", "e2"])
        said.append((other, house.failed if number == 1 else house.resulted, made))
        house.clock.pass_by(60)
    for _, route, message in (said[place] for place in (3, 0, 4, 1, 2)):
        await deliver(house.database, route, message)
    return [other for other, _, _ in said]


async def listed(house: House, **query: Any) -> list[str]:
    answer = await house.api.get(LIST, params=query)
    assert answer.status_code == 200, answer.text
    return [item["batch_uuid"] for item in answer.json()["items"]]


async def test_batches_are_listed_newest_first_in_pages_and_by_time(house: House, five: list[Json]) -> None:
    ids = [other["batch_uuid"] for other in five]
    assert await listed(house) == ids[::-1]
    assert await listed(house, state="failed") == [ids[1]]
    assert await listed(house, completed_after="2026-01-02T03:06:05Z") == ids[:1:-1]
    assert await listed(house, completed_before="2026-01-02T04:06:05+01:00") == ids[1::-1]
    seen: list[str] = []
    address: str | None = f"{LIST}?limit=2&state=completed&state=failed"
    while address is not None:
        answer: httpx.Response = await house.api.get(address)
        seen += [item["batch_uuid"] for item in answer.json()["items"]]
        address = answer.json()["next"]
        assert (f'<{address}>; rel="next"' == answer.headers.get("Link")) == (address is not None)
    assert seen == ids[::-1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"state": "lost"}, "state.0"),
        ({"completed_after": "yesterday"}, "completed_after"),
        ({"completed_before": "0001-01-01T00:00:00+14:00"}, "completed_before"),
        ({"cursor": "rubbish"}, "cursor"),
        ({"owner": "another"}, "owner"),
    ],
)
async def test_a_list_that_makes_no_sense_names_its_field(house: House, query: Json, field: str) -> None:
    answer = await house.api.get(LIST, params=query)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_cursor_of_another_list_is_refused(house: House, five: list[Json]) -> None:
    del five
    cursor = (await house.api.get(LIST, params={"limit": 1})).json()["next_cursor"]
    assert (await house.api.get(LIST, params={"cursor": cursor, "limit": 3})).status_code == 200
    assert (await house.api.get(LIST, params={"cursor": cursor, "state": "failed"})).status_code == 422
    assert (await house.api.get("/v1/runs", params={"cursor": cursor})).status_code == 422
    assert (await house.api.get(f"{LIST}/not-a-uuid")).status_code == 404
    assert (await house.api.get(f"{LIST}/{uuid4()}")).status_code == 404


async def test_results_are_kept_for_ever_unless_a_time_is_set(house: House, five: list[Json]) -> None:
    settings = house.parts.settings
    house.clock.pass_by(10**8)
    await sweep(Sweeping(house.database, settings, house.clock))
    assert len(await listed(house)) == len(five)
    await deliver(house.database, house.resulted, house.result(five[0], ["e2", "e1"]))
    forgetful = settings.model_copy(update={"results": ResultsSettings(keep_s=3600)})
    assert await sweep(Sweeping(house.database, forgetful, house.clock)) == 4
    assert await listed(house) == [five[0]["batch_uuid"]]


MANY = """
INSERT INTO runner.batch_results (batch_uuid, owner, state, completed_at, versions)
SELECT gen_random_uuid(), 'org-' || n % 50, 'completed', timestamptz '2026-01-01' + n * interval '1 minute', 1
FROM generate_series(1, 20000) AS n
"""


async def test_the_list_goes_along_its_index(house: House) -> None:
    async with house.database.transaction() as connection:
        await connection.execute(text(MANY))
        await connection.execute(text("ANALYZE runner.batch_results"))
    now = house.clock.at
    for wanted in (batches.Wanted("org-7"), batches.Wanted("org-7", completed_after=now + timedelta(days=5))):
        for place in (None, Place(now + timedelta(days=9), str(uuid4()))):
            async with house.database.transaction() as connection:
                plan = await connection.execute(Explained(batches.statement(wanted, place, 51)))
                lines = "\n".join(plan.scalars())
            assert "ix_batch_results_owner_completed" in lines, lines
            assert "Sort" not in lines, lines
