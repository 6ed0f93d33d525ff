"""Logins in Postgres: one a role, without any power over the server; one of them owns what migrations make.

Fed by ``roles/grant``; what each login may do with rows is ``db/grants``. All of it may be run again at any time.
"""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.errors import Misconfigured

ITERATIONS = 4096
POWERLESS = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
_OWNED = text("""
    SELECT format('SCHEMA %I', nspname) FROM pg_namespace WHERE nspname = ANY(:schemas)
    UNION ALL
    SELECT format('TABLE %I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname = ANY(:schemas) OR (schemaname = 'public' AND tablename = 'alembic_version')
    UNION ALL
    SELECT format('FUNCTION %s', oid::regprocedure) FROM pg_proc
    WHERE pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname = ANY(:schemas))
""")


def quoted(name: str) -> str:
    """Return a name as SQL takes it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


async def say(connection: AsyncConnection, statement: str) -> None:
    """Send a statement as it stands: those about rights take no parameters."""
    await connection.exec_driver_sql(statement)


async def are_there(connection: AsyncConnection, logins: Sequence[str]) -> set[str]:
    """Return those of ``logins`` that the server has."""
    wanted = text("SELECT rolname FROM pg_roles WHERE rolname = ANY(:names)")
    return set((await connection.execute(wanted, {"names": list(logins)})).scalars())


async def make(connection: AsyncConnection, login: str, password: str | None, salt: bytes) -> None:
    """Make ``login``, or take back whatever power it was given; without a password the one it has stays."""
    verb = "ALTER" if await are_there(connection, [login]) else "CREATE"
    await say(connection, f"{verb} ROLE {quoted(login)} {POWERLESS}")
    if password is not None:
        await say(connection, f"ALTER ROLE {quoted(login)} PASSWORD '{verifier(password, salt)}'")


def verifier(password: str, salt: bytes) -> str:
    """Return what Postgres keeps of a password (RFC 5802): the password itself reaches no log of the server.

    Raises ``Misconfigured`` for characters that SCRAM would have to prepare first (RFC 4013).
    """
    if not (password and password.isascii() and password.isprintable()):
        raise Misconfigured("passwords of logins must be printable ASCII")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    first, *others = (b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${ITERATIONS}:{first}${':'.join(others)}"


async def hand_over(connection: AsyncConnection, login: str, schemas: Sequence[str]) -> None:
    """Let ``login`` own the schemas, all in them and the list of migrations, and make new ones."""
    owner = quoted(login)
    database = quoted(str((await connection.execute(text("SELECT current_database()"))).scalar_one()))
    for statement in (
        f"GRANT {owner} TO CURRENT_USER",
        f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC",
        f"GRANT CREATE, CONNECT ON DATABASE {database} TO {owner}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT CREATE, USAGE ON SCHEMA public TO {owner}",
    ):
        await say(connection, statement)
    for thing in (await connection.execute(_OWNED, {"schemas": list(schemas)})).scalars().all():
        await say(connection, f"ALTER {thing} OWNER TO {owner}")
