"""When a failed comparison is asked again: later each time, and one after the other under a rate limit. PURE.

Fed by ``steering``; feeds ``waves``, which notes the time on the comparison's row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

RATE_LIMITS = frozenset({"RATE_LIMIT", "LLM_RATE_LIMIT", "LLM_PROVIDER_RATE_LIMIT", "RATE_LIMITED"})


@dataclass(frozen=True)
class BackOff:
    """Seconds: the first pause after a failure, the first one after a rate limit, the longest, and between two."""

    first: float
    rate_limited: float
    longest: float
    spacing: float


def pauses(failures: Sequence[tuple[str | None, int]], back_off: BackOff) -> list[float]:
    """Return for each failure (error code, tries before) the seconds to wait.

    The pause doubles with each try. Comparisons that met a rate limit go out one after the other, so that they
    do not meet it again together.
    """
    limited = 0
    found = []
    for code, tries in failures:
        is_limit = (code or "").upper() in RATE_LIMITS
        first = back_off.rate_limited if is_limit else back_off.first
        pause = min(back_off.longest, first * 2 ** min(tries, 20))
        found.append(pause + (limited * back_off.spacing if is_limit else 0.0))
        limited += is_limit
    return found
