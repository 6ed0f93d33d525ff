"""Lists of runs are read by owner: each index of theirs begins with it and ends in the order of the list."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SCHEMA = "runner"
NEWEST_FIRST = (sa.literal_column("created_at DESC"), sa.literal_column("id DESC"))
PATTERN = {"batch_label": "text_pattern_ops"}
GIN = {"postgresql_using": "gin", "postgresql_ops": {"labels": "jsonb_path_ops"}}
FORMER = (
    "ix_runs_created",
    "ix_runs_status_created",
    "ix_runs_mode_created",
    "ix_runs_batch_label",
    "ix_runs_labels",
)
NEW = ("ix_runs_owner_created", "ix_runs_owner_status_mode_created", "ix_runs_owner_batch_label", "ix_runs_labels")


def upgrade() -> None:
    for name in FORMER:
        op.drop_index(name, table_name="runs", schema=SCHEMA)
    columns, beside = ["owner", *NEWEST_FIRST], ["batch_label"]
    op.create_index("ix_runs_owner_created", "runs", columns, schema=SCHEMA, postgresql_include=beside)
    columns = ["owner", "status", "mode", *NEWEST_FIRST]
    op.create_index("ix_runs_owner_status_mode_created", "runs", columns, schema=SCHEMA)
    columns = ["owner", "batch_label", *NEWEST_FIRST]
    op.create_index("ix_runs_owner_batch_label", "runs", columns, schema=SCHEMA, postgresql_ops=PATTERN)
    at_once = {"fastupdate": "off"}
    op.create_index("ix_runs_labels", "runs", ["labels"], schema=SCHEMA, postgresql_with=at_once, **GIN)


def downgrade() -> None:
    for name in NEW:
        op.drop_index(name, table_name="runs", schema=SCHEMA)
    op.create_index("ix_runs_created", "runs", list(NEWEST_FIRST), schema=SCHEMA)
    op.create_index("ix_runs_status_created", "runs", ["status", *NEWEST_FIRST], schema=SCHEMA)
    op.create_index("ix_runs_mode_created", "runs", ["mode", *NEWEST_FIRST], schema=SCHEMA)
    op.create_index("ix_runs_batch_label", "runs", ["batch_label"], schema=SCHEMA, postgresql_ops=PATTERN)
    op.create_index("ix_runs_labels", "runs", ["labels"], schema=SCHEMA, **GIN)
