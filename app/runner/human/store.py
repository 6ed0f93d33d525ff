"""Files of people's verdicts in and out of Postgres; a stored one never changes, and goes with its run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from app.errors import Conflict, NotFound
from app.runner.human.reading import Content, ReadAs
from app.runner.human.tables import human_verdicts

_SHOWN = tuple(column for column in human_verdicts.c if column.name != "content")


@dataclass(frozen=True)
class VerdictSet:
    """One file of verdicts without its rows."""

    id: str
    run_id: str
    label: str
    sha256: str
    options: ReadAs
    summary: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True)
class NewSet:
    """A file that was read, on its way in."""

    id: str
    run_id: str
    label: str
    sha256: str
    options: ReadAs
    content: Content
    summary: Mapping[str, object]


async def keep(connection: AsyncConnection, new: NewSet, most: int, now: datetime) -> tuple[VerdictSet, bool]:
    """Store a file, and return it with whether it is new: the same file again is the one that is there.

    The run must be held by the caller's lock. Raises ``Conflict`` for a file that is there but was read in another
    way, or where the run has as many as it may.
    """
    mine = human_verdicts.c.run_id == new.run_id
    same = select(*_SHOWN).where(mine, human_verdicts.c.sha256 == new.sha256)
    row = (await connection.execute(same)).one_or_none()
    if row is not None:
        kept = _set_of(row)
        if kept.options != new.options:
            raise Conflict(f"this file is here as {kept.id}, read with other columns or names: delete that first")
        return kept, False
    count = (await connection.execute(select(func.count()).select_from(human_verdicts).where(mine))).scalar_one()
    if count >= most:
        raise Conflict(f"the run has {count} files of verdicts, and may have no more: delete one first")
    values = {
        "id": new.id,
        "run_id": new.run_id,
        "label": new.label,
        "sha256": new.sha256,
        "options": new.options.model_dump(),
        "content": new.content.model_dump(),
        "summary": dict(new.summary),
        "created_at": now,
    }
    written = insert(human_verdicts).values(**values).returning(*_SHOWN)
    return _set_of((await connection.execute(written)).one()), True


async def of_run(connection: AsyncConnection, run_id: str) -> list[VerdictSet]:
    """Return the files of a run, the oldest first."""
    wanted = select(*_SHOWN).where(human_verdicts.c.run_id == run_id)
    rows = await connection.execute(wanted.order_by(human_verdicts.c.created_at, human_verdicts.c.id))
    return [_set_of(row) for row in rows]


async def get(connection: AsyncConnection, run_id: str, set_id: str) -> VerdictSet:
    """Return one file of a run; raises ``NotFound``."""
    wanted = select(*_SHOWN).where(human_verdicts.c.run_id == run_id, human_verdicts.c.id == set_id)
    row = (await connection.execute(wanted)).one_or_none()
    if row is None:
        raise unknown(set_id)
    return _set_of(row)


async def remove(connection: AsyncConnection, run_id: str, set_id: str) -> None:
    """Remove one file of a run with everything in it; one that is not there is removed already."""
    mine = human_verdicts.c.run_id == run_id, human_verdicts.c.id == set_id
    await connection.execute(delete(human_verdicts).where(*mine))


async def contents(connection: AsyncConnection, run_id: str, ids: Sequence[str]) -> dict[str, Content]:
    """Return what the named files of a run hold, the oldest first; all of them where none is named.

    Raises ``NotFound`` for one that the run does not have.
    """
    wanted = select(human_verdicts.c.id, human_verdicts.c.content).where(human_verdicts.c.run_id == run_id)
    if ids:
        wanted = wanted.where(human_verdicts.c.id.in_(ids))
    rows = await connection.execute(wanted.order_by(human_verdicts.c.created_at, human_verdicts.c.id))
    found = {row.id: Content.model_validate(row.content) for row in rows}
    for set_id in ids:
        if set_id not in found:
            raise unknown(set_id)
    return found


def unknown(set_id: str) -> NotFound:
    """Return the refusal of a file that a run does not have."""
    return NotFound(f"the run has no verdicts {set_id[:64]}")


def _set_of(row: Row[Any]) -> VerdictSet:
    options = ReadAs.model_validate(row.options)
    return VerdictSet(row.id, row.run_id, row.label, row.sha256, options, row.summary, row.created_at)
