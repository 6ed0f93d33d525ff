"""Experiments read for the API: shown, waited for, and their events as a stream while they go on.

Fed by rows and by the changes channel, on which the runs of an experiment are heard too; nobody who waits here
holds a connection to the database.
"""

import asyncio
from collections.abc import AsyncIterator

import orjson
import structlog
from sqlalchemy.exc import DBAPIError

from app.db.listen import heard
from app.errors import AppError
from app.runner.api.experiment_views import Seen, experiment_view
from app.runner.api.follow import HEARTBEAT, LOOK_ANYWAY_S, OPENING, PAUSE_S
from app.runner.api.negotiate import Shown, has
from app.runner.api.parts import Parts
from app.runner.api.views import event_view
from app.runner.experiments import cells, listing, store
from app.runner.runs.listing import RunEvent

log = structlog.get_logger(__name__)


async def seen(parts: Parts, experiment_id: str) -> Seen:
    """Return an experiment with everything that its table shows; raises ``NotFound`` and ``Gone``."""
    async with parts.database.transaction() as connection:
        experiment = await store.get(connection, experiment_id)
        every = await cells.of(connection, experiment_id)
        runs = await cells.attempts_of(connection, experiment_id)
        return Seen(experiment, every, runs, await cells.money(connection, experiment))


async def changed(parts: Parts, experiment_id: str, known: str | None, wait_s: float) -> Shown:
    """Return an experiment once it is another than ``known`` (else: than now) or over, or after ``wait_s``."""
    end = asyncio.get_running_loop().time() + wait_s
    found = await seen(parts, experiment_id)
    known = shown(found).tag if known is None else known
    while True:
        with parts.changes.of(experiment_id, *found.run_ids) as news:
            found = await seen(parts, experiment_id)
            left = end - asyncio.get_running_loop().time()
            if left <= 0 or found.experiment.is_over or not has(known, shown(found).tag):
                return shown(found)
            await heard(news, min(left, LOOK_ANYWAY_S))


def shown(found: Seen) -> Shown:
    """Return an experiment as it goes out."""
    return Shown.of(experiment_view(found))


async def stream(parts: Parts, experiment_id: str, after: int) -> AsyncIterator[bytes]:
    """Yield server-sent events: those numbered above ``after``, progress in between, until the experiment is over.

    The caller has made sure that it exists. A database that is away ends the stream: who listens comes back with
    the number of the last event.
    """
    yield OPENING
    try:
        async for piece in _pieces(parts, experiment_id, after):
            yield piece
    except (AppError, DBAPIError, OSError) as error:
        log.warning("event_stream_broken", experiment_id=experiment_id, error=type(error).__name__)


async def _pieces(parts: Parts, experiment_id: str, after: int) -> AsyncIterator[bytes]:
    told = b""
    runs: tuple[str, ...] = ()
    while True:
        with parts.changes.of(experiment_id, *runs) as news:
            found = await seen(parts, experiment_id)
            async with parts.database.transaction() as connection:
                events = await listing.events_of(connection, experiment_id, after)
            if events:
                after = events[-1].number
                yield b"".join(map(_numbered, events))
            if found.experiment.is_over:
                return
            progress = _progress(found)
            if progress != told:
                told = progress
                yield told
                await asyncio.sleep(PAUSE_S)
            if found.run_ids != runs:
                runs = found.run_ids
            elif not await heard(news, parts.settings.heartbeat_s):
                yield HEARTBEAT


def _numbered(event: RunEvent) -> bytes:
    data = event_view(event).model_dump_json().encode()
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.number, event.type.encode(), data)


def _progress(found: Seen) -> bytes:
    """Return how far an experiment is, and each of its cells that goes on."""
    view = experiment_view(found)
    going = [cell for cell in view.table if cell.state == "running"]
    told = {
        "status": view.status,
        "cells": view.cells.model_dump(),
        "cost_usd": view.cost_usd,
        "running": [
            cell.model_dump(mode="json", include={"number", "run_id", "progress", "cost_usd"}) for cell in going
        ],
    }
    return b"event: progress\ndata: %s\n\n" % orjson.dumps(told)
