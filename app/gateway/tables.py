"""The gateway's tables: the durable queue, which is the ledger of verdicts too, jobs, money, limits, messages."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from app.db.naming import metadata as named
from app.messaging.tables import messaging_tables

metadata = named("gateway")
messages = messaging_tables(metadata)
QUEUE_CHANNEL = "gateway_queue"
JOBS_CHANNEL = "gateway_jobs"

_NOW = func.now()
_ZERO = text("0")
_TRUE = text("true")
_FALSE = text("false")

requests = Table(
    "requests",
    metadata,
    Column("queue_id", UUID(as_uuid=True), primary_key=True),
    Column("seq", BigInteger, Identity(), nullable=False),
    Column("correlation_id", UUID(as_uuid=True), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("state", String(16), nullable=False, server_default=text("'queued'")),
    Column("mode", String(16), nullable=False, server_default=text("'per_request'")),
    Column("lane", String(340), nullable=False),
    Column("rank", SmallInteger, nullable=False, server_default=text("5")),
    Column("provider", String(32), nullable=False),
    Column("model", String(255)),
    Column("user_prompt", Text, nullable=False),
    Column("prompt_blocks", JSONB),
    Column("settings", JSONB, nullable=False),
    Column("metadata", JSONB, nullable=False),
    Column("user_id", String(255)),
    Column("batch_id", String(255)),
    Column("callback_topic", String(249), nullable=False),
    Column("queued_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("available_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=_ZERO),
    Column("re_asks", Integer, nullable=False, server_default=_ZERO),
    Column("throttled", Integer, nullable=False, server_default=_ZERO),
    Column("generation", Integer, nullable=False, server_default=_ZERO),
    Column("lease_owner", String(64)),
    Column("leased_until", DateTime(timezone=True)),
    Column("job_id", UUID(as_uuid=True)),
    Column("finished_at", DateTime(timezone=True)),
    Column("winner", String(8)),
    Column("confidence", Double),
    Column("justification", Text),
    Column("error_code", String(64)),
    Column("cost_usd", Double, nullable=False, server_default=_ZERO),
    Column("cost_known", Boolean, nullable=False, server_default=_TRUE),
    Column("prompt_tokens", Integer, nullable=False, server_default=_ZERO),
    Column("completion_tokens", Integer, nullable=False, server_default=_ZERO),
    Column("callback", JSONB),
    Column("trace_context", JSONB(none_as_null=True)),
)
"""One comparison asked for.

``state``: ``queued`` (may be taken), ``delayed`` (from ``available_at`` on), ``processing`` (leased), ``in_job``
(in a provider's batch job), and for ever ``succeeded``, ``failed``, ``expired`` or ``cancelled``. ``lane`` is what
is claimed together: mode, provider, bundle and model; in a lane the smallest ``rank`` (10 less the priority) goes
first, then the smallest ``seq``. ``generation`` grows with each lease, so that the write of a process that was
taken for dead is refused. ``attempts`` counts calls to a judge (a call that was under way when its process died
too), ``re_asks`` those for an unreadable answer, ``throttled`` those that the provider turned away. Money and
tokens are those of all attempts. ``digest`` is the hash of the request, so that the same id with another body is
noticed; ``callback`` is the event that was published, so that it can be published again; ``trace_context`` is the
trace in which it was asked for."""
_STATE = requests.c.state
Index(
    "ix_requests_ready",
    requests.c.lane,
    requests.c.rank,
    requests.c.seq,
    postgresql_where=_STATE == "queued",
)
Index("ix_requests_delayed", requests.c.available_at, postgresql_where=_STATE == "delayed")
Index("ix_requests_leased", requests.c.leased_until, postgresql_where=_STATE == "processing")
Index(
    "ix_requests_expiring",
    requests.c.expires_at,
    postgresql_where=text("state IN ('queued', 'delayed', 'in_job')"),
)
Index("ix_requests_job", requests.c.job_id, postgresql_where=_STATE == "in_job")

tallies = Table(
    "tallies",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("provider", String(32), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("delta", BigInteger, nullable=False),
)
"""How many requests are in each state: the sum of the deltas. A trigger on ``requests`` adds them, the sweep folds
them together; so a count costs a few rows whatever the depth, and nobody waits for a shared counter."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("provider", String(32), nullable=False),
    Column("model", String(255)),
    Column("items", Integer, nullable=False),
    Column("provider_job_id", String(255)),
    Column("outcome", String(16)),
    Column("detail", Text, nullable=False, server_default=text("''")),
    Column("tries", Integer, nullable=False, server_default=_ZERO),
    Column("handed_in", Boolean, nullable=False, server_default=_FALSE),
    Column("cancel_wanted", Boolean, nullable=False, server_default=_FALSE),
    Column("cancel_sent", Boolean, nullable=False, server_default=_FALSE),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("submitted_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("lease_owner", String(64)),
    Column("leased_until", DateTime(timezone=True)),
    Column("batch_uuid", String(36)),
    Column("run_id", String(64)),
    Column("batch_label", String(255)),
    Column("runner_mode", String(32)),
)
"""A provider's batch job: ``planned`` (to be handed in under ``id`` as its key), ``running``, ``done``.

``handed_in`` is noted before the provider is called: after a crash it says that the job may be there already. The
names of batch and run are for log lines, None where its comparisons do not share them."""
Index("ix_jobs_due", jobs.c.due_at, postgresql_where=jobs.c.status != "done")

budgets = Table(
    "budgets",
    metadata,
    Column("key", String(320), primary_key=True),
    Column("spent", BigInteger, nullable=False, server_default=_ZERO),
    Column("reserved", BigInteger, nullable=False, server_default=_ZERO),
)
"""Money of a day, of a provider's day or of a batch, in billionths of a dollar."""

holds = Table(
    "holds",
    metadata,
    Column("queue_id", UUID(as_uuid=True), primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("key", String(320), primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
)
"""Money held back in one budget for one call that has not ended."""

buckets = Table(
    "buckets",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("level", Double, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""Token buckets of requests and of tokens a minute, shared by all gateway processes."""

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
