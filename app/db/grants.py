"""Rights on rows: a login may do in its own schema what its list says, and nothing in any other.

Fed by ``roles/grant``, and by ``roles/migrate`` for tables that are new. It may be run again at any time: what a
list no longer names is taken away in the same transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.logins import are_there, quoted, say

LOCK_KEY = 7_301_843
VERBS = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}
"""The letters that Postgres itself uses in its lists of rights."""


@dataclass(frozen=True)
class Rights:
    """What one login may do in ``schema``: letters of ``VERBS`` by table; of some it updates columns only."""

    schema: str
    tables: Mapping[str, str]
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)


async def lock(connection: AsyncConnection) -> None:
    """Wait until nobody else changes rights, and keep others waiting until this transaction ends."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})


async def give(connection: AsyncConnection, rights: Mapping[str, Rights]) -> list[str]:
    """Give each login that the server has its rights, and take all others; return those logins.

    Tables that no migration has made yet are passed over: the next one gives them.
    """
    logins = sorted(await are_there(connection, list(rights)))
    there = await _tables(connection, sorted({found.schema for found in rights.values()}))
    for login in logins:
        for statement in _statements(quoted(login), rights[login], there):
            await say(connection, statement)
    return logins


async def _tables(connection: AsyncConnection, schemas: Sequence[str]) -> dict[str, set[str]]:
    wanted = text("""
        SELECT nspname, tablename FROM pg_namespace LEFT JOIN pg_tables ON schemaname = nspname
        WHERE nspname = ANY(:schemas) OR nspname = 'public'
    """)
    found: dict[str, set[str]] = {}
    for schema, table in await connection.execute(wanted, {"schemas": list(schemas)}):
        found.setdefault(schema, set()).add(table)
    return found


def _statements(login: str, rights: Rights, there: Mapping[str, set[str]]) -> Iterator[str]:
    for schema in there:
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {quoted(schema)} FROM {login}"
        yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {quoted(schema)} FROM {login}"
        yield f"REVOKE ALL ON SCHEMA {quoted(schema)} FROM {login}"
    if "alembic_version" in there.get("public", ()):
        yield f"GRANT SELECT ON public.alembic_version TO {login}"
    if rights.schema not in there:
        return
    schema = quoted(rights.schema)
    yield f"GRANT USAGE ON SCHEMA {schema} TO {login}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {login}"
    for table in sorted(there[rights.schema] & set(rights.tables)):
        verbs = ", ".join(VERBS[letter] for letter in rights.tables[table])
        yield f"GRANT {verbs} ON {schema}.{quoted(table)} TO {login}"
        if table in rights.columns:
            yield f"GRANT UPDATE ({', '.join(rights.columns[table])}) ON {schema}.{quoted(table)} TO {login}"
