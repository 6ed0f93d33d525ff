"""A database that breaks off, is full, busy or read-only: what it refuses passes, and is told apart from bugs."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.passing import DatabaseAway, DatabaseBusy, DatabaseFull, DatabaseReadOnly
from app.db.unit import Database
from app.settings import DatabaseSettings

KINDS: dict[str, type[DatabaseAway]] = {
    "40001": DatabaseBusy,
    "40P01": DatabaseBusy,
    "53100": DatabaseFull,
    "53200": DatabaseFull,
    "53300": DatabaseBusy,
    "57014": DatabaseBusy,
    "57P01": DatabaseAway,
    "57P03": DatabaseAway,
    "58030": DatabaseAway,
    "25006": DatabaseReadOnly,
    "55P03": DatabaseBusy,
    "08006": DatabaseAway,
}


def raising(state: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$"


@pytest.mark.parametrize("state", KINDS)
async def test_what_passes_by_itself_is_told_by_its_kind(database: Database, state: str) -> None:
    with pytest.raises(DatabaseAway) as caught:
        async with database.transaction() as connection:
            await connection.execute(text(raising(state)))
    assert type(caught.value) is KINDS[state]


@pytest.mark.parametrize("state", ["22012", "23505", "42P01", "XX000"])
async def test_what_is_wrong_with_a_statement_stays_what_it_is(database: Database, state: str) -> None:
    with pytest.raises(DBAPIError):
        async with database.transaction() as connection:
            await connection.execute(text(raising(state)))


async def test_a_connection_that_the_server_ends_in_mid_transaction_is_away_and_made_anew(
    database: Database,
) -> None:
    async def broken_off() -> None:
        async with database.transaction() as connection:
            pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            async with database.transaction() as other:
                await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            await connection.execute(text("SELECT 1"))

    with pytest.raises(DatabaseAway):
        await broken_off()
    async with database.transaction() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1


async def test_two_that_wait_for_each_other_lose_one_who_is_told_that_it_was_busy(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("CREATE TABLE pair (id int PRIMARY KEY)"))
        await connection.execute(text("INSERT INTO pair VALUES (1), (2)"))
    both, held = asyncio.Barrier(2), text("SELECT 1 FROM pair WHERE id = :id FOR UPDATE")

    async def take(first: int, second: int) -> None:
        async with database.transaction() as connection:
            await connection.execute(held, {"id": first})
            await both.wait()
            await connection.execute(held, {"id": second})

    ends = await asyncio.gather(take(1, 2), take(2, 1), return_exceptions=True)
    assert [type(end) for end in ends if end is not None] == [DatabaseBusy]


async def test_who_finds_no_free_connection_is_told_that_it_was_busy(database_url: str) -> None:
    settings = DatabaseSettings(url=database_url, pool_size=1, pool_overflow=0, pool_wait_s=0.1)
    database = Database.connect(settings, application_name="tests")
    with pytest.raises(DatabaseBusy):
        async with database.transaction(), database.transaction():
            raise AssertionError("there was a second connection")
    await database.close()


async def test_a_database_that_only_reads_is_told_apart(database: Database) -> None:
    async def write() -> None:
        async with database.transaction() as connection:
            await connection.execute(text("SET TRANSACTION READ ONLY"))
            await connection.execute(text("CREATE TABLE refused (id int)"))

    with pytest.raises(DatabaseReadOnly):
        await write()
