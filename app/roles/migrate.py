"""The role that brings the database to the newest schema and ends: run it before the others."""

import asyncio

import structlog

from app.db.grants import give, lock
from app.db.migrate import head, upgrade
from app.db.unit import Database
from app.roles.rights import rights_by_login
from app.settings import DatabaseSettings, LoginSettings, TelemetrySettings
from app.telemetry import logs


async def run() -> None:
    """Run all missing migrations; logins that ``grant`` made get their rights on tables that are new."""
    logs.configure("cj-runner-migrate", TelemetrySettings())
    settings = DatabaseSettings()
    await asyncio.to_thread(upgrade, settings.url)
    logins = await give_rights(settings, LoginSettings().prefix)
    structlog.get_logger(__name__).info("database_migrated", revision=head(), logins=logins)


async def give_rights(settings: DatabaseSettings, prefix: str) -> list[str]:
    """Give the logins that are there their rights, as the owner of the tables may; return their names."""
    database = Database.connect(settings, application_name="cj-runner-migrate")
    try:
        async with database.transaction() as connection:
            await lock(connection)
            return await give(connection, rights_by_login(prefix))
    finally:
        await database.close()
