"""How far a run is, in counts that always add up, and how long it may still take. PURE.

Fed by the row of a run; feeds the API.
"""

from dataclasses import dataclass
from datetime import datetime

FEWEST_FOR_AN_ESTIMATE = 3
LARGEST_COUNT = 10_000_000


@dataclass(frozen=True)
class Counts:
    """Comparisons: ``asked >= received + late`` and ``received = succeeded + failed``.

    ``late`` came after the end and are in no other count; ``total`` is the budget, None where the engine chooses.
    """

    asked: int
    received: int
    failed: int
    late: int
    total: int | None

    @property
    def succeeded(self) -> int:
        """Callbacks with a verdict."""
        return self.received - self.failed


def asked_at_least(known: int, answered: int, told: int, total: int | None) -> int:
    """Return how many comparisons were asked at least: a count that never falls and covers every answer.

    ``known`` is what was known before, ``answered`` how many answers there are, ``told`` the highest number that
    an answer or the engine names (0 for none), which is believed up to the budget ``total``.
    """
    believable = min(told, LARGEST_COUNT if total is None else total)
    return max(known, answered, believable)


def remaining_s(counts: Counts, began: datetime | None, latest: datetime) -> float | None:
    """Return the seconds that are left at the pace so far, or None where nothing can be said.

    Seen from ``latest``, the time of the last change, so that it stands still while the run does. The engine may
    stop before the budget is used up: it is an upper estimate.
    """
    if began is None or counts.total is None or counts.received < FEWEST_FOR_AN_ESTIMATE:
        return None
    passed = (latest - began).total_seconds()
    if passed <= 0:
        return None
    left = max(0, counts.total - counts.received)
    return round(left * passed / counts.received, 1)


def whole(text: str | None) -> int:
    """Return a count that a stranger wrote, or 0 for anything else."""
    good = text is not None and text.isascii() and text.isdigit() and len(text) <= 9
    return int(text or 0) if good else 0
