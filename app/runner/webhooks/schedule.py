"""When a webhook is tried again: the schedule of the Standard Webhooks specification, with jitter. PURE.

Fed by the outcome of an attempt; feeds ``record``.
"""

from datetime import datetime
from email.utils import parsedate_to_datetime

PAUSES_S = (0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
"""The pause before each try, the first of which is made at once (Standard Webhooks, deliverability)."""
JITTER = 0.1


def pause_before_next(
    tries: int, *, chance: float, wanted_s: float | None = None, longest_s: float = 0.0
) -> float | None:
    """Return the seconds until the next try after ``tries`` of them failed, None where that was the last.

    ``chance`` in [0, 1) spreads the pause by up to a tenth of it, always later. ``wanted_s`` is what the receiver
    asked for, heard up to ``longest_s``; it never makes the pause shorter.
    """
    if tries >= len(PAUSES_S):
        return None
    pause = PAUSES_S[tries] * (1 + JITTER * chance)
    return max(pause, min(wanted_s or 0.0, longest_s))


def retry_after(header: str | None, now: datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` asks for (a number or a date), None where it says nothing."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
        return max(0.0, (at - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
