"""The names of a batch: what every log line about it carries, in whatever process of the engine.

Fed by rows of batches, which have them from the metadata of their request; feeds the context of the work at hand.
"""

from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from app.telemetry.context import bound
from app.telemetry.run_names import SENT_AS, sent_names

NAMES = MappingProxyType({"batch_uuid": "bos_batch_id", "correlation_id": "correlation_id", **SENT_AS})
"""The column of each name."""


class Named(Protocol):
    """A batch, as far as its names go; None where its sender does not say."""

    @property
    def bos_batch_id(self) -> str:
        """What its caller knows it by, everywhere."""

    @property
    def correlation_id(self) -> UUID:
        """That of its messages."""

    @property
    def run_id(self) -> str | None:
        """The run for which it is."""

    @property
    def batch_label(self) -> str | None:
        """What people call the run."""

    @property
    def runner_mode(self) -> str | None:
        """What the run does."""


def about(batch: Named) -> AbstractContextManager[None]:
    """Put the names of a batch on every log line until the block ends."""
    found = {name: getattr(batch, column) for name, column in NAMES.items()}
    return bound(**{name: None if value is None else str(value) for name, value in found.items()})


def told_by(metadata: object) -> dict[str, str | None]:
    """Return the columns of a new batch: what the sender of its request calls it."""
    found = sent_names(metadata)
    return {column: found.get(name) for name, column in SENT_AS.items()}


def told_to(batch: Named) -> dict[str, str]:
    """Return what is sent on with each comparison, so that the gateway's lines name the run as well."""
    return {column: value for column in SENT_AS.values() if (value := getattr(batch, column)) is not None}
