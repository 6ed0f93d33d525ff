"""The tables of content."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "content"


def upgrade() -> None:
    op.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")

    op.create_table(
        "texts",
        sa.Column("storage_id", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_type", sa.String(length=127), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("storage_id", name=op.f("pk_texts")),
        sa.UniqueConstraint("sha256", "content_type", name=op.f("uq_texts_sha256_content_type")),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("texts", schema=SCHEMA)

    op.execute(f"DROP SCHEMA {SCHEMA}")
