"""Readers of long results: fast, slow, stalled and gone; none keeps a connection to the database from others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.pool import QueuePool

from app.db.unit import Database
from app.runner.api.parts import Parts
from app.settings import DatabaseSettings, ResultsSettings
from tests.integration.house import House
from tests.integration.parts import Json, runner_parts
from tests.integration.test_runs_api_follow import served

MANY = 20_000
FILL = """
INSERT INTO runner.comparisons
       (run_id, request_id, sequence, correlation_id, essay_a_id, essay_b_id, winner, confidence, justification,
        provider, model, requested_at, completed_at, raw)
SELECT :run_id, 'request ' || n, n, gen_random_uuid(), 'a', 'b', 'a', 3, repeat(md5(n::text), 30), 'mock',
       'latent', now(), now(), ''
FROM generate_series(1, :many) AS n
"""


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    found = House(database, tmp_path)
    await found.open()
    async with found.stack:
        yield found


@pytest.fixture
async def run(house: House) -> Json:
    started = await house.start("plan", llm={})
    async with house.database.transaction() as connection:
        await connection.execute(text(FILL), {"run_id": started["id"], "many": MANY})
    return started


@asynccontextmanager
async def one_connection(house: House, database_url: str, stall_s: float) -> AsyncIterator[Parts]:
    """Give the API a single connection to the database, for everything."""
    database = Database.connect(
        DatabaseSettings(url=database_url, pool_size=1, pool_overflow=0), application_name="one"
    )
    results = ResultsSettings(stall_s=stall_s)
    async with runner_parts(house.database, house.files, house.clock, results=results) as parts:
        yield replace(parts, database=database)
    await database.close()


def being_answered() -> int:
    """Return how many requests the server is at work on."""
    return sum("run_asgi" in repr(task.get_coro()) for task in asyncio.all_tasks())


def held(database: Database) -> int:
    """Return how many connections are out of the pool."""
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedout()


async def all_answered() -> None:
    async with asyncio.timeout(30):
        while being_answered():  # noqa: ASYNC110 - the server offers nothing to wait for
            await asyncio.sleep(0.02)


async def test_a_long_table_comes_whole_and_a_slow_reader_holds_no_connection(
    house: House, run: Json, database_url: str, unused_tcp_port: int
) -> None:
    link = run["links"]["comparisons"]
    async with one_connection(house, database_url, 60) as parts, served(parts, unused_tcp_port) as web:
        async with asyncio.timeout(90), web.stream("GET", link, params={"format": "ndjson"}) as response:
            lines = response.aiter_lines()
            first = orjson.loads(await anext(lines))
            assert being_answered() == 1
            assert (await web.get(run["links"]["self"])).status_code == 200
            rest = [orjson.loads(line)["sequence"] async for line in lines]
        assert [first["sequence"], *rest] == list(range(1, MANY + 1))
        whole = (await web.get(link)).json()
        assert (whole["count"], whole["items"][-1]["request_id"]) == (MANY, f"request {MANY}")


async def test_a_reader_who_goes_away_leaves_nothing_behind(
    house: House, run: Json, database_url: str, unused_tcp_port: int
) -> None:
    async with one_connection(house, database_url, 60) as parts, served(parts, unused_tcp_port) as web:
        for form in ("json", "csv", "ndjson", "parquet"):
            query = {"format": form}
            async with httpx.AsyncClient(base_url=web.base_url, timeout=60) as gone:
                async with gone.stream("GET", run["links"]["comparisons"], params=query) as response:
                    await anext(response.aiter_raw())
                await gone.aclose()
            await all_answered()
            assert held(parts.database) == 0
        assert (await web.get(run["links"]["self"])).status_code == 200


async def test_a_reader_who_takes_nothing_is_let_go(
    house: House, run: Json, database_url: str, unused_tcp_port: int
) -> None:
    async with one_connection(house, database_url, 0.5) as parts, served(parts, unused_tcp_port) as web:
        _, writer = await asyncio.open_connection("127.0.0.1", unused_tcp_port)
        path = run["links"]["comparisons"]
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/csv\r\n\r\n".encode())
        async with asyncio.timeout(30):
            while not being_answered():  # noqa: ASYNC110 - the server offers nothing to wait for
                await asyncio.sleep(0.02)
        await all_answered()
        assert held(parts.database) == 0
        assert (await web.get(run["links"]["self"])).status_code == 200
        writer.close()


async def test_a_database_that_goes_away_in_the_middle_cuts_the_answer_short(
    house: House, run: Json, database_url: str, unused_tcp_port: int
) -> None:
    async with one_connection(house, database_url, 60) as parts, served(parts, unused_tcp_port) as web:
        link = run["links"]["comparisons"]
        async with web.stream("GET", link, params={"format": "csv"}) as response:
            pieces = response.aiter_raw()
            await anext(pieces)
            async with house.database.transaction() as connection:
                await connection.execute(text("ALTER TABLE runner.comparisons RENAME TO away"))
            with pytest.raises(httpx.TransportError):
                async for _ in pieces:
                    pass
