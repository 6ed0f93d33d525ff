"""The three tables that each service has in its own schema: outbox, inbox, dead letters."""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID


@dataclass(frozen=True)
class MessagingTables:
    """One service's message tables; ``channel`` is what the relay listens on."""

    outbox: Table
    inbox: Table
    dead_letters: Table
    channel: str


def messaging_tables(metadata: MetaData) -> MessagingTables:
    """Declare the tables in ``metadata``'s schema."""
    outbox = Table(
        "outbox",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("aggregatetype", String(64), nullable=False),
        Column("aggregateid", String(255), nullable=False),
        Column("type", String(255), nullable=False),
        Column("payload", LargeBinary, nullable=False),
        Column("headers", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("leased_until", DateTime(timezone=True)),
        Column("published_at", DateTime(timezone=True)),
    )
    Index("ix_outbox_unpublished", outbox.c.created_at, postgresql_where=outbox.c.published_at.is_(None))
    inbox = Table(
        "inbox",
        metadata,
        Column("consumer", String(120), primary_key=True),
        Column("message_key", String(255), primary_key=True),
        Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )
    dead_letters = Table(
        "dead_letters",
        metadata,
        Column("id", BigInteger, primary_key=True, autoincrement=True),
        Column("topic", String(255), nullable=False),
        Column("partition", Integer, nullable=False),
        Column("offset", BigInteger, nullable=False),
        Column("digest", String(64), nullable=False),
        Column("key", LargeBinary),
        Column("headers", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
        Column("value", LargeBinary, nullable=False),
        Column("reason", String(80), nullable=False),
        Column("detail", Text, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("status", String(16), nullable=False, server_default=text("'waiting'")),
        Column("resolved_at", DateTime(timezone=True)),
        Column("resolved_by", String(255)),
        Column("replay_id", UUID(as_uuid=True)),
        UniqueConstraint("topic", "partition", "offset", "digest"),
    )
    return MessagingTables(outbox, inbox, dead_letters, channel=f"{metadata.schema}_outbox")
