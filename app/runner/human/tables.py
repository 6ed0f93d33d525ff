"""The table of people's verdicts: one row a file, which belongs to a run and goes with it."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, String, Table, func, text
from sqlalchemy.dialects.postgresql import JSONB

from app.runner.tables import metadata

human_verdicts = Table(
    "human_verdicts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("run_id", String(64), ForeignKey("runner.runs.id", ondelete="CASCADE"), nullable=False),
    Column("label", String(200), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("options", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("content", JSONB, nullable=False),
    Column("summary", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
"""One file: ``sha256`` is its hash, ``options`` how it was read, ``content`` the essays as it names them, the
judges (numbered, unless their names were asked for) and rows of indices into both, ``summary`` what the import
counted."""
Index("uq_human_verdicts_run_id_sha256", human_verdicts.c.run_id, human_verdicts.c.sha256, unique=True)
