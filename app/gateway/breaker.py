"""The circuit breaker and the adaptive concurrency of one model: decided on failures, without a clock. PURE.

Fed by ``gates`` with what each call came to.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Circuit(StrEnum):
    """Closed lets everything pass, open nothing, half-open one probe at a time."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True)
class BreakerRules:
    """Failures in a row that open, seconds that it stays open, probes in a row that close it again."""

    failures: int = 3
    open_s: float = 120.0
    successes: int = 2


class Breaker:
    """One circuit. ``reason`` is set while it is open because nothing will be answered until somebody acts."""

    def __init__(self, rules: BreakerRules) -> None:
        self._rules = rules
        self._failures = 0
        self._successes = 0
        self._probing = False
        self._stored = Circuit.CLOSED
        self.until: datetime | None = None
        self.reason: str | None = None

    def state(self, now: datetime) -> Circuit:
        """Return the circuit's state; an open one turns half-open when its time is over."""
        if self._stored is Circuit.OPEN and self.until is not None and now >= self.until:
            self._stored, self._successes, self._probing = Circuit.HALF_OPEN, 0, False
        return self._stored

    def admits(self, now: datetime) -> bool:
        """Return whether a call may be made, and count it as the probe where only one may."""
        state = self.state(now)
        if state is Circuit.CLOSED:
            return True
        if state is Circuit.OPEN or self._probing:
            return False
        self._probing = True
        return True

    def withdrew(self) -> None:
        """Note that an admitted call was not made after all."""
        self._probing = False

    def succeeded(self, now: datetime) -> None:
        """Note an answer."""
        self._failures = 0
        self._probing = False
        if self.state(now) is not Circuit.HALF_OPEN:
            return
        self._successes += 1
        if self._successes >= self._rules.successes:
            self._stored, self.until, self.reason = Circuit.CLOSED, None, None

    def failed(self, now: datetime) -> None:
        """Note a failure that may pass; enough in a row, or one probe, open the circuit."""
        self._failures += 1
        if self.state(now) is Circuit.HALF_OPEN or self._failures >= self._rules.failures:
            self._open(now, None)

    def broke(self, now: datetime, reason: str) -> None:
        """Note a failure that will not pass by itself: the circuit opens at once."""
        self._open(now, reason)

    def _open(self, now: datetime, reason: str | None) -> None:
        self._stored, self._probing, self._failures = Circuit.OPEN, False, 0
        self.until = now + timedelta(seconds=self._rules.open_s)
        self.reason = reason


class Concurrency:
    """How many calls may be under way: one more for each round of answers, half when told to slow down.

    Additive increase, multiplicative decrease (D. Chiu and R. Jain, 1989). Calls that were under way together
    are told to slow down together, so it halves at most once for each full round.
    """

    def __init__(self, most: int) -> None:
        self._most = float(most)
        self._limit = float(most)
        self._calm = 0

    @property
    def limit(self) -> int:
        """At least 1."""
        return max(1, int(self._limit))

    def faster(self) -> None:
        """Note an answer."""
        self._calm = max(0, self._calm - 1)
        self._limit = min(self._most, self._limit + 1 / self._limit)

    def slower(self) -> bool:
        """Note that the provider was asked too fast; return whether the limit fell."""
        if self._calm > 0:
            self._calm -= 1
            return False
        self._calm = self.limit - 1
        self._limit = max(1.0, self._limit / 2)
        return True
