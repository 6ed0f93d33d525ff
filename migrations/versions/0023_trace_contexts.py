"""Rows that go on in another process keep the trace that they belong to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = (("runner", "runs"), ("runner", "webhook_deliveries"), ("cj", "batches"), ("gateway", "requests"))


def upgrade() -> None:
    for schema, table in TABLES:
        op.add_column(table, sa.Column("trace_context", JSONB), schema=schema)


def downgrade() -> None:
    for schema, table in reversed(TABLES):
        op.drop_column(table, "trace_context", schema=schema)
