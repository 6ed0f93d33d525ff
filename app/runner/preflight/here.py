"""Probes of what is at hand: database, migrations, disk, assets, prompts. Feeds ``check``."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db import migrate
from app.db.unit import Database
from app.errors import Unavailable
from app.runner.preflight.check import Finding, Probe
from app.runner.runs import prompts
from app.settings import RunnerSettings

LEAST_FREE_BYTES = 1024**3
Look = Callable[[], Awaitable[Finding]]
MIGRATE = "run the migrations: python -m app migrate"


def database(opened: Database) -> Probe:
    """Return the probe: the database answers."""

    async def look() -> Finding:
        async with opened.transaction() as connection:
            version = (await connection.execute(text("SHOW server_version"))).scalar_one()
        return Finding(ok=True, detail=f"Postgres {version} answers")

    return Probe("database", _said(look), "start Postgres, or correct DATABASE_URL")


def migrations(opened: Database) -> Probe:
    """Return the probe: the schema is the one that the code knows."""

    async def look() -> Finding:
        async with opened.transaction() as connection:
            found = await migrate.current(connection)
        return compared(found, migrate.head(), migrate.knows(found))

    return Probe("migrations", _said(look), "see the probe database")


def compared(found: str | None, head: str | None, known: bool) -> Finding:
    """Return what it means that the database is at ``found`` and the code at ``head``."""
    if found == head:
        return Finding(ok=True, detail=f"the schema is at {head}, as the code is")
    if found is None:
        return Finding(ok=False, detail=f"the database is empty, the code is at {head}", what_to_do=MIGRATE)
    if known:
        return Finding(
            ok=False, detail=f"the schema is behind: at {found}, the code at {head}", what_to_do=MIGRATE
        )
    return Finding(
        ok=False,
        detail=f"the schema is ahead: at {found}, which this code does not know (it is at {head})",
        what_to_do="deploy the version of the code that the database was migrated by, or a newer one",
    )


def disk(settings: RunnerSettings, least: int = LEAST_FREE_BYTES) -> Probe:
    """Return the probe: artefacts can be written, and there is room for them."""
    way_out = "make the folder of RUNNER_FILES_DIR writable for this process, or name another one"

    def look() -> Finding:
        folder = settings.files_dir
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder) as trial:
                trial.write(b"preflight")
            free = shutil.disk_usage(folder).free
        except OSError as error:
            return Finding(ok=False, detail=f"files cannot be written ({error.strerror})", what_to_do=way_out)
        room = f"{free / 1024**3:.1f} GiB free"
        if free < least:
            more = "make room, or move RUNNER_FILES_DIR to a larger disk"
            return Finding(ok=False, detail=f"only {room}", what_to_do=more, severity="warning")
        return Finding(ok=True, detail=f"files can be written, {room}")

    return Probe("disk", _in_thread(look), way_out)


def assets(settings: RunnerSettings) -> Probe:
    """Return the probe: the folder that packages are registered from can be read."""
    root, way_out = settings.packages_root, "set RUNNER_PACKAGES_ROOT to a folder that this process can read"

    def look() -> Finding:
        if root is None:
            return Finding(ok=True, detail="no packages root is set: packages are uploaded")
        try:
            folders = sum(path.is_dir() for path in root.iterdir())
        except OSError as error:
            return Finding(
                ok=False,
                detail=f"the packages root cannot be read ({error.strerror})",
                what_to_do=way_out,
                severity="warning",
            )
        return Finding(ok=True, detail=f"the packages root can be read, {folders} folders")

    return Probe("assets", _in_thread(look), way_out, "warning")


def prompt_texts(settings: RunnerSettings) -> Probe:
    """Return the probe: prompts that runs name are there."""
    way_out = "set RUNNER_PROMPTS_DIR to the folder prompts of this repository"

    def look() -> Finding:
        known = prompts.listed(settings.prompts_dir, None)
        if not known:
            return Finding(ok=False, detail="there are no prompts", what_to_do=way_out, severity="warning")
        return Finding(ok=True, detail=f"{len(known)} prompts can be named")

    return Probe("prompts", _in_thread(look), way_out, "warning")


def _in_thread(look: Callable[[], Finding]) -> Look:
    async def looking() -> Finding:
        return await asyncio.to_thread(look)

    return looking


def _said(look: Look) -> Look:
    """Return ``look`` with the database's errors in our own words: theirs may hold its address."""

    async def looking() -> Finding:
        try:
            return await look()
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"the database does not answer ({type(error).__name__})") from error

    return looking
