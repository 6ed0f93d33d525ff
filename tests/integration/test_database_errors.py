"""What an error of the database says (never the values, which may be essays), and who survives its absence."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.unit import Database
from app.roles import worker
from app.settings import DatabaseSettings


async def test_an_error_of_the_database_names_no_values(database_url: str) -> None:
    opened = Database.connect(DatabaseSettings(url=database_url), application_name="tests")
    try:
        with pytest.raises(DBAPIError) as caught:
            async with opened.transaction() as connection:
                await connection.execute(text("SELECT 1 / 0, CAST(:essay AS text)"), {"essay": "once upon a time"})
    finally:
        await opened.close()
    assert "division by zero" in str(caught.value)
    assert "once upon" not in str(caught.value)


async def test_the_worker_outlives_a_database_that_is_away_when_it_counts_runs(unused_tcp_port: int) -> None:
    url = f"postgresql+asyncpg://postgres@127.0.0.1:{unused_tcp_port}/none"
    away = Database.connect(DatabaseSettings(url=url), application_name="tests")
    counting = asyncio.create_task(worker._keep_gauges(away))
    done, _ = await asyncio.wait({counting}, timeout=1)
    counting.cancel()
    await away.close()
    assert not done
