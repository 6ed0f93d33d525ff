"""API keys; an audit of writes that can only grow; numbers, keys and deleted runs belong to an organisation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SCHEMA = "runner"
LOCAL, NOW, EMPTY = sa.text("'local'"), sa.text("now()"), sa.text("'{}'::jsonb")
NEWEST_FIRST = (sa.literal_column("created_at DESC"), sa.literal_column("id DESC"))

ONLY_GROWS = """
CREATE FUNCTION runner.audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND coalesce(current_setting('runner.audit_sweep', true), '') = 'on' THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.status IS NULL AND NEW.status IS NOT NULL
     AND to_jsonb(NEW) - '{status,location,finished_at}'::text[]
       = to_jsonb(OLD) - '{status,location,finished_at}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the audit only grows: % of a row is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$
"""
ROWS = """
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON runner.audit
FOR EACH ROW EXECUTE FUNCTION runner.audit_only_grows()
"""
WHOLE = """
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON runner.audit
FOR EACH STATEMENT EXECUTE FUNCTION runner.audit_only_grows()
"""


def upgrade() -> None:
    _owners()
    _create_api_keys()
    _create_audit()
    for statement in (ONLY_GROWS, ROWS, WHOLE):
        op.execute(statement)


def _owners() -> None:
    owner = sa.Column("owner", sa.String(length=255), server_default=LOCAL, nullable=False)
    op.add_column("deleted_runs", owner, schema=SCHEMA)
    mine = sa.Column("owner", sa.String(length=255), server_default=LOCAL, nullable=False)
    op.add_column("label_numbers", mine, schema=SCHEMA)
    op.alter_column("label_numbers", "owner", server_default=None, schema=SCHEMA)
    op.drop_constraint("pk_label_numbers", "label_numbers", schema=SCHEMA)
    op.create_primary_key("pk_label_numbers", "label_numbers", ["owner", "label"], schema=SCHEMA)
    op.execute("UPDATE runner.idempotency_keys SET owner = 'local' WHERE owner = 'everyone'")
    op.create_index("ix_packages_owner_created", "packages", ["owner", NEWEST_FIRST[0]], schema=SCHEMA)


def _create_api_keys() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.String(length=255), nullable=False),
        sa.Column("created_at", moment, server_default=NOW, nullable=False),
        sa.Column("expires_at", moment, nullable=True),
        sa.Column("last_used_at", moment, nullable=True),
        sa.Column("revoked_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        schema=SCHEMA,
    )
    op.create_index("ix_api_keys_owner_created", "api_keys", ["owner", *NEWEST_FIRST], schema=SCHEMA)


def _create_audit() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "audit",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("route", sa.String(length=255), nullable=False),
        sa.Column("ids", postgresql.JSONB(astext_type=sa.Text()), server_default=EMPTY, nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("remote_address", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("location", sa.String(length=255), nullable=True),
        sa.Column("finished_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        schema=SCHEMA,
    )
    at = sa.literal_column("at DESC")
    op.create_index("ix_audit_owner_at", "audit", ["owner", at, NEWEST_FIRST[1]], schema=SCHEMA)
    op.create_index("ix_audit_at", "audit", ["at"], schema=SCHEMA)


def downgrade() -> None:
    op.drop_table("audit", schema=SCHEMA)
    op.execute("DROP FUNCTION runner.audit_only_grows()")
    op.drop_table("api_keys", schema=SCHEMA)
    op.drop_index("ix_packages_owner_created", table_name="packages", schema=SCHEMA)
    op.execute(
        "DELETE FROM runner.label_numbers AS n USING runner.label_numbers AS m "
        "WHERE n.label = m.label AND (n.last, n.owner) < (m.last, m.owner)"
    )
    op.drop_constraint("pk_label_numbers", "label_numbers", schema=SCHEMA)
    op.drop_column("label_numbers", "owner", schema=SCHEMA)
    op.create_primary_key("pk_label_numbers", "label_numbers", ["label"], schema=SCHEMA)
    op.drop_column("deleted_runs", "owner", schema=SCHEMA)
