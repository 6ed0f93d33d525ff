"""The content store's table: one row a text."""

from sqlalchemy import Column, DateTime, Integer, LargeBinary, String, Table, UniqueConstraint, func

from app.db.naming import metadata as named

metadata = named("content")

texts = Table(
    "texts",
    metadata,
    Column("storage_id", String(32), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("content_type", String(127), nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("sha256", "content_type"),
)
"""``storage_id`` is 32 hex digits; the same bytes of the same type are kept once."""
