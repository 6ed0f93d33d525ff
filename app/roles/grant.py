"""The role that makes a database login for each role, with the rights that it needs, and ends.

Fed by whoever may make logins in ``DATABASE_URL``; comes before ``migrate``, which then runs as the tables' owner.
"""

import secrets

import structlog

from app.db.grants import give, lock
from app.db.logins import hand_over, make
from app.db.unit import Database
from app.roles.rights import OWNER, RIGHTS, SCHEMAS, login_of, rights_by_login
from app.settings import DatabaseSettings, LoginSettings, TelemetrySettings
from app.telemetry import logs

SALT_BYTES = 16


async def run() -> None:
    """Make logins, or bring them back to what they may be."""
    logs.configure("cj-runner-grant", TelemetrySettings())
    database = Database.connect(DatabaseSettings(), application_name="cj-runner-grant")
    try:
        await grant(database, LoginSettings())
    finally:
        await database.close()


async def grant(database: Database, settings: LoginSettings) -> None:
    """Make the logins, hand the schemas over to their owner, give rights: in one transaction, any time again."""
    async with database.transaction() as connection:
        await lock(connection)
        for role in (OWNER, *RIGHTS):
            password = settings.password_of(role)
            await make(connection, login_of(settings.prefix, role), password, secrets.token_bytes(SALT_BYTES))
        await hand_over(connection, login_of(settings.prefix, OWNER), SCHEMAS)
        logins = await give(connection, rights_by_login(settings.prefix))
    structlog.get_logger(__name__).info("database_logins_granted", logins=logins)
