"""Why a judge chose as it did, former versions of anchors, and batches that can be listed by what they are of."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SCHEMA = "cj"


def upgrade() -> None:
    op.add_column("comparisons", sa.Column("justification", sa.Text(), nullable=True), schema=SCHEMA)
    op.add_column("anchors", sa.Column("text_sha256", sa.String(length=64), nullable=True), schema=SCHEMA)
    op.add_column(
        "batches",
        sa.Column("assignment_id", sa.Text(), sa.Computed("request ->> 'assignment_id'", persisted=True)),
        schema=SCHEMA,
    )
    op.create_index("ix_batches_assignment_id", "batches", ["assignment_id", "id"], unique=False, schema=SCHEMA)
    op.create_index("ix_batches_status_id", "batches", ["status", "id"], unique=False, schema=SCHEMA)
    op.create_table(
        "anchor_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("anchor_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.String(length=100), nullable=False),
        sa.Column("anchor_label", sa.String(length=255), nullable=False),
        sa.Column("grade", sa.String(length=8), nullable=False),
        sa.Column("grade_scale", sa.String(length=50), nullable=False),
        sa.Column("text_storage_id", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchor_history")),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_anchor_history_assignment_id", "anchor_history", ["assignment_id", "id"], unique=False, schema=SCHEMA
    )


def downgrade() -> None:
    op.drop_table("anchor_history", schema=SCHEMA)
    op.drop_index("ix_batches_status_id", table_name="batches", schema=SCHEMA)
    op.drop_index("ix_batches_assignment_id", table_name="batches", schema=SCHEMA)
    op.drop_column("batches", "assignment_id", schema=SCHEMA)
    op.drop_column("anchors", "text_sha256", schema=SCHEMA)
    op.drop_column("comparisons", "justification", schema=SCHEMA)
