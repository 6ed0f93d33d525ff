"""The mock's mode, switched for all gateway processes."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SCHEMA = "gateway"


def upgrade() -> None:
    op.create_table(
        "mock_modes",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mode", sa.String(length=64), nullable=False),
        sa.Column("set_by", sa.String(length=255), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_mock_modes_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_mock_modes"),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("mock_modes", schema=SCHEMA)
