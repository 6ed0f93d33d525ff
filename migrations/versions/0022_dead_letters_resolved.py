"""Dead letters are resolved: replayed or discarded, by whom and when, so that neither happens twice."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0022"
down_revision = "0020"
branch_labels = None
depends_on = None

SCHEMAS = ("gateway", "cj", "runner")
COLUMNS = ("replay_id", "resolved_by", "resolved_at", "status")


def upgrade() -> None:
    for schema in SCHEMAS:
        waiting = sa.Column("status", sa.String(16), nullable=False, server_default="waiting")
        op.add_column("dead_letters", waiting, schema=schema)
        op.add_column("dead_letters", sa.Column("resolved_at", sa.DateTime(timezone=True)), schema=schema)
        op.add_column("dead_letters", sa.Column("resolved_by", sa.String(255)), schema=schema)
        op.add_column("dead_letters", sa.Column("replay_id", UUID(as_uuid=True)), schema=schema)


def downgrade() -> None:
    for schema in SCHEMAS:
        for name in COLUMNS:
            op.drop_column("dead_letters", name, schema=schema)
