"""Webhooks out: what is due is leased, sent and recorded, many at once, few at once to one host.

Fed by ``claim``; feeds ``record``. Sends outside any transaction. A process that dies between sending and
recording sends again, under the same ``webhook-id``; one that is stopped hands its leases back.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from sqlalchemy.exc import DBAPIError

from app.db.listen import Wakeup
from app.db.unit import Database
from app.errors import AppError
from app.faults.inject import fault_point
from app.faults.points import Point
from app.runner.webhooks import claim, metrics, record, signing
from app.runner.webhooks.claim import Job, Terms
from app.runner.webhooks.outcome import Limits, Result
from app.runner.webhooks.record import Attempted
from app.runner.webhooks.send_http import Answer, Sender
from app.runner.webhooks.vault import Vault
from app.settings import WebhookSettings
from app.telemetry.context import bound

log = structlog.get_logger(__name__)
IDLE_S = 1.0
BACK_OFF_S = 1.0
DISABLED = "subscription_disabled"


@dataclass(frozen=True)
class Parts:
    """What delivering needs; ``chance`` returns a random number in [0, 1)."""

    database: Database
    settings: WebhookSettings
    clock: Callable[[], datetime]
    vault: Vault
    sender: Sender
    chance: Callable[[], float]

    @property
    def limits(self) -> Limits:
        """What an outcome is decided by."""
        settings = self.settings
        return Limits(
            settings.retry_after_max_s,
            settings.disable_after_exhausted,
            timedelta(seconds=settings.disable_after_s),
        )


@dataclass
class Deliverer:
    """One loop over all deliveries; any number of processes may run one."""

    parts: Parts
    owner: str = field(default_factory=lambda: uuid4().hex)
    _busy: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, wakeup: Wakeup) -> None:
        """Deliver until cancelled; survives a database that is away for a while."""
        try:
            while True:
                try:
                    await self.step(wakeup)
                except (DBAPIError, OSError) as error:
                    log.warning("webhooks_failed_will_retry", error=type(error).__name__)
                    await asyncio.sleep(BACK_OFF_S)
        finally:
            await self.stop()

    async def step(self, wakeup: Wakeup) -> None:
        """Start what is due, then wait for one to end, for news or for a short while."""
        await self.start_due()
        news = asyncio.create_task(wakeup.wait(IDLE_S))
        await asyncio.wait({*self._busy, news}, return_when=asyncio.FIRST_COMPLETED)
        if not news.done():
            news.cancel()
            with suppress(asyncio.CancelledError):
                await news

    async def start_due(self) -> int:
        """Lease what is due as far as there is room, and begin to send it; return how many that was.

        What is due for a subscription that was disabled is dropped.
        """
        settings = self.parts.settings
        room = settings.concurrency - len(self._busy)
        if room <= 0:
            return 0
        terms = Terms(self.owner, room, settings.concurrency_per_host, settings.lease_s)
        async with self.parts.database.transaction() as connection:
            ids = await claim.claim(connection, terms, self.parts.clock())
            jobs = await claim.load(connection, ids) if ids else []
            for job in jobs:
                if not job.subscription.enabled:
                    await record.drop(connection, job, self.owner, DISABLED, self.parts.clock())
        if jobs:
            await fault_point(Point.WEBHOOK_AFTER_CLAIM)
        for job in jobs:
            self._begin(job)
        return len(ids)

    def _begin(self, job: Job) -> None:
        if not job.subscription.enabled:
            metrics.DELIVERIES.labels("dropped").inc()
            return
        with bound(**job.names, delivery=job.id, subscription=job.subscription.id):
            task = asyncio.create_task(self._work(job))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def finish_started(self) -> None:
        """Wait until everything that was begun has ended."""
        while self._busy:
            await asyncio.wait(set(self._busy))

    async def stop(self) -> None:
        """Give attempts a short while to end, break the others off, and hand all leases back."""
        if self._busy:
            await asyncio.wait(set(self._busy), timeout=self.parts.settings.drain_s)
        left = set(self._busy)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        with suppress(DBAPIError, OSError):
            async with self.parts.database.transaction() as connection:
                await claim.hand_back(connection, self.owner)

    async def _work(self, job: Job) -> None:
        try:
            await self._deliver(job)
        except (DBAPIError, OSError) as error:
            log.warning("webhook_left_to_its_lease", delivery=job.id, error=type(error).__name__)
        except Exception:
            log.exception("webhook_crashed", delivery=job.id)

    async def _deliver(self, job: Job) -> None:
        began = self.parts.clock()
        answer = await self._attempt(job, began)
        await fault_point(Point.WEBHOOK_AFTER_SEND)
        attempted = Attempted(self.owner, began, answer, self.parts.chance())
        async with self.parts.database.transaction() as connection:
            now = self.parts.clock()
            result = await record.settle(connection, job, attempted, self.parts.limits, now)
        await fault_point(Point.WEBHOOK_AFTER_RECORD)
        _observe(job, answer, result)

    async def _attempt(self, job: Job, began: datetime) -> Answer:
        try:
            secrets = [self.parts.vault.open(kept) for kept in job.subscription.secrets_at(began)]
            headers = signing.headers(job.id, began, job.payload, secrets)
        except AppError as error:
            log.warning("webhook_cannot_be_signed", subscription=job.subscription.id, code=error.code)
            return Answer(0, error=error.code)
        return await self.parts.sender.send(job.subscription.url, job.payload, headers)


def _observe(job: Job, answer: Answer, result: Result | None) -> None:
    kind = "lost" if result is None else "delivered" if result is Result.DELIVERED else "failed"
    metrics.ATTEMPTS.labels(kind).inc()
    metrics.ATTEMPT_SECONDS.labels(kind).observe(answer.ms / 1000)
    if result in {Result.DELIVERED, Result.EXHAUSTED, Result.GONE}:
        metrics.DELIVERIES.labels(result).inc()
    log.info(
        "webhook_attempted",
        delivery=job.id,
        subscription=job.subscription.id,
        run_id=job.run_id,
        type=job.type,
        host=job.subscription.host,
        status_code=answer.status_code,
        error=answer.error,
        ms=answer.ms,
        result=kind if result is None else str(result),
    )
