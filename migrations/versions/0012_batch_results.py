"""What cj announces is kept for every batch, also for those that others started."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SCHEMA = "runner"
NOW, ZERO, LOCAL = sa.text("now()"), sa.text("0"), sa.text("'local'")


def _batch_results() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "batch_results",
        sa.Column("batch_uuid", postgresql.UUID(as_uuid=True), nullable=False),
        sa.Column("owner", sa.String(length=255), server_default=LOCAL, nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("completed_at", moment, nullable=False),
        sa.Column("versions", sa.Integer(), server_default=ZERO, nullable=False),
        sa.Column("received_at", moment, server_default=NOW, nullable=False),
        sa.Column("updated_at", moment, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runner.runs.id"], name=op.f("fk_batch_results_run_id_runs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_uuid", name=op.f("pk_batch_results")),
        schema=SCHEMA,
    )
    newest_first = [sa.literal_column("completed_at DESC"), sa.literal_column("batch_uuid DESC")]
    op.create_index("ix_batch_results_owner_completed", "batch_results", ["owner", *newest_first], schema=SCHEMA)
    op.create_index("ix_batch_results_updated", "batch_results", ["updated_at"], schema=SCHEMA)
    known = sa.text("run_id IS NOT NULL")
    op.create_index("ix_batch_results_run", "batch_results", ["run_id"], schema=SCHEMA, postgresql_where=known)


def _batch_events() -> None:
    op.create_table(
        "batch_events",
        sa.Column("batch_uuid", postgresql.UUID(as_uuid=True), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_uuid"],
            ["runner.batch_results.batch_uuid"],
            name=op.f("fk_batch_events_batch_uuid_batch_results"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("batch_uuid", "kind", "digest", name=op.f("pk_batch_events")),
        schema=SCHEMA,
    )


def upgrade() -> None:
    _batch_results()
    _batch_events()
    op.add_column(
        "deleted_runs", sa.Column("batch_uuid", postgresql.UUID(as_uuid=True), nullable=True), schema=SCHEMA
    )
    op.create_index(
        "ix_deleted_runs_batch",
        "deleted_runs",
        ["batch_uuid"],
        schema=SCHEMA,
        postgresql_where=sa.text("batch_uuid IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_deleted_runs_batch", table_name="deleted_runs", schema=SCHEMA)
    op.drop_column("deleted_runs", "batch_uuid", schema=SCHEMA)
    op.drop_table("batch_events", schema=SCHEMA)
    op.drop_table("batch_results", schema=SCHEMA)
