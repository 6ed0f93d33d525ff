"""Whether a process is ready, by the schema that it finds: a newer one will do, an older one or none will not."""

import pytest
from sqlalchemy import text

from app.db import migrate
from app.db.unit import Database
from app.edge.health import database_check


async def _at(database: Database, revision: str | None) -> str | None:
    async with database.transaction() as connection:
        await connection.execute(text("DELETE FROM alembic_version"))
        if revision is not None:
            await connection.execute(
                text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision}
            )
    return await database_check(database)()


async def test_a_process_is_ready_on_its_own_schema_and_on_that_of_the_next_release(database: Database) -> None:
    assert await _at(database, migrate.head()) is None
    assert await _at(database, "9999") is None


@pytest.mark.parametrize("revision", ["0001", None])
async def test_a_process_is_not_ready_on_an_older_schema(database: Database, revision: str | None) -> None:
    wrong = await _at(database, revision)
    assert wrong is not None
    assert "run the migrations" in wrong
