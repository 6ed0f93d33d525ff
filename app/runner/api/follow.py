"""Runs watched as they go: waiting for the next change, and their events as a stream.

Fed by the changes channel; nobody who waits here holds a connection to the database.
"""

import asyncio
from collections.abc import AsyncIterator

import orjson
import structlog
from sqlalchemy.exc import DBAPIError

from app.db.listen import heard
from app.errors import AppError
from app.runner.api.negotiate import Shown, has
from app.runner.api.parts import Latest, Parts
from app.runner.api.views import event_view, progress_of, run_view
from app.runner.runs import listing, store
from app.runner.runs.listing import RunEvent
from app.runner.runs.store import Run

log = structlog.get_logger(__name__)
LOOK_ANYWAY_S = 5.0
"""News may be missed while the connection that hears them is made again: look by yourself after this pause."""
PAUSE_S = 0.2
"""Progress is told at most so often: many verdicts may come in at once."""
RECONNECT_MS = 2000
HEARTBEAT = b": still here\n\n"
OPENING = f"retry: {RECONNECT_MS}\n\n".encode()


async def show(parts: Parts, run_id: str) -> tuple[Run, Shown]:
    """Return a run, and as it goes out; raises ``NotFound`` and ``Gone``."""
    async with parts.database.transaction() as connection:
        run = await store.get(connection, run_id)
    return run, Shown.of(run_view(run))


async def changed(parts: Parts, run_id: str, known: str | None, wait_s: float) -> Shown:
    """Return a run once it is another than ``known`` (else: than now) or final, at the latest after ``wait_s``."""
    end = asyncio.get_running_loop().time() + wait_s
    with parts.changes.of(run_id) as news:
        run, shown = await show(parts, run_id)
        known = shown.tag if known is None else known
        while has(known, shown.tag) and not run.is_final:
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                break
            await heard(news, min(left, LOOK_ANYWAY_S))
            run, shown = await show(parts, run_id)
    return shown


async def stream(parts: Parts, run_id: str, after: int) -> AsyncIterator[bytes]:
    """Yield server-sent events: those numbered above ``after``, progress in between, until the run is final.

    The caller has made sure that the run exists. A database that is away ends the stream: who listens comes back
    with the number of the last event.
    """
    yield OPENING
    try:
        with parts.changes.of(run_id) as news:
            async for piece in _pieces(parts, run_id, after, news):
                yield piece
    except (AppError, DBAPIError, OSError) as error:
        log.warning("event_stream_broken", run_id=run_id, error=type(error).__name__)


async def _pieces(parts: Parts, run_id: str, after: int, news: asyncio.Event) -> AsyncIterator[bytes]:
    told: bytes | None = None
    while True:
        latest = await _latest(parts, run_id, after)
        if latest.events:
            yield latest.events
        if latest.is_final:
            return
        after = latest.number
        if latest.progress != told:
            told = latest.progress
            yield told
            await asyncio.sleep(PAUSE_S)
        if not await heard(news, parts.settings.heartbeat_s):
            yield HEARTBEAT


async def _latest(parts: Parts, run_id: str, after: int) -> Latest:
    """Return the latest of a run, read and written out once for all who are at the same number."""
    version = parts.changes.version(run_id)
    return await parts.latest.read((run_id, after), version, lambda: _read(parts, run_id, after))


async def _read(parts: Parts, run_id: str, after: int) -> Latest:
    async with parts.database.transaction() as connection:
        run = await store.get(connection, run_id)  # in this order: the events of what the run shows are among them
        events = await listing.events_of(connection, run_id, after)
    number = events[-1].number if events else after
    return Latest(b"".join(map(_numbered, events)), number, _progress(run), run.is_final)


def _numbered(event: RunEvent) -> bytes:
    data = event_view(event).model_dump_json().encode()
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.number, event.type.encode(), data)


def _progress(run: Run) -> bytes:
    return b"event: progress\ndata: %s\n\n" % orjson.dumps(progress_of(run).model_dump(mode="json"))
