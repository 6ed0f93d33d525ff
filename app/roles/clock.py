"""The clock of all roles."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present time, UTC."""
    return datetime.now(UTC)
