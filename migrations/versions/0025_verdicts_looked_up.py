"""Comparisons keep how often they were asked, and of a verdict the gateway's id, tokens and the prompt's hash."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

COLUMNS = ("asks", "request_id", "prompt_tokens", "completion_tokens", "prompt_sha256")


def upgrade() -> None:
    asks = sa.Column("asks", sa.Integer, nullable=False, server_default=sa.text("0"))
    op.add_column("comparisons", asks, schema="cj")
    op.add_column("comparisons", sa.Column("request_id", sa.String(64)), schema="cj")
    op.add_column("comparisons", sa.Column("prompt_tokens", sa.Integer), schema="cj")
    op.add_column("comparisons", sa.Column("completion_tokens", sa.Integer), schema="cj")
    op.add_column("comparisons", sa.Column("prompt_sha256", sa.String(64)), schema="cj")


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("comparisons", name, schema="cj")
