"""The port to the broker: what the relay and the consume loop need of it, whatever it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Outgoing:
    """One record to send."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """One record as it came."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Producer(Protocol):
    """Sends records; returns only when the broker has all of them."""

    async def send(self, records: Sequence[Outgoing]) -> None:
        """Send all; raises ``Unavailable`` if any was not acknowledged, ``TooLarge`` if one is never taken."""


class Consumer(Protocol):
    """Takes records in, as one member of a group."""

    async def poll(self, *, timeout_s: float, limit: int) -> Sequence[Record]:
        """Return the next records, in order within each partition; empty after the time-out."""

    async def commit(self) -> None:
        """Remember that everything polled so far has been taken in."""

    async def rewind(self) -> None:
        """Forget what was polled since the last commit; it will be polled again."""

    async def lag(self) -> Mapping[tuple[str, int], int]:
        """Return, by topic and partition, how many records wait."""
