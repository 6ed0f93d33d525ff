"""What the pages of a run read: the run, what it came to, its files, its events, what took effect.

Fed by rows and by kept files; feeds the views. Each read is short, so that no page holds a connection for long.
"""

from collections.abc import Mapping, Sequence

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.rows import columns_of, shaped
from app.errors import NotFound
from app.runner.api.parts import Parts
from app.runner.archive import rows
from app.runner.archive.listing import EVIDENCE, Entry
from app.runner.finish import readback
from app.runner.finish.collected import announced
from app.runner.results.kept import Kept
from app.runner.runs.listing import RunEvent
from app.runner.runs.states import PUBLISHING_MODES
from app.runner.runs.store import Run
from app.runner.tables import comparisons, run_events

EVENTS_SHOWN = 50
Told = Mapping[str, object]


async def kept_of(parts: Parts, run: Run) -> Kept | None:
    """Return scores and grades of a run that ended, None where there are none to have."""
    if not run.is_final or run.mode not in PUBLISHING_MODES:
        return None
    try:
        return await readback.kept(parts.database, parts.settings.files_dir, run)
    except NotFound:
        return None


async def files_of(connection: AsyncConnection, run: Run) -> list[Entry]:
    """Return the files of the latest revision that people want: all but the evidence, which the bundle has."""
    number = await rows.chosen(connection, run, None)
    return [entry for entry in await rows.entries(connection, run.id, number) if entry.kind not in EVIDENCE]


async def events_before(connection: AsyncConnection, run_id: str, before: int | None) -> list[RunEvent]:
    """Return the latest events of a run, or the latest before a number, in order."""
    wanted = select(*columns_of(run_events, RunEvent)).where(run_events.c.run_id == run_id)
    if before is not None:
        wanted = wanted.where(run_events.c.number < before)
    latest = await connection.execute(wanted.order_by(run_events.c.number.desc()).limit(EVENTS_SHOWN))
    return [shaped(RunEvent, row) for row in latest][::-1]


async def effective_of(connection: AsyncConnection, run_id: str) -> Told:
    """Return the settings that took effect, as the first answer tells them; empty before there is one."""
    first = select(comparisons.c.raw).where(comparisons.c.run_id == run_id).order_by(comparisons.c.sequence)
    raw = (await connection.execute(first.limit(1))).scalar_one_or_none()
    facts = {} if raw is None else orjson.loads(raw)["data"].get("request_metadata") or {}
    echoed = facts.get("effective_settings")
    if isinstance(echoed, dict):
        return echoed
    return {"provider_override": facts.get("resolved_provider"), "model_override": facts.get("resolved_model")}


async def engine_of(connection: AsyncConnection, run_id: str) -> Told:
    """Return what cj says about its work beside the scores; empty before its result came."""
    told = await announced(connection, run_id)
    return {} if told.result is None else told.result.assessment_metadata


def earlier_than(events: Sequence[RunEvent]) -> int | None:
    """Return before which number there are earlier events than these, None where there are none."""
    return events[0].number if events and events[0].number > 1 else None
