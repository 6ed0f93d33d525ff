"""How a scene ended: as it was to end, with scores, payments and webhooks to be held against others.

Fed with what was played; feeds the tests.
"""

from collections.abc import Collection
from dataclasses import dataclass

from standardwebhooks.webhooks import Webhook

from tests.chaos.scenes import Played
from tests.chaos.stage import CONCURRENCY, Stage

IN_FLIGHT = 2 * CONCURRENCY
"""Calls that a gateway may have under way, or answered and not yet kept, when it dies."""


@dataclass(frozen=True)
class Outcome:
    """What can be compared between runs; ``again`` are calls that were paid for a second time."""

    scores: tuple[tuple[str, float, float, int], ...]
    again: int

    def paid_twice(self, killed: "dict[str, list[str]] | Collection[str]") -> int:
        """Return how many payments were made twice beyond what the death of a gateway at work may cost."""
        deaths = len(killed["gateway"]) if isinstance(killed, dict) and "gateway" in killed else 0
        return max(0, self.again - deaths * IN_FLIGHT)


assert Webhook
