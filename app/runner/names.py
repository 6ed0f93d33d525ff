"""The names of a run: what every log line about it carries, in whatever process.

Fed by rows of runs; feeds the context of the work at hand.
"""

from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from app.telemetry.context import bound

NAMES = MappingProxyType(
    {
        "run_id": "id",
        "batch_uuid": "batch_uuid",
        "batch_id": "batch_label",
        "runner_mode": "mode",
        "correlation_id": "correlation_id",
    }
)
"""The column of each name."""


class Named(Protocol):
    """A run, as far as its names go."""

    @property
    def id(self) -> str:
        """Its own."""

    @property
    def batch_uuid(self) -> UUID:
        """That of its batch."""

    @property
    def batch_label(self) -> str:
        """What people call it."""

    @property
    def mode(self) -> str:
        """What it does."""

    @property
    def correlation_id(self) -> UUID:
        """That of its messages."""


def about(run: Named) -> AbstractContextManager[None]:
    """Put the names of a run on every log line until the block ends."""
    return bound(**{name: str(getattr(run, column)) for name, column in NAMES.items()})
