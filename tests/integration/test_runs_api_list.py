"""The list of runs: filters, order, pages that neither lose nor repeat a run, and indexes that carry it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import ClauseElement, Executable, Select, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from app.db.unit import Database
from app.runner.runs import listing
from app.runner.runs.cursor import Place
from app.runner.runs.listing import Wanted
from tests.integration.parts import Clock, Json, runner_api, upload


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def api(database: Database, tmp_path: Path, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    async with runner_api(database, tmp_path, clock) as client:
        yield client


@pytest.fixture
async def some(api: httpx.AsyncClient, clock: Clock) -> list[Json]:
    """Four runs, a minute apart: two plans of team a, the first of them cancelled, and two dry runs of team b."""
    package_id = (await upload(api)).json()["id"]
    found = []
    for number in range(4):
        team, mode = ("a", "plan") if number < 2 else ("b", "dry-run")
        wish = {
            "mode": mode,
            "batch_label": f"set_{number}" if number else "set%%0",
            "assets": {"package_id": package_id},
            "labels": {"team": team, "number": str(number)},
        }
        found.append((await api.post("/v1/runs", json=wish)).json())
        clock.pass_by(60)
    await api.post(found[0]["links"]["cancel"])
    return found


async def numbers(api: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await api.get("/v1/runs", params=query)
    assert answer.status_code == 200, answer.text
    return [run["labels"]["number"] for run in answer.json()["items"]]


async def test_each_filter_finds_its_runs(api: httpx.AsyncClient, some: list[Json]) -> None:
    assert await numbers(api) == ["3", "2", "1", "0"]
    assert await numbers(api, sort="created_at") == ["0", "1", "2", "3"]
    assert await numbers(api, status=["cancelled", "failed"]) == ["0"]
    assert await numbers(api, status=["cancelled", "accepted"]) == ["3", "2", "1", "0"]
    assert await numbers(api, mode="plan", status="accepted") == ["1"]
    assert await numbers(api, label="team=b") == ["3", "2"]
    assert await numbers(api, label=["team=b", "number=2"]) == ["2"]
    assert await numbers(api, label=["team=b", "team=a"]) == []
    assert await numbers(api, batch_label="set_1") == ["1"]
    assert await numbers(api, batch_label_prefix="set_") == ["3", "2", "1"]
    assert await numbers(api, batch_label_prefix="set%") == ["0"]
    assert await numbers(api, batch_label_prefix="et") == []
    second = some[1]["created_at"]
    assert await numbers(api, created_after=second) == ["3", "2", "1"]
    assert await numbers(api, created_before=second) == ["0"]


@pytest.mark.parametrize("sort", ["created_at", "-created_at"])
async def test_pages_neither_lose_nor_repeat_a_run(api: httpx.AsyncClient, some: list[Json], sort: str) -> None:
    for limit in (1, 3, 4):
        seen: list[str] = []
        address: str | None = f"/v1/runs?limit={limit}&sort={sort}&status=accepted&status=cancelled"
        while address is not None:
            answer = await api.get(address)
            page = answer.json()
            seen += [run["id"] for run in page["items"]]
            address = page["next"]
            assert (f'<{address}>; rel="next"' == answer.headers.get("Link")) == (address is not None)
        ids = [run["id"] for run in some]
        assert seen == (ids if sort == "created_at" else ids[::-1])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"status": "lost"}, "status.0"),
        ({"mode": "fast"}, "mode.0"),
        ({"label": "team"}, "label"),
        ({"label": "=a"}, "label"),
        ({"created_after": "yesterday"}, "created_after"),
        ({"created_after": "0001-01-01T00:00:00+14:00"}, "created_after"),
        ({"created_after": "2026-01-02T03:04:05"}, "created_after"),
        ({"sort": "status"}, "sort"),
        ({"cursor": "rubbish"}, "cursor"),
        ({"cursor": "x" * 401}, "cursor"),
        ({"before": "run_1"}, "before"),
    ],
)
async def test_a_query_that_makes_no_sense_names_its_field(
    api: httpx.AsyncClient, query: Json, field: str
) -> None:
    answer = await api.get("/v1/runs", params=query)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_cursor_belongs_to_its_query(api: httpx.AsyncClient, some: list[Json]) -> None:
    del some
    cursor = (await api.get("/v1/runs", params={"limit": 1})).json()["next_cursor"]
    for query in ({"status": "failed"}, {"sort": "created_at"}, {"label": "team=a"}):
        assert (await api.get("/v1/runs", params={"cursor": cursor, **query})).status_code == 422
    assert (await api.get("/v1/runs", params={"cursor": cursor, "limit": 200})).status_code == 200


MANY = """
INSERT INTO runner.runs
       (id, mode, status, batch_uuid, batch_label, correlation_id, package_id, spec, labels, created_at)
SELECT 'run_' || lpad(n::text, 32, '0'), CASE WHEN n % 500 = 0 THEN 'plan' ELSE 'execute' END,
       CASE WHEN n % 500 = 1 THEN 'failed' ELSE 'completed' END, gen_random_uuid(), 'set-' || n, gen_random_uuid(),
       'pkg_1', '{}', jsonb_build_object('number', n::text), timestamptz '2026-01-01' + n * interval '1 minute'
FROM generate_series(1, 20000) AS n
"""
NOW = Clock().at


@pytest.fixture
async def many(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(text(MANY))
        await connection.execute(text("ANALYZE runner.runs"))


@pytest.mark.usefixtures("many")
async def test_no_list_reads_the_whole_table(database: Database) -> None:
    queries = [
        Wanted("local"),
        Wanted("local", newest_first=False),
        Wanted("local", status=("failed",)),
        Wanted("local", status=("failed", "running")),
        Wanted("local", mode=("plan",)),
        Wanted("local", labels=(("number", "77"),)),
        Wanted("local", batch_label="set-77"),
        Wanted("local", batch_label_prefix="set-1999"),
        Wanted("local", created_before=NOW),
        Wanted("local", status=("failed",), mode=("plan",), created_after=NOW),
        Wanted("local", mode=("plan",), newest_first=False),
        Wanted("local", status=("completed", "failed"), labels=(("number", "77"),)),
        Wanted("local", status=("failed",), batch_label_prefix="set-1999"),
    ]
    for wanted in queries:
        for place in (None, Place(NOW, "run_x")):
            plan = await explained(database, wanted, place)
            assert "Seq Scan" not in plan, (wanted, plan)


class Explained(Executable, ClauseElement):
    """The plan of a query instead of its rows."""

    inherit_cache = False

    def __init__(self, query: Select[Any]) -> None:
        self.query = query


@compiles(Explained)
def _explain(element: Explained, compiler: SQLCompiler, **options: Any) -> str:
    return "EXPLAIN " + compiler.process(element.query, **options)


async def explained(database: Database, wanted: Wanted, place: Place | None) -> str:
    async with database.transaction() as connection:
        rows = await connection.execute(Explained(listing.statement(wanted, place, 51)))
        return "\n".join(rows.scalars())
