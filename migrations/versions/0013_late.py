"""Runs know when they were heard of last, whether their artefact lacks something, and what cj was asked."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SCHEMA = "runner"


def _new_columns() -> list[sa.Column[Any]]:
    moment = sa.DateTime(timezone=True)
    return [
        sa.Column("heard_at", moment, nullable=True),
        sa.Column("revision_wanted_at", moment, nullable=True),
        sa.Column("recollect", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    ]


def upgrade() -> None:
    for column in _new_columns():
        op.add_column("runs", column, schema=SCHEMA)


def downgrade() -> None:
    for column in reversed(_new_columns()):
        op.drop_column("runs", column.name, schema=SCHEMA)
