"""Brings a database to the newest schema: called by ``cj-runner``'s set-up, by roles and by tests."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncConnection

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("prepend_sys_path", str(MIGRATIONS.parent))
    config.set_main_option("path_separator", "os")
    config.attributes["database_url"] = database_url
    return config


def upgrade(database_url: str, revision: str = "head") -> None:
    """Run all missing migrations; safe to call from several processes at once (advisory lock)."""
    command.upgrade(_config(database_url), revision)


def downgrade(database_url: str, revision: str = "base") -> None:
    """Undo migrations down to ``revision``."""
    command.downgrade(_config(database_url), revision)


def new(message: str) -> str:
    """Start an empty migration after the newest one; return its path."""
    number = f"{int(head() or 0) + 1:04d}"
    slug = "_".join(message.lower().split())
    made = command.revision(_config(""), message=message, rev_id=number)
    path = MIGRATIONS / "versions" / f"{number}_{slug}.py"
    if not isinstance(made, Script):
        raise TypeError("alembic made no single revision")
    Path(made.path).rename(path)
    return str(path)


def head() -> str | None:
    """Return the newest revision that the code knows."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def knows(revision: str | None) -> bool:
    """Return whether ``revision`` is one of those that lead to the newest one."""
    return revision in {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


async def current(connection: AsyncConnection) -> str | None:
    """Return the revision that the database has, or None for an empty one."""
    return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
