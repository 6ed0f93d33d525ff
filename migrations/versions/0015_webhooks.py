"""Webhooks: subscriptions, deliveries with their attempts, and when the progress of a run was told."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SCHEMA = "runner"
NOW, ZERO, TRUE = sa.text("now()"), sa.text("0"), sa.text("true")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _subscriptions()
    _deliveries()
    op.create_table(
        "webhook_attempts",
        sa.Column("delivery_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("delivery_id", "number", name="pk_webhook_attempts"),
        _belongs("webhook_attempts", "delivery_id", "webhook_deliveries"),
        schema=SCHEMA,
    )
    op.create_table(
        "webhook_progress",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="pk_webhook_progress"),
        _belongs("webhook_progress", "run_id", "runs"),
        schema=SCHEMA,
    )


def _belongs(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], [f"{SCHEMA}.{to}.id"], name=name, ondelete="CASCADE")


def _index(name: str, table: str, columns: list[Any], where: str | None = None) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(name, table, columns, schema=SCHEMA, postgresql_where=condition)


def _subscriptions() -> None:
    table = "webhook_subscriptions"
    op.create_table(
        table,
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.String(length=64)), nullable=False),
        sa.Column("modes", postgresql.ARRAY(sa.String(length=32)), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "labels",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("enabled", sa.Boolean(), server_default=TRUE, nullable=False),
        sa.Column("disabled_reason", sa.String(length=32), nullable=True),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.Column("signing", sa.String(length=16), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=True),
        sa.Column("generated", sa.Boolean(), server_default=TRUE, nullable=False),
        sa.Column("previous_secret", sa.Text(), nullable=True),
        sa.Column("previous_until", MOMENT, nullable=True),
        sa.Column("exhausted_in_a_row", sa.Integer(), server_default=ZERO, nullable=False),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        _belongs(table, "run_id", "runs"),
        schema=SCHEMA,
    )
    _index("ix_webhook_subscriptions_owner", table, ["owner"], "run_id IS NULL")
    _index("ix_webhook_subscriptions_run", table, ["run_id"], "run_id IS NOT NULL")


def _deliveries() -> None:
    table = "webhook_deliveries"
    op.create_table(
        table,
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("subscription_id", sa.String(length=64), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=True),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("event_number", sa.Integer(), nullable=True),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("status_reason", sa.String(length=32), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=ZERO, nullable=False),
        sa.Column("tries", sa.Integer(), server_default=ZERO, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        _belongs(table, "subscription_id", "webhook_subscriptions"),
        schema=SCHEMA,
    )
    newest_first = [sa.literal_column("created_at DESC"), sa.literal_column("id DESC")]
    _index("ix_webhook_deliveries_due", table, ["host", "due_at"], "status = 'pending'")
    _index("ix_webhook_deliveries_leased", table, ["host"], "leased_until IS NOT NULL")
    _index("ix_webhook_deliveries_subscription", table, ["subscription_id", *newest_first])
    _index("ix_webhook_deliveries_progress", table, ["run_id"], "type = 'run.progress' AND status = 'pending'")
    _index("ix_webhook_deliveries_finished", table, ["finished_at"], "finished_at IS NOT NULL")


def downgrade() -> None:
    for table in ("webhook_progress", "webhook_attempts", "webhook_deliveries", "webhook_subscriptions"):
        op.drop_table(table, schema=SCHEMA)
