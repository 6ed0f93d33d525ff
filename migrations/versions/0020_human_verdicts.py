"""Files of people's verdicts on the essays of a run, which the run is held against."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None

SCHEMA = "runner"
NOW, EMPTY = sa.text("now()"), sa.text("'{}'::jsonb")


def upgrade() -> None:
    json = postgresql.JSONB(astext_type=sa.Text())
    op.create_table(
        "human_verdicts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("options", json, server_default=EMPTY, nullable=False),
        sa.Column("content", json, nullable=False),
        sa.Column("summary", json, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            [f"{SCHEMA}.runs.id"],
            name=op.f("fk_human_verdicts_run_id_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_human_verdicts")),
        schema=SCHEMA,
    )
    columns = ["run_id", "sha256"]
    op.create_index("uq_human_verdicts_run_id_sha256", "human_verdicts", columns, unique=True, schema=SCHEMA)


def downgrade() -> None:
    op.drop_table("human_verdicts", schema=SCHEMA)
