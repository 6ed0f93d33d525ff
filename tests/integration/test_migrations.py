"""The migrated database is exactly what the code declares, and every migration can be undone."""

import asyncio
import os
import sys
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import create_async_engine

from app.cj.tables import metadata as cj
from app.content.tables import metadata as content
from app.db import migrate
from app.gateway.tables import metadata as gateway
from app.runner.experiment_tables import experiments
from app.runner.human.tables import human_verdicts
from app.runner.webhooks.tables import subscriptions

DECLARED = {table.metadata for table in (experiments, human_verdicts, subscriptions)}
assert len(DECLARED) == 1, "all tables of the runner are declared in one place"
OURS = {"runner": subscriptions.metadata, "cj": cj, "gateway": gateway, "content": content}


async def test_the_migrated_database_is_what_the_code_declares(database_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        differences = await connection.run_sync(_differences)
    await engine.dispose()
    assert differences == []


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"include_schemas": True, "include_name": _ours, "compare_type": True}
    )
    every: Any = list(OURS.values())
    return list(compare_metadata(context, every))


def _ours(name: str | None, kind: str, parents: object) -> bool:
    del parents
    return name in OURS if kind == "schema" else True


async def test_all_migrations_can_be_undone_and_done_again(database_url: str) -> None:
    await asyncio.to_thread(migrate.downgrade, database_url)
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        left = await connection.run_sync(lambda sync: set(inspect(sync).get_schema_names()) & set(OURS))
    assert left == set()
    await asyncio.to_thread(migrate.upgrade, database_url)
    async with engine.connect() as connection:
        assert await migrate.current(connection) == migrate.head()
    await engine.dispose()


async def test_three_processes_may_migrate_at_once(database_url: str) -> None:
    await asyncio.to_thread(migrate.downgrade, database_url)
    environment = os.environ | {"DATABASE_URL": database_url}
    migrating = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "app", "migrate", env=environment, stdout=asyncio.subprocess.DEVNULL
        )
        for _ in range(3)
    ]
    assert await asyncio.gather(*(process.wait() for process in migrating)) == [0, 0, 0]
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        assert await migrate.current(connection) == migrate.head()
    await engine.dispose()
