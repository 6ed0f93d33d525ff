"""cj's tables: assignments and anchors, batches, their essays and comparisons, and its messages."""

from sqlalchemy import (
    Boolean,
    Column,
    Computed,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from app.db.naming import metadata as named
from app.messaging.tables import messaging_tables

metadata = named("cj")
messages = messaging_tables(metadata)
BATCHES_CHANNEL = "cj_batches"

_NOW = func.now()
_ZERO = text("0")
_EMPTY_LIST = text("'[]'::jsonb")

assignments = Table(
    "assignments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("assignment_id", String(100), unique=True),
    Column("course_id", String(50), unique=True),
    Column("instructions_text", Text, nullable=False),
    Column("grade_scale", String(50), nullable=False),
    Column("context_origin", String(64), nullable=False),
    Column("student_prompt_storage_id", String(255)),
    Column("judge_rubric_storage_id", String(255)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
)
"""What an assignment owns: criteria, scale, task and rubric. Scale and origin never change."""

anchors = Table(
    "anchors",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("assignment_id", String(100), nullable=False),
    Column("anchor_label", String(255), nullable=False),
    Column("grade", String(8), nullable=False),
    Column("grade_scale", String(50), nullable=False),
    Column("text_storage_id", String(255), nullable=False),
    Column("text_sha256", String(64)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    UniqueConstraint("assignment_id", "anchor_label", "grade_scale"),
)
"""Expert-graded essays of an assignment; the hash is that of the text, None where it was not noted."""

anchor_history = Table(
    "anchor_history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("anchor_id", Integer, nullable=False),
    Column("assignment_id", String(100), nullable=False),
    Column("anchor_label", String(255), nullable=False),
    Column("grade", String(8), nullable=False),
    Column("grade_scale", String(50), nullable=False),
    Column("text_storage_id", String(255), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("superseded_at", DateTime(timezone=True), nullable=False),
)
"""What an anchor was before: ``reason`` is ``replaced``, ``deleted``, or ``twin`` for a text that was stored a
second time by a registration at the same moment. The texts stay in the content store, since batches name them."""
Index("ix_anchor_history_assignment_id", anchor_history.c.assignment_id, anchor_history.c.id)

batches = Table(
    "batches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bos_batch_id", String(36), nullable=False, unique=True),
    Column("correlation_id", UUID(as_uuid=True), nullable=False),
    Column("status", String(32), nullable=False),
    Column("reason", String(64)),
    Column("detail", Text),
    Column("request", JSONB, nullable=False),
    Column("plan", JSONB, nullable=False),
    Column("context", JSONB),
    Column("grade_scale", String(50)),
    Column("essays_missing", JSONB, nullable=False, server_default=_EMPTY_LIST),
    Column("wave", Integer, nullable=False, server_default=_ZERO),
    Column("asked", Integer, nullable=False, server_default=_ZERO),
    Column("succeeded", Integer, nullable=False, server_default=_ZERO),
    Column("failed", Integer, nullable=False, server_default=_ZERO),
    Column("last_scores", JSONB),
    Column("cost_usd", Double, nullable=False, server_default=_ZERO),
    Column("processing_metadata", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("decisions", JSONB, nullable=False, server_default=_EMPTY_LIST),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
    Column("finished_at", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),
    Column("lease_owner", String(64)),
    Column("leased_until", DateTime(timezone=True)),
    Column("trace_context", JSONB(none_as_null=True)),
    Column("assignment_id", Text, Computed("request ->> 'assignment_id'", persisted=True)),
    Column("run_id", String(64)),
    Column("batch_label", String(255)),
    Column("runner_mode", String(32)),
)
"""One request's batch. ``plan`` holds budget, design and stop rule; ``context`` the texts shown with every pair;
``decisions`` why the engine went on or stopped after each wave; ``processing_metadata`` coverage, errors and
their flags at the last look; ``due_at`` when a worker should look at it; ``run_id``, ``batch_label`` and
``runner_mode`` what its sender calls it, for log lines, None where it does not say;
``trace_context`` the trace of its request."""
Index("ix_batches_due", batches.c.due_at, postgresql_where=batches.c.due_at.is_not(None))
Index("ix_batches_assignment_id", batches.c.assignment_id, batches.c.id)
Index("ix_batches_status_id", batches.c.status, batches.c.id)


def _batch_key() -> Column[int]:
    return Column("batch_id", Integer, ForeignKey("cj.batches.id", ondelete="CASCADE"), primary_key=True)


essays = Table(
    "essays",
    metadata,
    _batch_key(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("essay_id", String(255), nullable=False),
    Column("text_storage_id", String(255), nullable=False),
    Column("content", Text, nullable=False),
    Column("is_anchor", Boolean, nullable=False),
    Column("grade", String(8)),
    Column("label", String(255)),
)
"""The essays of a batch, by position; ids belong to the batch and to no other."""

comparisons = Table(
    "comparisons",
    metadata,
    _batch_key(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("correlation_id", UUID(as_uuid=True), nullable=False, unique=True),
    Column("wave", Integer, nullable=False),
    Column("a", Integer, nullable=False),
    Column("b", Integer, nullable=False),
    Column("repeat", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("winner", String(8)),
    Column("confidence", Double),
    Column("justification", Text),
    Column("provider", String(64)),
    Column("model", String(255)),
    Column("error_code", String(64)),
    Column("error_message", Text),
    Column("retryable", Boolean, nullable=False, server_default=text("false")),
    Column("reserved_usd", Double),
    Column("cost_usd", Double),
    Column("cost_known", Boolean, nullable=False, server_default=text("true")),
    Column("not_before", DateTime(timezone=True)),
    Column("sent_at", DateTime(timezone=True)),
    Column("answered_at", DateTime(timezone=True)),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("asks", Integer, nullable=False, server_default=_ZERO),
    Column("request_id", String(64)),
    Column("prompt_tokens", Integer),
    Column("completion_tokens", Integer),
    Column("prompt_sha256", String(64)),
    Column("effective_settings", JSONB(none_as_null=True)),
)
"""One comparison asked for: ``a`` and ``b`` are positions as shown; ``winner`` is ``a`` or ``b``; ``reserved_usd``
is what was set aside for it when it was planned, ``cost_usd`` what its verdict cost: at least
that, where ``cost_known`` is false. ``asks`` counts how often it was handed to the gateway; ``request_id``,
tokens, the prompt's hash and the settings that its judge was asked with are those of its verdict.

``state``: ``planned``, ``sent``, ``succeeded``, ``failed``; or ``given_up`` (no verdict came in time: counts as
failed) or ``cancelled`` (counts as neither). A verdict that comes after those two is noted with its cost on the
row, whose state stays."""
Index("ix_comparisons_state", comparisons.c.batch_id, comparisons.c.state)
