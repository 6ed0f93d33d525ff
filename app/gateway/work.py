"""The work loop: leases comparisons, asks their judges, writes each outcome with its callback.

Fed by the queue; feeds the ledger. Many judges think at once; whatever has finished together is written in
one transaction. A process that dies leaves its leases to the next one.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy.exc import DBAPIError

from app.db.listen import Wakeup
from app.faults.inject import fault_point
from app.faults.points import Point
from app.gateway import ledger, metrics, money, observe, queue
from app.gateway.ask import NotAsked, ask
from app.gateway.callbacks import Outcome
from app.gateway.cancel import still_wanted
from app.gateway.gates import Gate
from app.gateway.modes import Lane, Mode
from app.gateway.parts import Parts
from app.gateway.providers.base import FailureKind, JudgeFailed
from app.gateway.queue import Queued
from app.gateway.returns import PutBack, put_back
from app.gateway.sweep import Sweep
from app.telemetry.context import bound

log = structlog.get_logger(__name__)
IDLE_S = 1.0
BACK_OFF_S = 1.0
MOST_LANES = 64
SLOW_BUNDLE_S = 30.0
FRESH = timedelta(seconds=1)


@dataclass(frozen=True)
class Unit:
    """What is judged together: the provider and model, and one comparison or a bundle."""

    model: tuple[str, str | None]
    items: tuple[Queued, ...]


class Worker:
    """One worker; several may run, in one process or many.

    What it holds is judged in units: one comparison, or a serial bundle; each call takes one of ``concurrency``
    places. As many units again wait in reserve, so that a place that falls free is filled without the database.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._owner = uuid4().hex
        self._lease = timedelta(seconds=parts.settings.lease_s)
        self._sweep = Sweep(parts)
        self._places = asyncio.Semaphore(parts.settings.concurrency)
        self._held: dict[UUID, Queued] = {}
        self._units: dict[asyncio.Task[None], Unit] = {}
        self._done: list[Outcome | NotAsked] = []
        self._news = asyncio.Event()
        self._renew_at: datetime | None = None
        self._after: str | None = None
        self._stopping = False

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
            await self._stop()

    async def step(self, wakeup: Wakeup) -> None:
        """Lease what there is room for, then wait for an outcome, for news or for a short while.

        Leases are renewed before the sweep, which would else take a process that was slow for dead by itself.
        """
        now = self._parts.clock()
        await self._renew(now)
        await self._sweep.if_due(now)
        claimed = await self._claim(now)
        if not (claimed and self._room() > 0):
            await self._wait(wakeup)
        await self._settle()

    def _room(self) -> int:
        most = self._parts.settings.concurrency
        return 2 * most - len(self._units)

    async def _renew(self, now: datetime) -> None:
        if self._held and self._renew_at is not None and now >= self._renew_at:
            async with self._parts.database.transaction() as connection:
                await queue.renew(connection, self._owner, list(self._held), until=now + self._lease)
        if self._renew_at is None or now >= self._renew_at:
            self._renew_at = now + self._lease / 3

    async def _claim(self, now: datetime) -> int:
        room = self._room()
        if room <= 0:
            return 0
        started = 0
        async with self._parts.database.transaction() as connection:
            found = await queue.lanes(connection, queue.OTHER_LANES, after=self._after, most=MOST_LANES)
            self._after = found[-1].key if len(found) == MOST_LANES else None
            claimed: list[tuple[Lane, list[Queued]]] = []
            for place, lane in enumerate(found):
                units = self._share(lane, max(1, (room - started) // (len(found) - place)), now)
                units = min(units, room - started)
                if units <= 0:
                    continue
                limit = min(units * lane.size, max(lane.size, self._parts.settings.claim_size))
                items = await queue.claim(connection, lane, self._owner, now=now, lease=self._lease, limit=limit)
                claimed.append((lane, items))
                started += -(-len(items) // lane.size)
        if claimed:
            await fault_point(Point.JUDGE_AFTER_CLAIM)
        for lane, items in claimed:
            self._start(lane, items)
        return started

    def _share(self, lane: Lane, wanted: int, now: datetime) -> int:
        gate = self._parts.gates.of(lane.provider, lane.model)
        held = sum(unit.model == (lane.provider, lane.model) for unit in self._units.values())
        return min(wanted, gate.allowance(now) - held)

    def _start(self, lane: Lane, items: Sequence[Queued]) -> None:
        gate = self._parts.gates.of(lane.provider, lane.model)
        for first in range(0, len(items), lane.size):
            unit = items[first : first + lane.size]
            self._held.update({item.queue_id: item for item in unit})
            task = asyncio.create_task(self._judge(lane, unit, gate))
            self._units[task] = Unit((lane.provider, lane.model), tuple(unit))
            task.add_done_callback(self._over)

    def _over(self, task: "asyncio.Task[None]") -> None:
        """Forget a unit; what it left without an outcome is no longer held, so that its lease runs out."""
        unit = self._units.pop(task)
        if not self._stopping:
            done = {entry.item.queue_id for entry in self._done}
            for item in unit.items:
                if item.queue_id not in done:
                    self._held.pop(item.queue_id, None)
        self._news.set()

    async def _judge(self, lane: Lane, unit: Sequence[Queued], gate: Gate) -> None:
        """Judge one unit; each item comes to an outcome of its own, but those cancelled meanwhile.

        A bundle's first item goes ahead, so that the provider's prompt cache holds what the others share; then
        they go side by side, each on a place of its own.
        """
        started, since = time.monotonic(), self._parts.clock()
        if lane.mode is Mode.SERIAL_BUNDLE:
            self._dispatched(lane, unit)
        await self._judge_one(unit[0], gate, since)
        async with asyncio.TaskGroup() as rest:
            for item in unit[1:]:
                rest.create_task(self._judge_one(item, gate, since))
        if (took := time.monotonic() - started) > SLOW_BUNDLE_S and len(unit) > 1:
            log.warning("serial_bundle_slow", duration_s=round(took, 1), bundle_size=len(unit))

    async def _judge_one(self, item: Queued, gate: Gate, since: datetime) -> None:
        """Judge one item, unless it was leased a while ago, at ``since``, and is not ours any more."""
        await gate.enter()
        try:
            async with self._places:
                if self._parts.clock() - since > FRESH and not await self._still_ours(item):
                    return
                with bound(batch_uuid=item.batch_id, correlation_id=str(item.correlation_id)):
                    self._done.append(await self._one(item, gate))
                self._news.set()
        finally:
            gate.leave()

    async def _still_ours(self, item: Queued) -> bool:
        """Return whether the item is still to be asked; it is while the database does not answer."""
        try:
            async with self._parts.database.transaction() as connection:
                return bool(await still_wanted(connection, self._owner, [item.queue_id]))
        except (DBAPIError, OSError):
            return True

    def _dispatched(self, lane: Lane, unit: Sequence[Queued]) -> None:
        model, size = self._parts.label(lane.provider, lane.model), len(unit)
        metrics.BUNDLE_CALLS.labels(lane.provider, model).inc()
        metrics.BUNDLE_ITEMS.labels(lane.provider, model).observe(size)
        log.info(
            "serial_bundle_dispatch",
            bundle_size=size,
            provider=lane.provider,
            model=model,
            queue_processing_mode=str(lane.mode),
            batch_uuids=sorted({item.batch_id for item in unit if item.batch_id is not None}),
        )

    async def _one(self, item: Queued, gate: Gate) -> Outcome | NotAsked:
        now = self._parts.clock()
        if self._stopping:
            return NotAsked(item, now)
        try:
            return await ask(self._parts, item, gate)
        except (DBAPIError, OSError) as error:
            log.warning("leave_to_ask_failed", error=type(error).__name__, why=str(error)[:200])
            return NotAsked(item, now + timedelta(seconds=BACK_OFF_S))
        except Exception as error:
            log.exception("asking_crashed")
            failure = JudgeFailed("LLM_INTERNAL_ERROR", type(error).__name__, kind=FailureKind.RETRY_NOW)
            return Outcome(item, failure, asked_at=now)

    async def _wait(self, wakeup: Wakeup) -> None:
        if not self._units and not self._done:
            await wakeup.wait(IDLE_S)
            return
        outcome: asyncio.Task[bool] = asyncio.create_task(self._news.wait())
        waited: set[asyncio.Task[bool]] = {outcome}
        if self._room() > 0:
            waited.add(asyncio.create_task(wakeup.wait(IDLE_S)))
        await asyncio.wait(
            waited, timeout=min(IDLE_S, self._parts.settings.lease_s / 3), return_when=asyncio.FIRST_COMPLETED
        )
        for task in waited:
            task.cancel()
        await asyncio.gather(*waited, return_exceptions=True)

    async def _settle(self) -> None:
        self._news.clear()
        done = list(self._done)
        if not done:
            return
        now = self._parts.clock()
        async with self._parts.database.transaction() as connection:
            settled = await ledger.write(self._parts, connection, done, now)
            await fault_point(Point.LEDGER_BEFORE_COMMIT)
        await fault_point(Point.LEDGER_AFTER_COMMIT)
        del self._done[: len(done)]
        for entry in done:
            self._held.pop(entry.item.queue_id, None)
        observe.ended(self._parts, settled.ended, now)
        if settled.late:
            log.warning("outcomes_came_too_late", count=settled.late)

    async def _stop(self) -> None:
        """Let calls under way end for a short while, write what they came to, give the rest back."""
        self._stopping = True
        if self._units:
            await asyncio.wait(list(self._units), timeout=self._parts.settings.drain_s)
        tasks = list(self._units)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(DBAPIError, OSError):
            await self._settle()
            await self._give_back()

    async def _give_back(self) -> None:
        now = self._parts.clock()
        async with self._parts.database.transaction() as connection:
            await put_back(connection, [PutBack(item, now) for item in self._held.values()], now)
            calls = [(item.queue_id, item.generation) for item in self._held.values()]
            await money.presume_spent(connection, calls)
        self._held.clear()
