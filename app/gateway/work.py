"""The work loop: leases comparisons, asks their judges, writes each outcome with its callback.

Fed by the queue; feeds the outbox. Many judges think at once; whatever has finished together is written in
one transaction. A process that dies leaves its leases to the next one.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from sqlalchemy.exc import DBAPIError

from app.contracts.prompt import essays_of
from app.db.listen import Wakeup
from app.db.unit import Database
from app.gateway import metrics, queue
from app.gateway.callbacks import Outcome, callback, to_event
from app.gateway.providers.base import Answer, FailureKind, Judge, JudgeFailed, Question
from app.gateway.queue import Queued
from app.gateway.tables import messages
from app.messaging import outbox
from app.settings import GatewaySettings

log = structlog.get_logger(__name__)
IDLE_S = 1.0
BACK_OFF_S = 1.0


class Worker:
    """One worker; several may run, in one process or many."""

    def __init__(
        self,
        database: Database,
        judges: Mapping[str, Judge],
        settings: GatewaySettings,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._judges = judges
        self._settings = settings
        self._clock = clock
        self._owner = uuid4().hex
        self._thinking: dict[asyncio.Task[Outcome], Queued] = {}
        self._lease = timedelta(seconds=settings.lease_s)

    async def run(self, wakeup: Wakeup) -> None:
        """Work until cancelled; survives a database that is away for a while."""
        try:
            while True:
                try:
                    await self.step(wakeup)
                except (DBAPIError, OSError) as error:
                    log.warning("work_failed_will_retry", error=type(error).__name__)
                    await asyncio.sleep(BACK_OFF_S)
        finally:
            for task in self._thinking:
                task.cancel()
            await asyncio.gather(*self._thinking, return_exceptions=True)

    async def step(self, wakeup: Wakeup) -> None:
        """Lease what there is room for, then wait for an outcome, for news or for a short while."""
        room = min(self._settings.claim_size, self._settings.concurrency - len(self._thinking))
        claimed = await self._claim(room) if room > 0 else []
        for item in claimed:
            self._thinking[asyncio.create_task(self._ask(item))] = item
        if claimed and len(claimed) == room and len(self._thinking) < self._settings.concurrency:
            return
        await self._wait(wakeup, look_for_more=len(self._thinking) < self._settings.concurrency)
        done = [task for task in self._thinking if task.done()]
        await self._settle([task.result() for task in done])
        for task in done:
            del self._thinking[task]

    async def _claim(self, room: int) -> list[Queued]:
        now = self._clock()
        async with self._database.transaction() as connection:
            claimed = await queue.claim(connection, self._owner, now=now, lease=self._lease, limit=room)
            if self._thinking:
                held = [item.queue_id for item in self._thinking.values()]
                await queue.renew(connection, self._owner, held, until=now + self._lease)
            if not claimed:
                metrics.QUEUE_DEPTH.set(await queue.depth(connection))
        return claimed

    async def _wait(self, wakeup: Wakeup, *, look_for_more: bool) -> None:
        if not self._thinking:
            await wakeup.wait(IDLE_S)
            return
        news = asyncio.create_task(wakeup.wait(IDLE_S)) if look_for_more else None
        waited = {*self._thinking, news} if news is not None else set(self._thinking)
        await asyncio.wait(waited, timeout=self._settings.lease_s / 3, return_when=asyncio.FIRST_COMPLETED)
        if news is not None and not news.done():
            news.cancel()
            with suppress(asyncio.CancelledError):
                await news

    async def _ask(self, item: Queued) -> Outcome:
        started = time.monotonic()
        metrics.QUEUE_WAIT.labels(item.provider).observe((self._clock() - item.queued_at).total_seconds())
        result = await self._judged(item)
        return Outcome(item, result, int((time.monotonic() - started) * 1000))

    async def _judged(self, item: Queued) -> Answer | JudgeFailed:
        judge = self._judges.get(item.provider)
        if judge is None:
            return JudgeFailed(
                "LLM_PROVIDER_UNAVAILABLE", f"{item.provider} is not set up", kind=FailureKind.BROKEN
            )
        if self._clock() > item.expires_at:
            metrics.EXPIRED.labels(item.provider).inc()
            return JudgeFailed(
                "TIMEOUT", "the comparison waited longer than its time to live", kind=FailureKind.REFUSED
            )
        try:
            return await judge.judge(_question(item))
        except JudgeFailed as failure:
            return failure
        except Exception as error:
            log.exception("judge_crashed", provider=item.provider)
            return JudgeFailed("LLM_INTERNAL_ERROR", type(error).__name__, kind=FailureKind.RETRY_NOW)

    async def _settle(self, outcomes: Sequence[Outcome]) -> None:
        if not outcomes:
            return
        now = self._clock()
        async with self._database.transaction() as connection:
            events = []
            for outcome in outcomes:
                if self._may_try_again(outcome, now):
                    pause = timedelta(seconds=min(60.0, 0.5 * 2**outcome.item.attempts))
                    await queue.put_back(connection, self._owner, outcome.item.queue_id, available_at=now + pause)
                    continue
                result = callback(outcome, now)
                values = _ledger(outcome, now) | {"callback": result.model_dump(mode="json")}
                if await queue.finish(connection, self._owner, outcome.item.queue_id, values):
                    events.append(to_event(result, outcome.item.callback_topic, now))
            await outbox.add(connection, messages, events)
        _count(outcomes)

    def _may_try_again(self, outcome: Outcome, now: datetime) -> bool:
        if not isinstance(outcome.result, JudgeFailed) or not outcome.result.retryable:
            return False
        return outcome.item.attempts <= self._settings.queue_max_retries and now < outcome.item.expires_at


def _question(item: Queued) -> Question:
    essays = essays_of(item.user_prompt)
    if essays is None:
        raise JudgeFailed(
            "LLM_INVALID_PROMPT", "the prompt does not show two marked essays", kind=FailureKind.REFUSED
        )
    settings = item.settings
    temperature, tokens = settings.get("temperature_override"), settings.get("max_tokens_override")
    system = settings.get("system_prompt_override")
    return Question(
        item.user_prompt,
        *essays,
        model=item.model,
        temperature=temperature if isinstance(temperature, float) else None,
        max_tokens=tokens if isinstance(tokens, int) else None,
        system_prompt=system if isinstance(system, str) else None,
        metadata=item.metadata,
    )


def _ledger(outcome: Outcome, now: datetime) -> dict[str, object]:
    result = outcome.result
    if isinstance(result, JudgeFailed):
        return {"state": "failed", "finished_at": now, "error_code": result.code[:64]}
    return {
        "state": "succeeded",
        "finished_at": now,
        "winner": "a" if result.first_wins else "b",
        "confidence": result.confidence,
        "justification": result.justification,
        "cost_usd": result.usage.cost_usd,
        "prompt_tokens": result.usage.prompt_tokens,
        "completion_tokens": result.usage.completion_tokens,
    }


def _count(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        result, provider = outcome.result, outcome.item.provider
        if isinstance(result, JudgeFailed):
            metrics.VERDICTS.labels(provider, "unknown", "failed").inc()
            continue
        metrics.VERDICTS.labels(provider, result.model, "succeeded").inc()
        metrics.TOKENS.labels(provider, result.model, "prompt").inc(result.usage.prompt_tokens)
        metrics.TOKENS.labels(provider, result.model, "completion").inc(result.usage.completion_tokens)
        metrics.COST.labels(provider, result.model).inc(result.usage.cost_usd)
