"""Tables of experiments, in the runner's schema: their cells, the runs of these, and what happened."""

from sqlalchemy import (
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.runner.tables import metadata

CHANNEL = "runner_experiments"
"""What the worker of experiments listens on: one wants something done."""

_NOW, _ZERO, _EMPTY = func.now(), text("0"), text("'{}'::jsonb")
_MOMENT = DateTime(timezone=True)


def _whose(*, primary_key: bool) -> Column[str]:
    key = ForeignKey("runner.experiments.id", ondelete="CASCADE")
    return Column("experiment_id", String(64), key, primary_key=primary_key, nullable=False)


experiments = Table(
    "experiments",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(255), nullable=False),
    Column("name", String(255), nullable=False),
    Column("status", String(32), nullable=False),
    Column("status_reason", String(64)),
    Column("status_detail", Text),
    Column("package_id", String(64), nullable=False),
    Column("spec", JSONB, nullable=False),
    Column("labels", JSONB, nullable=False, server_default=_EMPTY),
    Column("max_cost_usd", Double, nullable=False),
    Column("max_concurrency", Integer, nullable=False),
    Column("last_event", Integer, nullable=False, server_default=_ZERO),
    Column("created_at", _MOMENT, nullable=False, server_default=_NOW),
    Column("updated_at", _MOMENT, nullable=False, server_default=_NOW),
    Column("due_at", _MOMENT),
    Column("finished_at", _MOMENT),
    Column("cancel_requested_at", _MOMENT),
    Column("lease_owner", String(64)),
    Column("leased_until", _MOMENT),
)
"""One experiment. ``spec`` is the request as accepted, prompts as their texts, so that a resume asks the same.
``max_cost_usd`` and ``max_concurrency`` are the latest ones: a resume may change them. ``due_at`` is when the
worker should next look at it, null while its runs go on."""
Index(
    "ix_experiments_owner_created", experiments.c.owner, experiments.c.created_at.desc(), experiments.c.id.desc()
)
Index("ix_experiments_due", experiments.c.due_at, postgresql_where=experiments.c.due_at.is_not(None))

cells = Table(
    "experiment_cells",
    metadata,
    _whose(primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("setting", Integer, nullable=False),
    Column("repeat", Integer, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("need_usd", Double),
    Column("state", String(16), nullable=False),
    Column("reason", String(64)),
    Column("detail", Text),
    Column("attempt", Integer, nullable=False, server_default=_ZERO),
    Column("run_id", String(64)),
    Column("measured", JSONB(none_as_null=True)),
    Column("started_at", _MOMENT),
    Column("ended_at", _MOMENT),
)
"""One cell: ``setting`` counts the combinations of the other factors from 1, ``repeat`` the seeds. ``run_id`` is
the run of the latest ``attempt``, 0 before the first. ``need_usd`` is what a run was reckoned to need at most,
null where nobody can say. ``measured`` are its metrics once it is completed."""
Index("ix_experiment_cells_running", cells.c.run_id, postgresql_where=text("state = 'running'"))

attempts = Table(
    "experiment_runs",
    metadata,
    Column("run_id", String(64), primary_key=True),
    _whose(primary_key=False),
    Column("number", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("hold_usd", Double, nullable=False),
    Column("run_status", String(32)),
    Column("cost_usd", Double, nullable=False, server_default=_ZERO),
    Column("started_at", _MOMENT, nullable=False),
    Column("ended_at", _MOMENT),
    UniqueConstraint("experiment_id", "number", "attempt"),
)
"""Every run that an experiment started: no attempt of a cell has two. ``hold_usd`` is its share of the cap,
``cost_usd`` what it had cost at its end; a run may be deleted, what it cost stays."""

events = Table(
    "experiment_events",
    metadata,
    _whose(primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("type", String(64), nullable=False),
    Column("at", _MOMENT, nullable=False),
    Column("data", JSONB, nullable=False, server_default=_EMPTY),
)
"""What happened to an experiment, numbered 1, 2, 3 ... without gaps; rows are never changed."""

deleted = Table(
    "deleted_experiments",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(255), nullable=False),
    Column("deleted_at", _MOMENT, nullable=False),
)
"""What is left of a deleted experiment, so that it is answered as gone."""
