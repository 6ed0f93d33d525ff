"""Comparisons keep the settings that their judge was asked with, so that a verdict told later says them too."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("comparisons", sa.Column("effective_settings", postgresql.JSONB), schema="cj")


def downgrade() -> None:
    op.drop_column("comparisons", "effective_settings", schema="cj")
