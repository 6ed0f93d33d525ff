"""The gateway's lanes, counters, batch jobs, money and rate limits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SCHEMA = "gateway"
ZERO = sa.text("0")
WAITING = "state IN ('queued', 'delayed', 'in_job')"
TALLY = """
CREATE FUNCTION gateway.tally() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO gateway.tallies (provider, mode, state, delta)
    SELECT provider, mode, state, count(*) FROM new_rows GROUP BY 1, 2, 3;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO gateway.tallies (provider, mode, state, delta)
    SELECT provider, mode, state, -count(*) FROM old_rows GROUP BY 1, 2, 3;
  ELSE
    INSERT INTO gateway.tallies (provider, mode, state, delta)
    SELECT provider, mode, state, sum(n) FROM (
      SELECT provider, mode, state, 1 AS n FROM new_rows
      UNION ALL SELECT provider, mode, state, -1 FROM old_rows
    ) AS moved GROUP BY 1, 2, 3 HAVING sum(n) <> 0;
  END IF;
  RETURN NULL;
END $$
"""
TRIGGERS = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
}


def _new_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("seq", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False, server_default=sa.text("'per_request'")),
        sa.Column("lane", sa.String(340), nullable=True),
        sa.Column("rank", sa.SmallInteger(), nullable=False, server_default=sa.text("5")),
        sa.Column("prompt_blocks", postgresql.JSONB(), nullable=True),
        sa.Column("user_id", sa.String(255), nullable=True),
        sa.Column("batch_id", sa.String(255), nullable=True),
        sa.Column("re_asks", sa.Integer(), nullable=False, server_default=ZERO),
        sa.Column("throttled", sa.Integer(), nullable=False, server_default=ZERO),
        sa.Column("generation", sa.Integer(), nullable=False, server_default=ZERO),
        sa.Column("job_id", sa.UUID(), nullable=True),
        sa.Column("cost_known", sa.Boolean(), nullable=False, server_default=sa.text("true")),
    ]


def upgrade() -> None:
    for column in _new_columns():
        op.add_column("requests", column, schema=SCHEMA)
    op.execute(
        "UPDATE gateway.requests SET lane = 'per_request|' || provider || '||' || coalesce(model, ''), "
        "batch_id = left(metadata ->> 'bos_batch_id', 255)"
    )
    op.alter_column("requests", "lane", nullable=False, schema=SCHEMA)
    op.drop_index("ix_requests_waiting", table_name="requests", schema=SCHEMA)
    _index("ready", ["lane", "rank", "seq"], "state = 'queued'")
    _index("delayed", ["available_at"], "state = 'delayed'")
    _index("expiring", ["expires_at"], WAITING)
    _index("job", ["job_id"], "state = 'in_job'")
    _create_jobs()
    _create_money()
    _create_tallies()


def _index(name: str, columns: list[str], where: str) -> None:
    op.create_index(f"ix_requests_{name}", "requests", columns, schema=SCHEMA, postgresql_where=sa.text(where))


def _create_tallies() -> None:
    op.create_table(
        "tallies",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("delta", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tallies"),
        schema=SCHEMA,
    )
    op.execute(TALLY)
    for verb, rows in TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER tally_{verb} AFTER {verb.upper()} ON gateway.requests {rows} "
            "FOR EACH STATEMENT EXECUTE FUNCTION gateway.tally()"
        )
    op.execute(
        "INSERT INTO gateway.tallies (provider, mode, state, delta) "
        "SELECT provider, mode, state, count(*) FROM gateway.requests GROUP BY 1, 2, 3"
    )


def _create_jobs() -> None:
    now = sa.func.now()
    op.create_table(
        "jobs",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("model", sa.String(255), nullable=True),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("provider_job_id", sa.String(255), nullable=True),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("tries", sa.Integer(), nullable=False, server_default=ZERO),
        sa.Column("handed_in", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("cancel_wanted", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("cancel_sent", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("lease_owner", sa.String(64), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        schema=SCHEMA,
    )
    op.create_index("ix_jobs_due", "jobs", ["due_at"], schema=SCHEMA, postgresql_where=sa.text("status != 'done'"))


def _create_money() -> None:
    op.create_table(
        "budgets",
        sa.Column("key", sa.String(320), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False, server_default=ZERO),
        sa.Column("reserved", sa.BigInteger(), nullable=False, server_default=ZERO),
        sa.PrimaryKeyConstraint("key", name="pk_budgets"),
        schema=SCHEMA,
    )
    op.create_table(
        "holds",
        sa.Column("queue_id", sa.UUID(), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(320), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("queue_id", "generation", "key", name="pk_holds"),
        schema=SCHEMA,
    )
    op.create_table(
        "buckets",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_buckets"),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.execute(
        "UPDATE gateway.requests SET state = "
        "CASE WHEN state IN ('delayed', 'in_job') THEN 'queued' ELSE 'failed' END "
        "WHERE state IN ('delayed', 'in_job', 'expired', 'cancelled')"
    )
    for verb in TRIGGERS:
        op.execute(f"DROP TRIGGER tally_{verb} ON gateway.requests")
    op.execute("DROP FUNCTION gateway.tally()")
    for table in ("buckets", "holds", "budgets", "jobs", "tallies"):
        op.drop_table(table, schema=SCHEMA)
    for name in ("ready", "delayed", "expiring", "job"):
        op.drop_index(f"ix_requests_{name}", table_name="requests", schema=SCHEMA)
    for column in reversed(_new_columns()):
        op.drop_column("requests", column.name, schema=SCHEMA)
    op.create_index(
        "ix_requests_waiting",
        "requests",
        ["available_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("state = 'queued'"),
    )
