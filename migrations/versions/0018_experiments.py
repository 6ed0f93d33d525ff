"""Experiments: their cells, the runs of these, and what happened."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

SCHEMA = "runner"
NOW, ZERO, EMPTY = sa.text("now()"), sa.text("0"), sa.text("'{}'::jsonb")
MOMENT = sa.DateTime(timezone=True)
TABLES = ("experiment_events", "experiment_runs", "experiment_cells", "experiments", "deleted_experiments")


def upgrade() -> None:
    _experiments()
    _cells()
    _runs()
    op.create_table(
        "experiment_events",
        _id("experiment_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _json("data"),
        sa.PrimaryKeyConstraint("experiment_id", "number", name="pk_experiment_events"),
        _belongs("experiment_events"),
        schema=SCHEMA,
    )
    op.create_table(
        "deleted_experiments",
        _id("id"),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("deleted_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deleted_experiments"),
        schema=SCHEMA,
    )


def _id(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=64), nullable=False)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), server_default=EMPTY, nullable=False)


def _belongs(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_experiment_id"
    return sa.ForeignKeyConstraint(["experiment_id"], [f"{SCHEMA}.experiments.id"], name=name, ondelete="CASCADE")


def _experiments() -> None:
    op.create_table(
        "experiments",
        _id("id"),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("status_reason", sa.String(length=64), nullable=True),
        sa.Column("status_detail", sa.Text(), nullable=True),
        _id("package_id"),
        sa.Column("spec", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        _json("labels"),
        sa.Column("max_cost_usd", sa.Double(), nullable=False),
        sa.Column("max_concurrency", sa.Integer(), nullable=False),
        sa.Column("last_event", sa.Integer(), server_default=ZERO, nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("cancel_requested_at", MOMENT, nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_experiments"),
        schema=SCHEMA,
    )
    newest_first = [sa.literal_column("created_at DESC"), sa.literal_column("id DESC")]
    op.create_index("ix_experiments_owner_created", "experiments", ["owner", *newest_first], schema=SCHEMA)
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_experiments_due", "experiments", ["due_at"], schema=SCHEMA, postgresql_where=due)


def _cells() -> None:
    op.create_table(
        "experiment_cells",
        _id("experiment_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("setting", sa.Integer(), nullable=False),
        sa.Column("repeat", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("need_usd", sa.Double(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default=ZERO, nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=True),
        sa.Column("measured", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("experiment_id", "number", name="pk_experiment_cells"),
        _belongs("experiment_cells"),
        schema=SCHEMA,
    )
    running = sa.text("state = 'running'")
    op.create_index(
        "ix_experiment_cells_running", "experiment_cells", ["run_id"], schema=SCHEMA, postgresql_where=running
    )


def _runs() -> None:
    table = "experiment_runs"
    op.create_table(
        table,
        _id("run_id"),
        _id("experiment_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("hold_usd", sa.Double(), nullable=False),
        sa.Column("run_status", sa.String(length=32), nullable=True),
        sa.Column("cost_usd", sa.Double(), server_default=ZERO, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("run_id", name=f"pk_{table}"),
        sa.UniqueConstraint("experiment_id", "number", "attempt", name=f"uq_{table}_experiment_id_number_attempt"),
        _belongs(table),
        schema=SCHEMA,
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table, schema=SCHEMA)
