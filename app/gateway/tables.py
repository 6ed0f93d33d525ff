"""The gateway's tables: the durable queue, which is the ledger of verdicts too, and its messages."""

from sqlalchemy import Column, DateTime, Double, Index, Integer, String, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from app.db.naming import metadata as named
from app.messaging.tables import messaging_tables

metadata = named("gateway")
messages = messaging_tables(metadata)
QUEUE_CHANNEL = "gateway_queue"

_NOW = func.now()
_ZERO = text("0")

requests = Table(
    "requests",
    metadata,
    Column("queue_id", UUID(as_uuid=True), primary_key=True),
    Column("correlation_id", UUID(as_uuid=True), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("state", String(16), nullable=False, server_default=text("'queued'")),
    Column("provider", String(32), nullable=False),
    Column("model", String(255)),
    Column("user_prompt", Text, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("metadata", JSONB, nullable=False),
    Column("callback_topic", String(249), nullable=False),
    Column("queued_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("available_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=_ZERO),
    Column("lease_owner", String(64)),
    Column("leased_until", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    Column("winner", String(8)),
    Column("confidence", Double),
    Column("justification", Text),
    Column("error_code", String(64)),
    Column("cost_usd", Double, nullable=False, server_default=_ZERO),
    Column("prompt_tokens", Integer, nullable=False, server_default=_ZERO),
    Column("completion_tokens", Integer, nullable=False, server_default=_ZERO),
    Column("callback", JSONB),
)
"""One comparison asked for. ``state`` is ``queued``, ``processing``, ``succeeded`` or ``failed``; ``digest``
is the hash of the request, so that the same id with another body is noticed; ``callback`` is the event that
was published, so that it can be published again."""
Index("ix_requests_waiting", requests.c.available_at, postgresql_where=requests.c.state == "queued")
Index("ix_requests_leased", requests.c.leased_until, postgresql_where=requests.c.state == "processing")

MOCK_MODE_CHANNEL = "gateway_mock_mode"
mock_modes = Table(
    "mock_modes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("mode", String(64), nullable=False),
    Column("set_by", String(255), nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False),
)
"""The mock's mode where an operator switched it: one row, or none."""
