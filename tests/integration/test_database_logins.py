"""Each service under its own login: what it needs works, everything else is refused by Postgres itself."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from app.db.migrate import upgrade
from app.db.unit import Database
from app.roles.grant import grant
from app.roles.migrate import give_rights
from app.roles.rights import OWNER, RIGHTS, SCHEMAS, login_of
from app.settings import DatabaseSettings, LoginSettings
from tests.conftest import Servers, admin, sibling

HASHES = "SELECT rolpassword FROM pg_authid WHERE rolname = :name"
READABLE = """
SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = ANY(:schemas)
AND has_schema_privilege(current_user, schemaname, 'USAGE')
AND has_any_column_privilege(current_user, schemaname || '.' || tablename, 'SELECT, INSERT, UPDATE, REFERENCES')
"""
AUDITED = """
INSERT INTO runner.audit (id, at, subject, owner, method, route, request_id, remote_address)
VALUES ('a', now() - interval '2 years', 's', 'o', 'POST', '/', 'r', 'x')
"""
HOSTILE = [
    "CREATE TABLE {own}.mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "CREATE TABLE public.mine (id int)",
    "CREATE SCHEMA mine",
    "ALTER TABLE {table} ADD COLUMN mine int",
    "DROP TABLE {table}",
    "TRUNCATE {table}",
    "CREATE ROLE mine",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "SET ROLE {owner}",
    "SELECT rolpassword FROM pg_authid",
    "SELECT pg_read_file('/etc/passwd')",
    "COPY {table} TO PROGRAM 'cat'",
    "UPDATE public.alembic_version SET version_num = '0000'",
    "SET session_replication_role = replica",
]


class Logins:
    """A migrated database with logins of its own; names end up in one server, so that each test has its prefix."""

    def __init__(self, database: Database) -> None:
        self.owner, self.settings = database, LoginSettings(prefix=f"t_{uuid4().hex[:8]}_")
        self.opened: list[Database] = []

    def name(self, role: str) -> str:
        return login_of(self.settings.prefix, role)

    def url(self, role: str) -> str:
        return self.owner.engine.url.set(username=self.name(role)).render_as_string(hide_password=False)

    def of(self, role: str) -> Database:
        found = Database.connect(DatabaseSettings(url=self.url(role), pool_size=1), application_name="tests")
        self.opened.append(found)
        return found

    async def close(self) -> None:
        for found in self.opened:
            await found.close()
        async with self.owner.transaction() as connection:
            await connection.execute(text(f'REASSIGN OWNED BY "{self.name(OWNER)}" TO CURRENT_USER'))
            for role in (OWNER, *RIGHTS):
                await connection.execute(text(f'DROP OWNED BY "{self.name(role)}"'))
                await connection.execute(text(f'DROP ROLE "{self.name(role)}"'))


@pytest.fixture
async def logins(database: Database) -> AsyncIterator[Logins]:
    found = Logins(database)
    await grant(database, found.settings)
    yield found
    await found.close()


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(DBAPIError) as caught:
        yield
    assert str(getattr(caught.value.orig, "sqlstate", "")) == "42501", caught.value.orig


async def say(database: Database, statement: str) -> None:
    async with database.transaction() as connection:
        await connection.exec_driver_sql(statement)


@pytest.mark.parametrize("role", RIGHTS)
async def test_a_login_reaches_the_tables_of_its_list_and_none_of_another_schema(
    logins: Logins, role: str
) -> None:
    async with logins.of(role).transaction() as connection:
        found = (await connection.execute(text(READABLE), {"schemas": list(SCHEMAS)})).scalars().all()
        assert (await connection.execute(text("SELECT version_num FROM public.alembic_version"))).scalar_one()
    assert set(found) == {f"{RIGHTS[role].schema}.{table}" for table in RIGHTS[role].tables}


@pytest.mark.parametrize("role", RIGHTS)
async def test_a_login_is_refused_in_every_other_schema(logins: Logins, role: str) -> None:
    for other in {rights.schema: rights for rights in RIGHTS.values()}.values():
        if other.schema == RIGHTS[role].schema:
            continue
        table = f"{other.schema}.{next(iter(other.tables))}"
        for statement in ("SELECT 1 FROM {}", "DELETE FROM {}", "INSERT INTO {} DEFAULT VALUES", "LOCK TABLE {}"):
            with refused():
                await say(logins.of(role), statement.format(table))


@pytest.mark.parametrize("role", RIGHTS)
async def test_a_login_changes_no_table_no_right_and_nothing_of_the_server(logins: Logins, role: str) -> None:
    rights = RIGHTS[role]
    own = {"own": rights.schema, "table": f"{rights.schema}.{next(iter(rights.tables))}"}
    database = logins.of(role)
    for statement in HOSTILE:
        with refused():
            await say(database, statement.format(**own, owner=logins.name(OWNER)))


async def test_the_audit_only_grows_for_whoever_serves_requests(logins: Logins) -> None:
    api, worker = logins.of("api"), logins.of("worker")
    await say(api, AUDITED)
    await say(api, "UPDATE runner.audit SET status = 201, location = '/x', finished_at = now() WHERE id = 'a'")
    for statement in (
        "UPDATE runner.audit SET subject = 'nobody'",
        "UPDATE runner.audit SET status = 200",
        "DELETE FROM runner.audit",
        "DO $$ BEGIN SET runner.audit_sweep = 'on'; DELETE FROM runner.audit; END $$",
        "TRUNCATE runner.audit",
    ):
        with refused():
            await say(api, statement)
    for statement in (AUDITED, "UPDATE runner.audit SET finished_at = now()", "SELECT 1 FROM runner.api_keys"):
        with refused():
            await say(worker, statement)


async def test_granting_again_takes_back_what_was_given_by_hand(logins: Logins) -> None:
    cj = logins.name("cj")
    await say(logins.owner, f'GRANT USAGE ON SCHEMA runner TO "{cj}"')
    await say(logins.owner, f'GRANT SELECT ON runner.api_keys TO "{cj}"')
    await say(logins.owner, f'ALTER ROLE "{cj}" CREATEROLE')
    await say(logins.of("cj"), "SELECT 1 FROM runner.api_keys")
    await grant(logins.owner, logins.settings)
    for statement in ("SELECT 1 FROM runner.api_keys", "CREATE ROLE mine"):
        with refused():
            await say(logins.of("cj"), statement)


async def test_several_grants_at_once_are_one_after_the_other(logins: Logins) -> None:
    await asyncio.gather(*(grant(logins.owner, logins.settings) for _ in range(4)))
    await say(logins.of("content"), "SELECT 1 FROM content.texts")


async def test_the_owner_of_the_tables_migrates_and_has_no_power_over_the_server(logins: Logins) -> None:
    url = make_url(logins.url(OWNER)).render_as_string(hide_password=False)
    await asyncio.to_thread(upgrade, url)
    await say(logins.of(OWNER), "ALTER TABLE runner.runs ADD COLUMN of_a_next_release int")
    for statement in ("CREATE ROLE mine", "SELECT rolpassword FROM pg_authid", "CREATE DATABASE mine"):
        with pytest.raises(DBAPIError):
            await say(logins.of(OWNER), statement)


async def test_an_administrator_without_all_power_can_do_it_before_there_is_any_table(servers: Servers) -> None:
    name = f"t_{uuid4().hex[:8]}"
    for statement in ('CREATE ROLE "{0}" LOGIN CREATEROLE', 'CREATE DATABASE "{0}" OWNER "{0}"'):
        await admin(servers.database_url, statement.format(name))
    url = make_url(sibling(servers.database_url, name))
    mine = Database.connect(DatabaseSettings(url=url.set(username=name).render_as_string()), application_name="t")
    settings = LoginSettings(prefix=f"{name}_")
    await grant(mine, settings)
    await mine.close()
    owner = url.set(username=login_of(settings.prefix, OWNER)).render_as_string()
    await asyncio.to_thread(upgrade, owner)
    assert len(await give_rights(DatabaseSettings(url=owner), settings.prefix)) == len(RIGHTS)
    for role, rights in RIGHTS.items():
        login = url.set(username=login_of(settings.prefix, role)).render_as_string()
        opened = Database.connect(DatabaseSettings(url=login), application_name="t")
        await say(opened, f"SELECT 1 FROM {rights.schema}.{next(iter(rights.tables))}")  # noqa: S608 - our own tables
        await opened.close()
    await admin(servers.database_url, f'DROP DATABASE "{name}" WITH (FORCE)')


async def test_a_password_is_kept_as_postgres_keeps_it_and_stays_when_none_is_given(logins: Logins) -> None:
    password = SecretStr("a-password-of-cj")
    await grant(logins.owner, logins.settings.model_copy(update={"cj_password": password}))
    kept = await password_of(logins, "cj")
    assert kept.startswith("SCRAM-SHA-256$4096:")
    assert password.get_secret_value() not in kept
    await grant(logins.owner, logins.settings)
    assert await password_of(logins, "cj") == kept


async def password_of(logins: Logins, role: str) -> str:
    async with logins.owner.transaction() as connection:
        return str((await connection.execute(text(HASHES), {"name": logins.name(role)})).scalar_one())
