"""Batches of cj and jobs of the gateway keep what their run is called: log lines say so after a restart too."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

RUN = {"run_id": 64, "batch_label": 255, "runner_mode": 32}
COLUMNS = {("cj", "batches"): RUN, ("gateway", "jobs"): {"batch_uuid": 36} | RUN}


def upgrade() -> None:
    for (schema, table), columns in COLUMNS.items():
        for name, longest in columns.items():
            op.add_column(table, sa.Column(name, sa.String(longest)), schema=schema)


def downgrade() -> None:
    for (schema, table), columns in COLUMNS.items():
        for name in columns:
            op.drop_column(table, name, schema=schema)
