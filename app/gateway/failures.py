"""What is done about a failure: ask again and when, or give up. PURE.

Fed by the ledger with each failed call; the adapters say only of which kind a failure is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.gateway.providers.base import FailureKind, JudgeFailed

UNREADABLE = frozenset({"LLM_PARSING_ERROR", "LLM_INVALID_RESPONSE", "PARSING_ERROR", "INVALID_RESPONSE"})
"""Codes of an answer that cannot be read: asked once more, whatever the bound on retries."""


@dataclass(frozen=True)
class Rules:
    """Bounds on new tries, and the seconds of back-off: first, and at most."""

    retries: int
    throttled: int
    first_s: float
    longest_s: float


@dataclass(frozen=True)
class Tries:
    """How often a comparison was asked: in all, again for an unreadable answer, turned away for haste."""

    attempts: int
    re_asks: int = 0
    throttled: int = 0

    @property
    def plain(self) -> int:
        """The tries that count against the bound on retries."""
        return self.attempts - self.re_asks - self.throttled


@dataclass(frozen=True)
class Again:
    """Ask once more from ``at`` on; the counters of ``Tries`` grow by these."""

    at: datetime
    re_asks: int = 0
    throttled: int = 0


def is_unreadable(failure: JudgeFailed) -> bool:
    """Return whether the judge answered with something that is no verdict."""
    return failure.kind is FailureKind.RETRY_NOW and failure.code in UNREADABLE


def back_off(tries: int, rules: Rules, draw: float, hint_s: float | None = None) -> float:
    """Return the seconds to wait: exponential with full jitter, after the provider's own hint if it gave one.

    ``draw`` is uniform in [0, 1). Full jitter: M. Brooker, "Exponential backoff and jitter" (2015).
    """
    if hint_s is not None and hint_s > 0:
        return hint_s + draw * rules.first_s
    return draw * min(rules.longest_s, rules.first_s * 2.0 ** min(30, max(0, tries - 1)))


def next_try(
    tries: Tries, failure: JudgeFailed, rules: Rules, *, now: datetime, expires_at: datetime, draw: float
) -> Again | None:
    """Return when to ask again, or None to give up: not retryable, tried enough, or too late by then.

    ``tries`` counts the failed call.
    """
    if not failure.retryable:
        return None
    re_asks = throttled = 0
    if is_unreadable(failure):
        place, enough, re_asks = 1, tries.re_asks >= 1, 1
    elif failure.kind is FailureKind.RATE_LIMITED:
        place, enough, throttled = tries.throttled + 1, tries.throttled >= rules.throttled, 1
    else:
        place, enough = tries.plain, tries.plain > rules.retries
    at = now + timedelta(seconds=back_off(place, rules, draw, failure.retry_after_s))
    return None if enough or at >= expires_at else Again(at, re_asks, throttled)
