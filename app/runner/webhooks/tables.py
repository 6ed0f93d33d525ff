"""The tables of webhooks: who is told of what, what is to be sent to whom, and every attempt at it."""

from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Index, Integer, String, Table, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.runner.tables import metadata

CHANNEL = "runner_webhooks"
"""What the sender listens on: a delivery that is due."""

_NOW = func.now()
_ZERO = text("0")
_TRUE = text("true")
_NONE = text("'{}'")
_EMPTY = text("'{}'::jsonb")

subscriptions = Table(
    "webhook_subscriptions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(255), nullable=False),
    Column("run_id", String(64), ForeignKey("runner.runs.id", ondelete="CASCADE")),
    Column("url", Text, nullable=False),
    Column("host", String(255), nullable=False),
    Column("events", ARRAY(String(64)), nullable=False),
    Column("modes", ARRAY(String(32)), nullable=False, server_default=_NONE),
    Column("labels", JSONB, nullable=False, server_default=_EMPTY),
    Column("description", Text),
    Column("enabled", Boolean, nullable=False, server_default=_TRUE),
    Column("disabled_reason", String(32)),
    Column("disabled_at", DateTime(timezone=True)),
    Column("signing", String(16), nullable=False),
    Column("secret", Text, nullable=False),
    Column("public_key", String(64)),
    Column("generated", Boolean, nullable=False, server_default=_TRUE),
    Column("previous_secret", Text),
    Column("previous_until", DateTime(timezone=True)),
    Column("exhausted_in_a_row", Integer, nullable=False, server_default=_ZERO),
    Column("failing_since", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
)
"""Who is told, and of what. ``run_id`` is set for the one-off webhook of a run, which dies with it. Empty
``modes`` and ``labels`` let all pass. ``signing`` is ``hmac`` or ``ed25519``, which has a ``public_key``; secrets
are as ``vault`` sealed them; ``generated``: the secret is the one that was made here with the subscription.
``disabled_reason`` is ``by_request``, ``gone``, ``exhausted`` or ``failing``."""
Index("ix_webhook_subscriptions_owner", subscriptions.c.owner, postgresql_where=subscriptions.c.run_id.is_(None))
Index("ix_webhook_subscriptions_run", subscriptions.c.run_id, postgresql_where=subscriptions.c.run_id.is_not(None))

deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", String(64), primary_key=True),
    Column(
        "subscription_id",
        String(64),
        ForeignKey("runner.webhook_subscriptions.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("run_id", String(64)),
    Column("type", String(64), nullable=False),
    Column("event_number", Integer),
    Column("host", String(255), nullable=False),
    Column("payload", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("status_reason", String(32)),
    Column("attempts", Integer, nullable=False, server_default=_ZERO),
    Column("tries", Integer, nullable=False, server_default=_ZERO),
    Column("due_at", DateTime(timezone=True)),
    Column("lease_owner", String(64)),
    Column("leased_until", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("finished_at", DateTime(timezone=True)),
    Column("trace_context", JSONB(none_as_null=True)),
)
"""One event on its way to one subscription; ``id`` is the ``webhook-id``. ``payload`` is the body, byte for byte.
``status`` is ``pending``, ``delivered``, ``exhausted`` or ``dropped``; ``attempts`` counts all attempts, ``tries``
those since it was enqueued or last replayed, which is the place in the schedule; ``trace_context`` is the trace of
its run."""
Index(
    "ix_webhook_deliveries_due",
    deliveries.c.host,
    deliveries.c.due_at,
    postgresql_where=deliveries.c.status == text("'pending'"),
)
Index("ix_webhook_deliveries_leased", deliveries.c.host, postgresql_where=deliveries.c.leased_until.is_not(None))
Index(
    "ix_webhook_deliveries_subscription",
    deliveries.c.subscription_id,
    deliveries.c.created_at.desc(),
    deliveries.c.id.desc(),
)
Index(
    "ix_webhook_deliveries_progress",
    deliveries.c.run_id,
    postgresql_where=text("type = 'run.progress' AND status = 'pending'"),
)
Index(
    "ix_webhook_deliveries_finished",
    deliveries.c.finished_at,
    postgresql_where=deliveries.c.finished_at.is_not(None),
)

attempts = Table(
    "webhook_attempts",
    metadata,
    Column(
        "delivery_id",
        String(64),
        ForeignKey("runner.webhook_deliveries.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("number", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("ms", Integer, nullable=False),
    Column("status_code", Integer),
    Column("error", String(200)),
    Column("body", Text),
)
"""One attempt: what the receiver answered (at most the first 1,024 bytes), or why it could not be asked."""

told_progress = Table(
    "webhook_progress",
    metadata,
    Column("run_id", String(64), ForeignKey("runner.runs.id", ondelete="CASCADE"), primary_key=True),
    Column("told_at", DateTime(timezone=True), nullable=False),
    Column("received", Integer, nullable=False),
)
"""When the progress of a run was told last, and how many answers it had then."""
