"""Whether what a verdict is said to cost is all of it: money stays set aside where it is not."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    known = sa.Column("cost_known", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    op.add_column("comparisons", known, schema="cj")


def downgrade() -> None:
    op.drop_column("comparisons", "cost_known", schema="cj")
