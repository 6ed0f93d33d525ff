"""What comparisons cost and may cost, when they may be asked, and what the engine knows of a batch."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SCHEMA = "cj"


def upgrade() -> None:
    op.add_column(
        "batches",
        sa.Column("cost_usd", sa.Double(), server_default=sa.text("0"), nullable=False),
        schema=SCHEMA,
    )
    op.add_column(
        "batches",
        sa.Column(
            "processing_metadata",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        schema=SCHEMA,
    )
    op.add_column("comparisons", sa.Column("reserved_usd", sa.Double(), nullable=True), schema=SCHEMA)
    op.add_column("comparisons", sa.Column("cost_usd", sa.Double(), nullable=True), schema=SCHEMA)
    op.add_column("comparisons", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True), schema=SCHEMA)
    op.add_column("comparisons", sa.Column("withdrawn_at", sa.DateTime(timezone=True)), schema=SCHEMA)


def downgrade() -> None:
    for column in ("withdrawn_at", "not_before", "cost_usd", "reserved_usd"):
        op.drop_column("comparisons", column, schema=SCHEMA)
    for column in ("processing_metadata", "cost_usd"):
        op.drop_column("batches", column, schema=SCHEMA)
