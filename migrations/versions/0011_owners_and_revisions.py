"""Runs and packages belong to an organisation; files belong to a revision of their run's artefact."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SCHEMA = "runner"


def upgrade() -> None:
    for table in ("runs", "packages"):
        owner = sa.Column("owner", sa.String(length=255), server_default=sa.text("'local'"), nullable=False)
        op.add_column(table, owner, schema=SCHEMA)
    latest = sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False)
    op.add_column("runs", latest, schema=SCHEMA)
    op.execute("UPDATE runner.runs SET revision = 1 WHERE id IN (SELECT run_id FROM runner.run_files)")
    mine = sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False)
    op.add_column("run_files", mine, schema=SCHEMA)


def downgrade() -> None:
    op.drop_column("run_files", "revision", schema=SCHEMA)
    op.drop_column("runs", "revision", schema=SCHEMA)
    for table in ("packages", "runs"):
        op.drop_column(table, "owner", schema=SCHEMA)
