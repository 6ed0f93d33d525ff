"""``cj-runner api-keys``: keys of the runner, straight in its database: the first one, or when no admin is left.

Fed by ``main``. The key itself is shown once and kept nowhere; with ``--static`` the database is not touched, and
the hash is printed as a line for an env file.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from app.cli import terminal
from app.cli.asking import STACK, Command

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from app.runner.access.key_store import ApiKey, Grant
    from app.runner.access.keys import NewKey

commands = typer.Typer(no_args_is_help=True, help="API keys of the runner, straight in its database.")
Result = TypeVar("Result")
DataDir = Annotated[
    Path, typer.Option("--data-dir", help="A running stack whose database is used where DATABASE_URL is not set.")
]


class Scope(StrEnum):
    """What a key may do; ``admin`` implies the others, writing implies reading."""

    READ = "runs:read"
    WRITE = "runs:write"
    ADMIN = "admin"


@commands.command(cls=Command)
def create(
    subject: Annotated[str, typer.Option(help="Who will use it; shown in the audit.")],
    owner: Annotated[str, typer.Option(help="The organisation whose runs it sees.")] = "local",
    scope: Annotated[list[Scope] | None, typer.Option(help="Several: all of them. Default: runs:write.")] = None,
    days: Annotated[int | None, typer.Option(help="Expires after so many days; default: never.", min=1)] = None,
    static: Annotated[bool, typer.Option("--static", help="Print a line for an env file instead.")] = False,
    data_dir: DataDir = STACK,
) -> None:
    """Make a key and show it once (on standard error with --static, so that the line can be redirected)."""
    import secrets

    from app.runner.access import key_store, keys

    new, now = keys.new(secrets.token_bytes(keys.ENTROPY_BYTES)), datetime.now(UTC)
    expires_at = None if days is None else now + timedelta(days=days)
    grant = key_store.Grant(owner, subject, sorted({one.value for one in scope or [Scope.WRITE]}), expires_at)
    line = _env_line(new, grant)
    if static:
        typer.echo(line)
        typer.echo(f"the key, shown only now: {new.text}", err=True)
        return
    in_database(data_dir, lambda connection: key_store.keep(connection, new, grant, now))
    typer.echo(new.text)
    typer.echo(f"shown only now; its id is {new.id}", err=True)


@commands.command("list", cls=Command)
def list_keys(
    owner: Annotated[str | None, typer.Option(help="Only this organisation's.")] = None,
    data_dir: DataDir = STACK,
) -> None:
    """List the newest 200 keys: never what they open with."""
    from app.runner.access import key_store

    found = in_database(data_dir, lambda connection: key_store.listed(connection, owner, None, 200))
    rows = []
    for key in found:
        used = "" if key.last_used_at is None else f"{key.last_used_at:%Y-%m-%d %H:%M}"
        scopes = ", ".join(key.scopes)
        rows.append((key.id, key.owner, key.subject, scopes, f"{key.created_at:%Y-%m-%d}", used, _state(key)))
    terminal.table(("Id", "Owner", "Subject", "Scopes", "Created", "Last used", "State"), rows)


@commands.command(cls=Command)
def revoke(key_id: Annotated[str, typer.Argument(help="As listed.")], data_dir: DataDir = STACK) -> None:
    """Revoke a key: it opens nothing any more after at most five seconds."""
    from app.runner.access import key_store

    now = datetime.now(UTC)
    in_database(data_dir, lambda connection: key_store.revoke(connection, key_id, None, now))
    terminal.line(f"{key_id} is revoked")


def _env_line(new: "NewKey", grant: "Grant") -> str:
    """Return the line for an env file; raises ``InvalidInput`` for names that no key may have."""
    from pydantic import ValidationError

    from app.errors import InvalidInput
    from app.settings import StaticKey

    try:
        key = StaticKey(
            id=new.id,
            sha256=new.sha256,
            owner=grant.owner,
            subject=grant.subject,
            scopes=frozenset(grant.scopes),
            expires_at=grant.expires_at,
        )
    except ValidationError as error:
        [wrong, *_] = error.errors()
        raise InvalidInput(f"{wrong['loc'][0]}: {wrong['msg']}") from error
    shown = key.model_dump(mode="json", exclude_none=True) | {"scopes": list(grant.scopes)}
    return f"RUNNER_API_KEYS='{json.dumps([shown]).replace(chr(39), chr(92) + 'u0027')}'"


def _state(key: "ApiKey") -> str:
    from app.settings.access import is_over

    if key.revoked_at is not None:
        return "revoked"
    return "expired" if is_over(key.expires_at, datetime.now(UTC)) else "good"


def in_database(data_dir: Path, act: "Callable[[AsyncConnection], Awaitable[Result]]") -> Result:
    """Do ``act`` in one transaction of the stack's database, or that of DATABASE_URL; raises ``Unavailable``."""
    import asyncio

    from sqlalchemy.exc import DBAPIError

    from app.cli import places
    from app.db.unit import Database
    from app.errors import Unavailable
    from app.settings import DatabaseSettings

    async def work() -> Result:
        database = Database.connect(DatabaseSettings(url=places.database(data_dir)), application_name="cj-runner")
        try:
            async with database.transaction() as connection:
                return await act(connection)
        except (DBAPIError, OSError) as error:
            raise Unavailable(
                f"the database does not answer, or is not migrated ({type(error).__name__}): see DATABASE_URL"
            ) from error
        finally:
            await database.close()

    return asyncio.run(work())
