"""What an attempt means for its delivery and for its subscription. PURE.

Fed by ``record``; the numbers come from the settings and from the schedule of the specification.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus

from app.runner.webhooks import schedule


class Result(StrEnum):
    """What came of an attempt; after ``failed`` there is another one."""

    DELIVERED = "delivered"
    FAILED = "failed"
    EXHAUSTED = "exhausted"
    GONE = "gone"


@dataclass(frozen=True)
class Limits:
    """How long a receiver is heard (seconds), and after how much a subscription is disabled."""

    retry_after_max_s: float
    disable_after_exhausted: int
    disable_after: timedelta


@dataclass(frozen=True)
class Health:
    """How a subscription fared before: exhausted deliveries in a row, and since when every attempt failed."""

    exhausted_in_a_row: int = 0
    failing_since: datetime | None = None


@dataclass(frozen=True)
class Tried:
    """One attempt that was not taken, or was: ``tries`` counts it in."""

    good: bool
    status_code: int | None
    retry_after: str | None
    tries: int
    at: datetime
    chance: float


@dataclass(frozen=True)
class Outcome:
    """What is to be written; ``disabled`` is the reason for which the subscription is disabled."""

    result: Result
    due_at: datetime | None = None
    health: Health = Health()
    disabled: str | None = None


def decide(tried: Tried, before: Health, limits: Limits) -> Outcome:
    """Return what an attempt means."""
    if tried.good:
        return Outcome(Result.DELIVERED)
    since = before.failing_since or tried.at
    if tried.status_code == HTTPStatus.GONE:
        return Outcome(Result.GONE, None, Health(before.exhausted_in_a_row, since), "gone")
    wanted = schedule.retry_after(tried.retry_after, tried.at)
    pause = schedule.pause_before_next(
        tried.tries, chance=tried.chance, wanted_s=wanted, longest_s=limits.retry_after_max_s
    )
    exhausted = before.exhausted_in_a_row + (pause is None)
    disabled = _why_disabled(exhausted, tried.at - since, limits)
    if pause is None:
        return Outcome(Result.EXHAUSTED, None, Health(exhausted, since), disabled)
    return Outcome(Result.FAILED, tried.at + timedelta(seconds=pause), Health(exhausted, since), disabled)


def _why_disabled(exhausted: int, failing: timedelta, limits: Limits) -> str | None:
    if exhausted >= limits.disable_after_exhausted:
        return "exhausted"
    return "failing" if failing >= limits.disable_after else None
