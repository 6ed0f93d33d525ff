"""Runs as a resource: labels, retries, cancellation, progress; idempotency keys, running numbers, deleted runs."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SCHEMA = "runner"
NOW, ZERO, EMPTY = sa.text("now()"), sa.text("0"), sa.text("'{}'::jsonb")
NEWEST_FIRST = (sa.literal_column("created_at DESC"), sa.literal_column("id DESC"))


def _new_columns() -> list[sa.Column[Any]]:
    moment = sa.DateTime(timezone=True)
    return [
        sa.Column("labels", postgresql.JSONB(astext_type=sa.Text()), server_default=EMPTY, nullable=False),
        sa.Column("retry_of", sa.String(length=64), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("comparisons_asked", sa.Integer(), server_default=ZERO, nullable=False),
        sa.Column("wave", sa.Integer(), server_default=ZERO, nullable=False),
        sa.Column("cancel_requested_at", moment, nullable=True),
        sa.Column("cj_told_at", moment, nullable=True),
    ]


def upgrade() -> None:
    for column in _new_columns():
        op.add_column("runs", column, schema=SCHEMA)
    op.execute("UPDATE runner.runs SET comparisons_asked = comparisons_received + comparisons_late")
    op.create_index("ix_runs_status_created", "runs", ["status", *NEWEST_FIRST], schema=SCHEMA)
    op.create_index("ix_runs_mode_created", "runs", ["mode", *NEWEST_FIRST], schema=SCHEMA)
    op.create_index(
        "ix_runs_batch_label",
        "runs",
        ["batch_label"],
        schema=SCHEMA,
        postgresql_ops={"batch_label": "text_pattern_ops"},
    )
    op.create_index(
        "ix_runs_labels",
        "runs",
        ["labels"],
        schema=SCHEMA,
        postgresql_using="gin",
        postgresql_ops={"labels": "jsonb_path_ops"},
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), server_default=EMPTY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_idempotency_keys")),
        schema=SCHEMA,
    )
    op.create_index("ix_idempotency_keys_expires", "idempotency_keys", ["expires_at"], schema=SCHEMA)
    op.create_table(
        "label_numbers",
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("label", name=op.f("pk_label_numbers")),
        schema=SCHEMA,
    )
    op.create_table(
        "deleted_runs",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("files_removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deleted_runs")),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_deleted_runs_with_files",
        "deleted_runs",
        ["deleted_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("files_removed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("deleted_runs", schema=SCHEMA)
    op.drop_table("label_numbers", schema=SCHEMA)
    op.drop_table("idempotency_keys", schema=SCHEMA)
    for name in ("ix_runs_labels", "ix_runs_batch_label", "ix_runs_mode_created", "ix_runs_status_created"):
        op.drop_index(name, table_name="runs", schema=SCHEMA)
    for column in reversed(_new_columns()):
        op.drop_column("runs", column.name, schema=SCHEMA)
