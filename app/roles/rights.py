"""Which login may do what in Postgres: one list a role, in Postgres' letters (r read, a add, w change, d delete).

Feeds ``grant`` and ``migrate``. ``tests/unit/test_rights.py`` compares the lists with the statements in the code.
"""

from collections.abc import Mapping

from app.db.grants import Rights

OWNER = "migrate"
SCHEMAS = ("content", "gateway", "cj", "runner")
_MESSAGES = {"outbox": "rawd", "inbox": "ra", "dead_letters": "raw"}
_RUNS = {
    "runs": "rawd",
    "run_essays": "raw",
    "run_events": "ra",
    "run_files": "raw",
    "packages": "ra",
    "package_files": "ra",
    "label_numbers": "raw",
    "deleted_runs": "raw",
    "uploads": "ra",
    "announcements": "ra",
    "comparisons": "ra",
    "batch_events": "raw",
    "batch_results": "rawd",
    "human_verdicts": "rad",
    "idempotency_keys": "rawd",
    "experiments": "rawd",
    "experiment_cells": "raw",
    "experiment_events": "ra",
    "experiment_runs": "raw",
    "deleted_experiments": "ra",
    "webhook_subscriptions": "rawd",
    "webhook_deliveries": "rawd",
    "webhook_progress": "raw",
}
"""What both processes of the runner do: they share its tables."""

RIGHTS: Mapping[str, Rights] = {
    "api": Rights(
        "runner",
        _MESSAGES | _RUNS | {"webhook_attempts": "r", "api_keys": "raw", "sessions": "rad", "audit": "ra"},
        {"audit": ("status", "location", "finished_at")},
    ),
    "worker": Rights("runner", _MESSAGES | _RUNS | {"webhook_attempts": "ra", "audit": "rd"}),
    "cj": Rights(
        "cj",
        _MESSAGES
        | {
            "assignments": "rawd",
            "anchors": "rawd",
            "anchor_history": "ra",
            "batches": "raw",
            "comparisons": "raw",
            "essays": "ra",
        },
    ),
    "gateway": Rights(
        "gateway",
        _MESSAGES
        | {
            "requests": "raw",
            "jobs": "raw",
            "budgets": "raw",
            "buckets": "raw",
            "holds": "rad",
            "tallies": "rawd",
            "mock_modes": "rawd",
        },
    ),
    "content": Rights("content", {"texts": "raw"}),
}


def login_of(prefix: str, role: str) -> str:
    """Return the login of a role."""
    return f"{prefix}{role}"


def rights_by_login(prefix: str) -> dict[str, Rights]:
    """Return the rights of all logins but the owner's, which has them all."""
    return {login_of(prefix, role): rights for role, rights in RIGHTS.items()}
