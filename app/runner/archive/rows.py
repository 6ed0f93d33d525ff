"""Rows of a run's files, revision by revision. Fed by ``finish``; feeds routes, bundles and checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.errors import NotFound
from app.runner.archive.listing import Entry, folder_of
from app.runner.runs.states import FINAL
from app.runner.runs.store import Run
from app.runner.tables import announcements, run_events, run_files

ENDS = frozenset(f"run.{state}" for state in FINAL)


@dataclass(frozen=True)
class Revision:
    """One numbered state of a run's files, never overwritten; ``event`` is what made it, ``why`` what it says."""

    number: int
    created_at: datetime
    files: int
    bytes: int
    artefact_sha256: str | None
    event: str | None = None
    why: str | None = None


async def revisions(connection: AsyncConnection, run: Run) -> list[Revision]:
    """Return the revisions of a run, the first first."""
    artefact = func.max(run_files.c.sha256).filter(run_files.c.kind == "artefact")
    wanted = (
        select(
            run_files.c.revision,
            func.max(run_files.c.created_at).label("created_at"),
            func.count().label("files"),
            func.sum(run_files.c.bytes).label("bytes"),
            artefact.label("artefact"),
        )
        .where(run_files.c.run_id == run.id)
        .group_by(run_files.c.revision)
        .order_by(run_files.c.revision)
    )
    why = await _causes(connection, run.id)
    return [
        Revision(row.revision, row.created_at, row.files, int(row.bytes), row.artefact, *why.get(row.revision, ()))
        for row in await connection.execute(wanted)
    ]


async def _causes(connection: AsyncConnection, run_id: str) -> Mapping[int, tuple[str, str | None]]:
    """Return which event made which revision: one that names it, or for the first the run's end."""
    query = select(run_events.c.type, run_events.c.data).where(run_events.c.run_id == run_id)
    found: dict[int, tuple[str, str | None]] = {}
    for kind, data in await connection.execute(query.order_by(run_events.c.number)):
        number = data.get("revision", 1 if kind in ENDS else None)
        if isinstance(number, int):
            said = data.get("why") or ": ".join(filter(None, (data.get("reason"), data.get("detail"))))
            found.setdefault(number, (kind, said or None))
    return found


async def chosen(connection: AsyncConnection, run: Run, wanted: int | None) -> int:
    """Return the number of the wanted revision, or of the latest; raises ``NotFound`` naming those that exist."""
    if wanted is None:
        return max(run.revision, 1)
    if wanted <= run.revision:
        return wanted
    query = select(run_files.c.revision).where(run_files.c.run_id == run.id).distinct()
    known = sorted((await connection.execute(query)).scalars())
    if wanted in known:
        return wanted
    there = f"it has {', '.join(map(str, known))}" if known else "it has none yet"
    raise NotFound(f"the run has no revision {wanted}; {there}")


async def entries(
    connection: AsyncConnection,
    run_id: str,
    revision: int,
    *,
    kinds: Sequence[str] = (),
    after: str = "",
    limit: int | None = None,
) -> list[Entry]:
    """Return the files of a revision by name; no ``kinds`` mean all, ``after`` is the name before the first."""
    place = folder_of(revision)
    wanted = (
        select(*(run_files.c[name] for name in ("path", "kind", "media_type", "sha256", "bytes")))
        .where(run_files.c.run_id == run_id, run_files.c.revision == revision)
        .order_by(run_files.c.path.collate("C"))
        .limit(limit)
    )
    if kinds:
        wanted = wanted.where(run_files.c.kind.in_(kinds))
    if after:
        wanted = wanted.where(run_files.c.path.collate("C") > place + after)
    return [Entry(row.path.removeprefix(place), *row[1:]) for row in await connection.execute(wanted)]


async def entry(connection: AsyncConnection, run_id: str, revision: int, name: str) -> Entry | None:
    """Return one file of a revision by its name, None where it has none such."""
    place = folder_of(revision)
    wanted = select(run_files.c.kind, run_files.c.media_type, run_files.c.sha256, run_files.c.bytes).where(
        run_files.c.run_id == run_id, run_files.c.revision == revision, run_files.c.path == place + name
    )
    row = (await connection.execute(wanted)).one_or_none()
    return None if row is None else Entry(name, *row)


async def composed(connection: AsyncConnection, run_id: str) -> list[bytes]:
    """Return the requests of a run as they were composed, in order."""
    mine = (announcements.c.run_id == run_id, announcements.c.kind == "request")
    wanted = select(announcements.c.raw).where(*mine)
    order = (announcements.c.received_at, announcements.c.digest)
    return list((await connection.execute(wanted.order_by(*order))).scalars())
