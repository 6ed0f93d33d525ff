"""Servers for the tests: real Postgres and a real broker, one of each for a test process.

``TEST_DATABASE_URL`` and ``TEST_KAFKA_BOOTSTRAP`` name other ones; where a Docker engine answers,
``TEST_WITH_DOCKER=1`` starts containers; else the embedded servers are started, and stopped afterwards.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from hypothesis import settings
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.db.migrate import upgrade
from app.db.unit import Database
from app.roles.embedded import broker, postgres
from app.settings import DatabaseSettings, KafkaSettings

settings.register_profile("house", deadline=None)
settings.load_profile("house")
"""How long one example takes depends on who else uses the machine."""


@dataclass(frozen=True)
class Servers:
    """Where the servers of this test process answer."""

    database_url: str
    kafka_bootstrap: str


@pytest.fixture(scope="session")
def new_server_dir() -> Iterator[Callable[[], Path]]:
    """Folders for servers, outside pytest's own, which each new session closes to other users again."""
    with ExitStack() as stack:

        def new() -> Path:
            folder = TemporaryDirectory(prefix="cj-runner-test-", ignore_cleanup_errors=True)
            return Path(stack.enter_context(folder))

        yield new


@pytest.fixture(scope="session")
def servers(new_server_dir: Callable[[], Path]) -> Iterator[Servers]:
    named = os.environ.get("TEST_DATABASE_URL"), os.environ.get("TEST_KAFKA_BOOTSTRAP")
    with ExitStack() as stack:
        if named[0] and named[1]:
            yield Servers(named[0], named[1])
        elif os.environ.get("TEST_WITH_DOCKER") == "1":
            yield _containers(stack)
        else:
            where = new_server_dir()
            database_url = stack.enter_context(postgres(where / "postgres"))
            yield Servers(database_url, stack.enter_context(broker(where / "broker")))


def _containers(stack: ExitStack) -> Servers:
    from testcontainers.kafka import KafkaContainer
    from testcontainers.postgres import PostgresContainer

    database = stack.enter_context(PostgresContainer("postgres:17", driver="asyncpg"))
    kafka = stack.enter_context(KafkaContainer().with_kraft())
    return Servers(database.get_connection_url(), kafka.get_bootstrap_server())


@pytest.fixture(scope="session")
def kafka(servers: Servers) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=servers.kafka_bootstrap)


@pytest.fixture(scope="session")
def kafka_bootstrap(servers: Servers) -> str:
    return servers.kafka_bootstrap


def sibling(database_url: str, name: str) -> str:
    return make_url(database_url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
async def template(servers: Servers) -> str:
    """The name of a migrated database that every test's own database is copied from."""
    name = f"template_{uuid4().hex[:12]}"
    await admin(servers.database_url, f'CREATE DATABASE "{name}"')
    await asyncio.to_thread(upgrade, sibling(servers.database_url, name))
    return name


async def admin(database_url: str, statement: str) -> None:
    engine = create_async_engine(database_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture
async def database_url(servers: Servers, template: str) -> AsyncIterator[str]:
    name = f"test_{uuid4().hex[:12]}"
    await admin(servers.database_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield sibling(servers.database_url, name)
    await admin(servers.database_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database.connect(DatabaseSettings(url=database_url), application_name="tests")
    yield opened
    await opened.close()


@pytest.fixture
def unique_topic() -> Callable[[str], str]:
    return lambda name: f"test.{name}.{uuid4().hex}"


@pytest.fixture
def unused_tcp_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return int(holder.getsockname()[1])
