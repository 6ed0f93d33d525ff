"""What each kind of fault of a soak does to the running system.

Fed with the plan; feeds a count of what really happened. An act ends what it began, also if it is cancelled.
"""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from subprocess import SubprocessError
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.contracts.topics import Topic
from app.errors import Unavailable
from app.messaging.bus import Outgoing
from app.messaging.kafka import producing
from app.settings import KafkaSettings
from tests.chaos.fault_plan import Planned
from tests.chaos.log_checks import read_log
from tests.chaos.proxy import Fault
from tests.chaos.rig import Rig

CUT = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"""
FAULTS = {
    "latency": Fault("latency", chance=0.5, per="chunk", seconds=0.2, jitter_s=0.2),
    "drip": Fault("drip", chance=0.3, seconds=0.01, size=256),
    "reset": Fault("reset", chance=0.05, per="chunk"),
    "black_hole": Fault("black_hole", chance=0.3, way="answers", after=200),
    "half_close": Fault("half_close", chance=0.3, way="answers", after=200),
    "cut": Fault("cut", chance=0.05, per="chunk"),
    "refuse": Fault("refuse", chance=0.7),
}
POISON = (
    b"",
    b"\xff\xfe rubbish",
    b"[1, 2",
    b'{"event_id": 7}',
    b'{"data": {"entity_id": "../x"}}',
    b"{" * 50_000,
)


class Acts:
    """Does faults one after the other or side by side; ``done`` counts what happened, by kind and target."""

    def __init__(self, running: Rig, seed: int) -> None:
        self._rig = running
        self._draw = random.Random(f"acts/{seed}")
        self.done: Counter[str] = Counter()
        self.not_done: Counter[str] = Counter()

    async def do(self, fault: Planned) -> None:
        """Let one fault happen, and count it."""
        kind, _, network = fault.kind.partition("net_")
        act: Callable[[Planned], Awaitable[bool]] = self._network if network else getattr(self, f"_{kind}")
        try:
            happened = await act(fault)
        except (OSError, SQLAlchemyError, Unavailable, SubprocessError):
            happened = False  # another fault was in its way
        (self.done if happened else self.not_done)[f"{fault.kind} {fault.target}"] += 1

    async def _kill(self, fault: Planned) -> bool:
        async with self._rig.lock:
            await asyncio.to_thread(self._rig.stack.kill, fault.target)
            await asyncio.sleep(fault.lasts_s)
            await self._rig.start(fault.target)
        return True

    async def _stop(self, fault: Planned) -> bool:
        """Stop a process for longer than its leases, and let it go on: it must be fenced out."""
        pid = self._rig.stack.pid(fault.target)
        self._rig.signal(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(fault.lasts_s)
        finally:
            if self._rig.stack.pid(fault.target) == pid:
                self._rig.signal(pid, signal.SIGCONT)
        return True

    async def _broker_forgets(self, fault: Planned) -> bool:
        async with self._rig.broker_lock:
            await asyncio.to_thread(self._rig.broker.die_forgetting)
            await asyncio.sleep(fault.lasts_s)
            await asyncio.to_thread(self._rig.broker.start)
        return True

    async def _broker_away(self, fault: Planned) -> bool:
        async with self._rig.broker_lock:
            await asyncio.to_thread(self._rig.broker.stop)
            await asyncio.sleep(fault.lasts_s)
            await asyncio.to_thread(self._rig.broker.start)
        return True

    async def _postgres_restart(self, _: Planned) -> bool:
        await asyncio.to_thread(self._rig.postgres_control, "-m", "immediate", "restart")
        return True

    async def _postgres_cut(self, _: Planned) -> bool:
        engine = create_async_engine(self._rig.database_url, poolclass=NullPool)
        try:
            async with engine.connect() as connection:
                return bool((await connection.execute(text(CUT))).scalar_one())
        finally:
            await engine.dispose()

    async def _network(self, fault: Planned) -> bool:
        kind, door = fault.kind.removeprefix("net_"), self._rig.doors[fault.target]
        before = door.injected[kind]
        door.inject(FAULTS[kind])
        try:
            await asyncio.sleep(fault.lasts_s)
        finally:
            door.clear()
            await asyncio.to_thread(self._rig.place.do, door.drop())
        return door.injected[kind] > before

    async def _provider_fails(self, fault: Planned) -> bool:
        """Let half of all calls to the judge fail, in all ways."""
        more = {
            "LLM_PROVIDER_SERVICE_MOCK_ERROR_RATE": "0.5",
            "LLM_PROVIDER_SERVICE_MOCK_ERROR_CODES": "[408, 429, 500, 502, 503, 504]",
        }
        await self._gateway_with(more)
        try:
            await asyncio.sleep(fault.lasts_s)
        finally:
            await self._gateway_with({name: self._rig.settings[name] for name in more})
        return True

    async def _gateway_with(self, settings: dict[str, str]) -> None:
        async with self._rig.lock:
            self._rig.stack._extra.update(settings)
            await asyncio.to_thread(self._rig.stack.kill, "gateway")
            await self._rig.start("gateway")

    async def _duplicates(self, _: Planned) -> bool:
        """Publish old messages again, in another order."""
        known = await read_log(self._rig.broker.address, quiet_s=0.5)
        some = self._draw.sample(known, min(60, len(known)))
        return await self._publish([Outgoing(one.topic, one.key or b"", one.value, one.headers) for one in some])

    async def _poison(self, _: Planned) -> bool:
        topics = (Topic.CJ_REQUESTED, Topic.COMPARISON_RESULT, Topic.CJ_COMPLETED)
        return await self._publish(
            [Outgoing(topic, uuid4().bytes, value, {}) for topic in topics for value in POISON]
        )

    async def _publish(self, records: list[Outgoing]) -> bool:
        settings = KafkaSettings(bootstrap_servers=self._rig.broker.address, start_deadline_s=5)
        async with producing(settings, "soak") as producer:
            await producer.send(records)
        return bool(records)
