"""The gate before each model: how many calls at once, when to pause, when to stop asking.

Fed by the work loop with what every call came to; feeds the breaker's gauges and the list of providers. The state
is this process's own.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from app.gateway import metrics
from app.gateway.breaker import Breaker, BreakerRules, Circuit, Concurrency
from app.gateway.failures import is_unreadable
from app.gateway.providers.base import Answer, FailureKind, JudgeFailed
from app.settings import GatewaySettings

log = structlog.get_logger(__name__)
SERVICE = "llm_provider_service"
PAUSE_S = 1.0
LOOK_AGAIN_S = 1.0


@dataclass(frozen=True)
class Closed:
    """No call now. ``until`` says when to try; ``reason`` is set where waiting will not help."""

    until: datetime
    reason: str | None = None


class Gate:
    """One provider and model."""

    def __init__(self, name: str, rules: BreakerRules, most: int) -> None:
        self.name = name
        self.breaker = Breaker(rules)
        self.concurrency = Concurrency(most)
        self.under_way = 0
        self._paused_until: datetime | None = None
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._share = 1.0

    async def enter(self) -> None:
        """Wait for a place; ``leave`` gives it back."""
        while self.under_way >= self.concurrency.limit:
            ticket: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(ticket)
            try:
                await ticket
            except asyncio.CancelledError:
                self._pass_on(ticket)
                raise
        self.under_way += 1

    def leave(self) -> None:
        """Give the place back."""
        self.under_way -= 1
        self._wake_next()

    def _wake_next(self) -> None:
        while self._waiting:
            ticket = self._waiting.popleft()
            if not ticket.done():
                ticket.set_result(None)
                return

    def _pass_on(self, ticket: "asyncio.Future[None]") -> None:
        if ticket.done() and not ticket.cancelled():
            self._wake_next()

    def allowance(self, now: datetime) -> int:
        """Return how many may be held for this model: as many as may be under way, and as many again in reserve.

        A broken model is allowed its queue too, which is refused quickly.
        """
        if self._paused_until is not None and now < self._paused_until:
            return 0
        limit = self.concurrency.limit
        state = self.breaker.state(now)
        if state is Circuit.HALF_OPEN:
            return 1
        if state is Circuit.OPEN and self.breaker.reason is None:
            return 0
        return 2 * limit

    def closed(self, now: datetime) -> Closed | None:
        """Return why no call may be made now, or None: then ``report`` or ``withdrew`` must follow."""
        if self._paused_until is not None and now < self._paused_until:
            return Closed(self._paused_until)
        before = self.breaker.state(now)
        if self.breaker.admits(now):
            return None
        metrics.CIRCUIT_CALLS.labels(SERVICE, self.name, "blocked").inc()
        until = self.breaker.until if before is Circuit.OPEN else None
        return Closed(until or now + timedelta(seconds=LOOK_AGAIN_S), self.breaker.reason)

    def report(self, result: Answer | JudgeFailed, now: datetime) -> None:
        """Act on what a call came to."""
        before = self.breaker.state(now)
        if isinstance(result, Answer):
            self.concurrency.faster()
            self.breaker.succeeded(now)
        else:
            self._failed(result, now)
        good = isinstance(result, Answer) or result.kind is FailureKind.REFUSED or is_unreadable(result)
        metrics.CIRCUIT_CALLS.labels(SERVICE, self.name, "success" if good else "failure").inc()
        self._share = 0.95 * self._share + 0.05 * good
        self._show(before, now)
        self._wake_next()

    def _failed(self, failure: JudgeFailed, now: datetime) -> None:
        if failure.kind is FailureKind.REFUSED or is_unreadable(failure):
            self.breaker.succeeded(now)
        elif failure.kind is FailureKind.BROKEN:
            self.breaker.broke(now, failure.message)
        elif failure.kind is FailureKind.RATE_LIMITED:
            self._slow_down(failure, now)
        else:
            self.breaker.failed(now)

    def _slow_down(self, failure: JudgeFailed, now: datetime) -> None:
        alone = self.concurrency.limit == 1
        if self.concurrency.slower():
            log.warning("concurrency_lowered", model=self.name, limit=self.concurrency.limit)
        pause = failure.retry_after_s if failure.retry_after_s is not None else PAUSE_S
        until = now + timedelta(seconds=pause)
        self._paused_until = max(until, self._paused_until or until)
        if alone:
            self.breaker.failed(now)
        else:
            self.breaker.withdrew()

    def _show(self, before: Circuit, now: datetime) -> None:
        after = self.breaker.state(now)
        metrics.CIRCUIT_STATE.labels(SERVICE, self.name).set(metrics.CIRCUIT_NUMBERS[after])
        metrics.AVAILABILITY.labels(self.name.split("/")[0]).set(100 * self._share)
        if after is not before:
            metrics.CIRCUIT_CHANGES.labels(SERVICE, self.name, before, after).inc()
            log.warning("circuit_moved", model=self.name, was=before, now=after, reason=self.breaker.reason)


@dataclass
class Gates:
    """All gates of this process, made when first asked for."""

    settings: GatewaySettings
    _gates: dict[tuple[str, str | None], Gate] = field(default_factory=dict)

    def of(self, provider: str, model: str | None) -> Gate:
        """Return the gate of a model."""
        key = (provider, model)
        if key not in self._gates:
            rules = BreakerRules(
                self.settings.circuit_breaker_failure_threshold,
                self.settings.circuit_breaker_open_s,
                self.settings.circuit_breaker_success_threshold,
            )
            self._gates[key] = Gate(f"{provider}/{model or 'default'}", rules, self.settings.concurrency)
        return self._gates[key]

    def look(self, provider: str, clock: Callable[[], datetime]) -> dict[str, dict[str, object]]:
        """Return, by model, the circuit's state, the limit and the calls under way of one provider."""
        now = clock()
        return {
            model or "default": {
                "circuit": str(gate.breaker.state(now)),
                "reason": gate.breaker.reason,
                "concurrency_limit": gate.concurrency.limit,
                "under_way": gate.under_way,
            }
            for (name, model), gate in self._gates.items()
            if name == provider
        }
