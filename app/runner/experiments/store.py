"""Rows of experiments: read, locked, moved; every move leaves one numbered event in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Select, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.listen import notify
from app.db.rows import columns_of, shaped
from app.errors import Gone, NotFound
from app.runner.experiment_tables import CHANNEL, deleted, events, experiments
from app.runner.experiments.spec import ExperimentRequest
from app.runner.experiments.states import GOING, ExperimentState, check_move
from app.runner.tables import CHANGES_CHANNEL

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Experiment:
    """One experiment as it stands; ``spec`` is the accepted request with its defaults."""

    id: str
    owner: str
    name: str
    status: ExperimentState
    status_reason: str | None
    status_detail: str | None
    package_id: str
    spec: Mapping[str, object]
    labels: Mapping[str, str]
    max_cost_usd: float
    max_concurrency: int
    last_event: int
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None
    finished_at: datetime | None
    cancel_requested_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether nothing goes on until it is resumed, if it can be."""
        return self.status not in GOING

    @property
    def request(self) -> ExperimentRequest:
        """The request as accepted."""
        return ExperimentRequest.model_validate(self.spec)


FIELDS = columns_of(experiments, Experiment)


def experiment_of(row: Row[Any]) -> Experiment:
    """Return the experiment that one selected row of ``FIELDS`` holds."""
    shown = shaped(Experiment, row)
    return replace(shown, status=ExperimentState(shown.status))


async def get(connection: AsyncConnection, experiment_id: str) -> Experiment:
    """Return one experiment; raises ``NotFound``, or ``Gone`` for one that was deleted."""
    return await _one(connection, experiment_id, select(*FIELDS).where(experiments.c.id == experiment_id))


async def lock(connection: AsyncConnection, experiment_id: str) -> Experiment:
    """Return one experiment, held against other writers until the transaction ends; raises like ``get``."""
    wanted = select(*FIELDS).where(experiments.c.id == experiment_id).with_for_update()
    return await _one(connection, experiment_id, wanted)


async def _one(connection: AsyncConnection, experiment_id: str, wanted: Select[Any]) -> Experiment:
    row = (await connection.execute(wanted)).one_or_none()
    if row is not None:
        return experiment_of(row)
    gone = select(deleted.c.deleted_at).where(deleted.c.id == experiment_id)
    at = (await connection.execute(gone)).scalar_one_or_none()
    if at is not None:
        raise Gone(f"experiment {experiment_id} was deleted at {at.isoformat()}")
    raise NotFound(f"there is no experiment {experiment_id[:64]}")


async def born(connection: AsyncConnection, row: Mapping[str, object]) -> Experiment:
    """Write a new experiment with its first event; the worker is woken when the transaction commits."""
    written = insert(experiments).values(**row, last_event=0).returning(*FIELDS)
    fresh = experiment_of((await connection.execute(written)).one())
    log.info("experiment_accepted", experiment_id=fresh.id)
    return await note(connection, fresh, "experiment.accepted", {}, now=fresh.created_at)


async def move(
    connection: AsyncConnection,
    experiment: Experiment,
    to: ExperimentState,
    *,
    now: datetime,
    reason: str | None = None,
    detail: str | None = None,
    **values: object,
) -> Experiment:
    """Move a held experiment along the table of allowed moves, and write the event of it.

    ``values`` are other columns to change. Raises ``IllegalMove``.
    """
    check_move(experiment.status, to)
    changed: dict[str, object] = {"status": to, "status_reason": reason, "status_detail": detail}
    changed["finished_at"] = None if to in GOING else now
    if to is ExperimentState.CANCELLING:
        changed["cancel_requested_at"] = now
    data: dict[str, object] = {"from": experiment.status, "to": to}
    if reason is not None:
        data |= {"reason": reason, "detail": detail}
    said = {key: value for key, value in data.items() if key != "detail"}
    log.info("experiment_moved", experiment_id=experiment.id, **said)
    return await note(connection, experiment, f"experiment.{to}", data, now=now, **changed | values)


async def note(
    connection: AsyncConnection,
    experiment: Experiment,
    kind: str,
    data: Mapping[str, object],
    *,
    now: datetime,
    **values: object,
) -> Experiment:
    """Write the next numbered event of a held experiment, and change ``values`` of its row."""
    return await note_all(connection, experiment, [(kind, data)], now=now, **values)


async def note_all(
    connection: AsyncConnection,
    experiment: Experiment,
    told: Sequence[tuple[str, Mapping[str, object]]],
    *,
    now: datetime,
    **values: object,
) -> Experiment:
    """Write the next numbered events of a held experiment, in order, and change ``values`` of its row."""
    first = experiment.last_event + 1
    rows = [
        {"experiment_id": experiment.id, "number": number, "type": kind, "at": now, "data": dict(data)}
        for number, (kind, data) in enumerate(told, start=first)
    ]
    if rows:
        await connection.execute(insert(events), rows)
    changed = {"updated_at": now, "last_event": experiment.last_event + len(rows)} | values
    mine = update(experiments).where(experiments.c.id == experiment.id).values(**changed).returning(*FIELDS)
    written = experiment_of((await connection.execute(mine)).one())
    await notify(connection, CHANNEL)
    await notify(connection, CHANGES_CHANNEL, experiment.id)
    return written
