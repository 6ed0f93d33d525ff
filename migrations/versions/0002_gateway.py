"""The tables of gateway."""

from alembic import op

from migrations.pieces import create_messaging_v1, drop_messaging_v1

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMA = "gateway"


def upgrade() -> None:
    op.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    create_messaging_v1(SCHEMA)


def downgrade() -> None:
    drop_messaging_v1(SCHEMA)
    op.execute(f"DROP SCHEMA {SCHEMA}")
