"""The tables of cj."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.pieces import create_messaging_v1, drop_messaging_v1

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SCHEMA = "cj"


def upgrade() -> None:
    op.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    create_messaging_v1(SCHEMA)
    op.create_table(
        "anchors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.String(length=100), nullable=False),
        sa.Column("anchor_label", sa.String(length=255), nullable=False),
        sa.Column("grade", sa.String(length=8), nullable=False),
        sa.Column("grade_scale", sa.String(length=50), nullable=False),
        sa.Column("text_storage_id", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchors")),
        sa.UniqueConstraint(
            "assignment_id",
            "anchor_label",
            "grade_scale",
            name=op.f("uq_anchors_assignment_id_anchor_label_grade_scale"),
        ),
        schema=SCHEMA,
    )
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.String(length=100), nullable=True),
        sa.Column("course_id", sa.String(length=50), nullable=True),
        sa.Column("instructions_text", sa.Text(), nullable=False),
        sa.Column("grade_scale", sa.String(length=50), nullable=False),
        sa.Column("context_origin", sa.String(length=64), nullable=False),
        sa.Column("student_prompt_storage_id", sa.String(length=255), nullable=True),
        sa.Column("judge_rubric_storage_id", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_assignments_assignment_id")),
        sa.UniqueConstraint("course_id", name=op.f("uq_assignments_course_id")),
        schema=SCHEMA,
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bos_batch_id", sa.String(length=36), nullable=False),
        sa.Column("correlation_id", sa.UUID(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("context", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("grade_scale", sa.String(length=50), nullable=True),
        sa.Column(
            "essays_missing",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("wave", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("asked", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("succeeded", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_scores", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "decisions",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("bos_batch_id", name=op.f("uq_batches_bos_batch_id")),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_batches_due",
        "batches",
        ["due_at"],
        unique=False,
        schema=SCHEMA,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "comparisons",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("correlation_id", sa.UUID(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("a", sa.Integer(), nullable=False),
        sa.Column("b", sa.Integer(), nullable=False),
        sa.Column("repeat", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("winner", sa.String(length=8), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("provider", sa.String(length=64), nullable=True),
        sa.Column("model", sa.String(length=255), nullable=True),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("retryable", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["cj.batches.id"], name=op.f("fk_comparisons_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_comparisons")),
        sa.UniqueConstraint("correlation_id", name=op.f("uq_comparisons_correlation_id")),
        schema=SCHEMA,
    )
    op.create_index("ix_comparisons_state", "comparisons", ["batch_id", "state"], unique=False, schema=SCHEMA)
    op.create_table(
        "essays",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("essay_id", sa.String(length=255), nullable=False),
        sa.Column("text_storage_id", sa.String(length=255), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("is_anchor", sa.Boolean(), nullable=False),
        sa.Column("grade", sa.String(length=8), nullable=True),
        sa.Column("label", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["cj.batches.id"], name=op.f("fk_essays_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_essays")),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("essays", schema=SCHEMA)
    op.drop_table("comparisons", schema=SCHEMA)
    op.drop_table("batches", schema=SCHEMA)
    op.drop_table("assignments", schema=SCHEMA)
    op.drop_table("anchors", schema=SCHEMA)
    drop_messaging_v1(SCHEMA)
    op.execute(f"DROP SCHEMA {SCHEMA}")
