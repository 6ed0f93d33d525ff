"""The runner's tables: runs, their events, essays, verdicts, files, and the packages they use."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from app.db.naming import metadata as named
from app.messaging.tables import messaging_tables

metadata = named("runner")
messages = messaging_tables(metadata)
RUNS_CHANNEL = "runner_runs"
"""What the worker listens on: a run that wants something done."""
CHANGES_CHANNEL = "runner_run_changes"
"""What the API listens on: the id of a run of which something visible changed."""

_NOW = func.now()
_ZERO = text("0")
_ONE = text("1")
_LOCAL = text("'local'")
_EMPTY = text("'{}'::jsonb")


def _run_key() -> Column[str]:
    return Column("run_id", String(64), ForeignKey("runner.runs.id", ondelete="CASCADE"), primary_key=True)


runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(255), nullable=False, server_default=_LOCAL),
    Column("mode", String(32), nullable=False),
    Column("status", String(32), nullable=False),
    Column("status_reason", String(64)),
    Column("status_detail", Text),
    Column("batch_uuid", UUID(as_uuid=True), nullable=False, unique=True),
    Column("batch_label", String(255), nullable=False),
    Column("correlation_id", UUID(as_uuid=True), nullable=False),
    Column("package_id", String(64), nullable=False),
    Column("spec", JSONB, nullable=False),
    Column("labels", JSONB, nullable=False, server_default=_EMPTY),
    Column("retry_of", String(64)),
    Column("attempt", Integer, nullable=False, server_default=_ONE),
    Column("revision", Integer, nullable=False, server_default=_ZERO),
    Column("last_event", Integer, nullable=False, server_default=_ZERO),
    Column("comparisons_asked", Integer, nullable=False, server_default=_ZERO),
    Column("comparisons_received", Integer, nullable=False, server_default=_ZERO),
    Column("comparisons_failed", Integer, nullable=False, server_default=_ZERO),
    Column("comparisons_late", Integer, nullable=False, server_default=_ZERO),
    Column("wave", Integer, nullable=False, server_default=_ZERO),
    Column("prompt_tokens", BigInteger, nullable=False, server_default=_ZERO),
    Column("completion_tokens", BigInteger, nullable=False, server_default=_ZERO),
    Column("cost_usd", Double, nullable=False, server_default=_ZERO),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("published_at", DateTime(timezone=True)),
    Column("deadline_at", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    Column("cancel_requested_at", DateTime(timezone=True)),
    Column("cj_told_at", DateTime(timezone=True)),
    Column("lease_owner", String(64)),
    Column("leased_until", DateTime(timezone=True)),
)
"""One run. ``spec`` is the request as accepted, with defaults filled in. ``due_at`` is when the worker
should next look at it: now for new work, the grace or the deadline for a waiting one. ``comparisons_asked`` is
the highest count of questions that anything heard of so far implies. ``retry_of`` names the run that this one
repeats, ``attempt`` counts along that chain. ``owner`` is the organisation that it belongs to. ``revision`` is the
latest revision of its artefact, 0 before the first. ``cj_told_at`` is when cj heard of a cancellation."""
_NEWEST_FIRST = (runs.c.created_at.desc(), runs.c.id.desc())
Index("ix_runs_owner_created", runs.c.owner, *_NEWEST_FIRST, postgresql_include=["batch_label"])
Index("ix_runs_owner_status_mode_created", runs.c.owner, runs.c.status, runs.c.mode, *_NEWEST_FIRST)
Index(
    "ix_runs_owner_batch_label",
    runs.c.owner,
    runs.c.batch_label,
    *_NEWEST_FIRST,
    postgresql_ops={"batch_label": "text_pattern_ops"},
)
Index(
    "ix_runs_labels",
    runs.c.labels,
    postgresql_using="gin",
    postgresql_ops={"labels": "jsonb_path_ops"},
    postgresql_with={"fastupdate": "off"},
)
Index("ix_runs_due", runs.c.due_at, postgresql_where=runs.c.due_at.is_not(None))

run_events = Table(
    "run_events",
    metadata,
    _run_key(),
    Column("number", Integer, primary_key=True),
    Column("type", String(64), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("data", JSONB, nullable=False, server_default=_EMPTY),
)
"""What happened to a run, in order, numbered 1, 2, 3 ... without gaps; rows are never changed."""

run_essays = Table(
    "run_essays",
    metadata,
    _run_key(),
    Column("essay_id", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("role", String(16), nullable=False),
    Column("artefact_id", String(255), nullable=False),
    Column("stem", String(255), nullable=False),
    Column("file_name", String(255), nullable=False),
    Column("source_path", Text, nullable=False),
    Column("checksum", String(64), nullable=False),
    Column("text_sha256", String(64), nullable=False),
    Column("grade", String(16)),
    Column("storage_id", String(255)),
)
"""The essays of a run. ``role`` is ``anchor`` or ``student``; ``essay_id`` travels and is unique to the run;
``artefact_id`` is how files and reports name it; ``storage_id`` is set once its text is uploaded."""

comparisons = Table(
    "comparisons",
    metadata,
    _run_key(),
    Column("request_id", String(64), primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("correlation_id", UUID(as_uuid=True), nullable=False),
    Column("essay_a_id", String(64), nullable=False),
    Column("essay_b_id", String(64), nullable=False),
    Column("winner", String(8)),
    Column("confidence", Double),
    Column("justification", Text),
    Column("error_code", String(64)),
    Column("error_message", Text),
    Column("provider", String(64), nullable=False),
    Column("model", String(255), nullable=False),
    Column("prompt_sha256", String(64)),
    Column("prompt_tokens", Integer, nullable=False, server_default=_ZERO),
    Column("completion_tokens", Integer, nullable=False, server_default=_ZERO),
    Column("cost_usd", Double, nullable=False, server_default=_ZERO),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("completed_at", DateTime(timezone=True), nullable=False),
    Column("late", Boolean, nullable=False, server_default=text("false")),
    Column("raw", LargeBinary, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
)
"""One callback each: ``winner`` is ``a`` or ``b``, null with ``error_code`` set for a failure; ``raw`` is the
envelope as it came; ``late`` means that it came after the run was final. ``sequence`` counts from 1."""
Index("uq_comparisons_run_id_sequence", comparisons.c.run_id, comparisons.c.sequence, unique=True)

announcements = Table(
    "announcements",
    metadata,
    _run_key(),
    Column("kind", String(16), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("raw", LargeBinary, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
)
"""What was said of a run: ``kind`` is ``request`` (ours), ``completion``, ``result`` or ``failure``; the last of
a kind counts."""

run_files = Table(
    "run_files",
    metadata,
    _run_key(),
    Column("path", String(512), primary_key=True),
    Column("revision", Integer, nullable=False, server_default=_ONE),
    Column("kind", String(32), nullable=False),
    Column("media_type", String(127), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
)
"""Files that a run wrote, by path relative to the run's own folder; ``kind`` is ``artefact``, ``report``,
``request`` or ``event``. ``revision`` says which revision of the artefact it belongs to."""

packages = Table(
    "packages",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(255), nullable=False, server_default=_LOCAL),
    Column("name", String(255), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("min_text_characters", Integer, nullable=False),
    Column("file_count", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("inventory", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
)
"""An uploaded or registered set of essays; never changes after it was stored."""

package_files = Table(
    "package_files",
    metadata,
    Column("package_id", String(64), ForeignKey("runner.packages.id", ondelete="CASCADE"), primary_key=True),
    Column("path", String(512), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("text", Text),
    Column("text_sha256", String(64)),
    Column("grade", String(16)),
)
"""The files of a package; ``kind`` is ``instructions``, ``rubric``, ``grades``, ``anchor``, ``student`` or
``other``; ``text`` is the extracted text, ``grade`` an anchor's expert grade."""

uploads = Table(
    "uploads",
    metadata,
    Column("content_url", String(512), primary_key=True),
    Column("text_sha256", String(64), primary_key=True),
    Column("storage_id", String(255), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
)
"""Which texts the content store has already, by its address and the hash of the text."""

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("owner", String(255), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("headers", JSONB, nullable=False, server_default=_EMPTY),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
"""The first answer to a request that came with a key, byte for byte; ``owner`` is the caller, ``fingerprint`` the
hash of what was asked."""
Index("ix_idempotency_keys_expires", idempotency_keys.c.expires_at)

label_numbers = Table(
    "label_numbers",
    metadata,
    Column("label", String(255), primary_key=True),
    Column("last", Integer, nullable=False),
)
"""The last running number of each batch label that holds ``{n}``, dates filled in."""

deleted_runs = Table(
    "deleted_runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("deleted_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("files_removed_at", DateTime(timezone=True)),
)
"""What is left of a deleted run, so that it is answered as gone; its files are removed after its rows."""
Index(
    "ix_deleted_runs_with_files",
    deleted_runs.c.deleted_at,
    postgresql_where=deleted_runs.c.files_removed_at.is_(None),
)
