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
    Column("heard_at", DateTime(timezone=True)),
    Column("revision_wanted_at", DateTime(timezone=True)),
    Column("recollect", JSONB(none_as_null=True)),
    Column("trace_context", JSONB(none_as_null=True)),
    Column("lease_owner", String(64)),
    Column("leased_until", DateTime(timezone=True)),
)
"""One run. ``spec`` is the request as accepted, with defaults filled in. ``due_at`` is when the worker
should next look at it: now for new work, the grace or the deadline for a waiting one. ``comparisons_asked`` is
the highest count of questions that anything heard of so far implies. ``retry_of`` names the run that this one
repeats, ``attempt`` counts along that chain. ``owner`` is the organisation that it belongs to. ``revision`` is the
latest revision of its artefact, 0 before the first. ``cj_told_at`` is when cj heard of a cancellation.
``heard_at`` is when anything of it came in last. ``revision_wanted_at`` is when the first thing came in that its
artefact lacks; ``recollect`` is the latest asking of cj what it has (``runs/recollection.py``);
``trace_context`` is the trace in which it was accepted, to which all that becomes of it belongs."""
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

batch_results = Table(
    "batch_results",
    metadata,
    Column("batch_uuid", UUID(as_uuid=True), primary_key=True),
    Column("owner", String(255), nullable=False, server_default=_LOCAL),
    Column("run_id", String(64), ForeignKey("runner.runs.id", ondelete="CASCADE")),
    Column("state", String(16), nullable=False),
    Column("reason", Text),
    Column("completed_at", DateTime(timezone=True), nullable=False),
    Column("versions", Integer, nullable=False, server_default=_ZERO),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
)
"""A batch of which cj announced something; without ``run_id`` others started it. All but its owner is summed up
from ``batch_events``; ``completed_at`` is when that was said which ``state`` goes by."""
Index(
    "ix_batch_results_owner_completed",
    batch_results.c.owner,
    batch_results.c.completed_at.desc(),
    batch_results.c.batch_uuid.desc(),
)
Index("ix_batch_results_updated", batch_results.c.updated_at)
Index("ix_batch_results_run", batch_results.c.run_id, postgresql_where=batch_results.c.run_id.is_not(None))

batch_events = Table(
    "batch_events",
    metadata,
    Column(
        "batch_uuid",
        UUID(as_uuid=True),
        ForeignKey("runner.batch_results.batch_uuid", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("kind", String(16), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("said_at", DateTime(timezone=True), nullable=False),
    Column("detail", Text),
    Column("raw", LargeBinary, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
)
"""What cj announced of a batch: ``kind`` is ``completion``, ``result`` or ``failure``, ``digest`` the hash of what
was said without when, ``said_at`` when that was said first, ``detail`` the status of a completion, or why it
failed."""

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
"""Files that a run wrote, by path relative to the run's own folder; ``kind`` is ``artefact``, ``report``
(markdown), ``report_html``, ``report_json``, ``named_report``, ``results``, ``request``, ``event`` or ``plan``.
``revision`` says which revision of the artefact it belongs to."""

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
Index("ix_packages_owner_created", packages.c.owner, packages.c.created_at.desc())

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
    Column("owner", String(255), primary_key=True),
    Column("label", String(255), primary_key=True),
    Column("last", Integer, nullable=False),
)
"""The last running number of each batch label of an owner that holds ``{n}``, dates filled in."""

deleted_runs = Table(
    "deleted_runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(255), nullable=False, server_default=_LOCAL),
    Column("deleted_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("files_removed_at", DateTime(timezone=True)),
    Column("batch_uuid", UUID(as_uuid=True)),
)
"""What is left of a deleted run, so that it is answered as gone, and that nothing more is kept of its batch; its
files are removed after its rows."""
Index(
    "ix_deleted_runs_with_files",
    deleted_runs.c.deleted_at,
    postgresql_where=deleted_runs.c.files_removed_at.is_(None),
)
Index("ix_deleted_runs_batch", deleted_runs.c.batch_uuid, postgresql_where=deleted_runs.c.batch_uuid.is_not(None))

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("owner", String(255), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("scopes", JSONB, nullable=False),
    Column("created_by", String(255), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("expires_at", DateTime(timezone=True)),
    Column("last_used_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
)
"""One API key each: its hash, never itself. ``last_used_at`` is true to a minute. Revoked keys stay listed."""
Index("ix_api_keys_owner_created", api_keys.c.owner, api_keys.c.created_at.desc(), api_keys.c.id.desc())

sessions = Table(
    "sessions",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("key_id", String(16), nullable=False),
    Column("key_sha256", String(64), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
"""One login to the pages each: the hash of what the browser has, and the API key that it stands for."""
Index("ix_sessions_expires", sessions.c.expires_at)

audit = Table(
    "audit",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("owner", String(255), nullable=False),
    Column("method", String(16), nullable=False),
    Column("route", String(255), nullable=False),
    Column("ids", JSONB, nullable=False, server_default=_EMPTY),
    Column("request_id", String(64), nullable=False),
    Column("remote_address", String(64), nullable=False),
    Column("status", Integer),
    Column("location", String(255)),
    Column("finished_at", DateTime(timezone=True)),
)
"""Each attempt of a known caller to change something, whatever became of it. Written before the attempt, with
``status`` null; what became of it is filled in once. A trigger refuses every other change; rows that are older
than the setting says are swept away."""
Index("ix_audit_owner_at", audit.c.owner, audit.c.at.desc(), audit.c.id.desc())
Index("ix_audit_at", audit.c.at)
