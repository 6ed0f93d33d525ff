"""What every role is made of: logs, database, broker, HTTP server, and running them together.

Fed by the settings of the environment; feeds each role file with ready parts.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from socket import socket

import structlog
import uvicorn
from fastapi import FastAPI

from app import __version__
from app.contracts.topics import ALL
from app.db.listen import Wakeup
from app.db.unit import Database
from app.edge.answers import Answers
from app.edge.client_http import http_client
from app.edge.front import UNLIMITED
from app.edge.key_set import KeySet
from app.edge.wire import protocol
from app.errors import Unavailable
from app.faults.inject import Injector, arm
from app.messaging.bus import Producer
from app.messaging.kafka import KafkaConsumer, KafkaProducer, ensure_topics
from app.messaging.relay import Relay, RelayTimes
from app.messaging.tables import MessagingTables
from app.roles.clock import local, now
from app.roles.scales import learn_scales
from app.settings import (
    AuthSettings,
    DatabaseSettings,
    FaultSettings,
    GradeScaleSettings,
    HttpSettings,
    KafkaSettings,
    TelemetrySettings,
    TracingSettings,
)
from app.settings.check import unknown
from app.telemetry import logs, metrics
from app.telemetry.tracing.begin import begin

log = structlog.get_logger(__name__)
MEET_PAUSE_S = 1.0
KEEP_ALIVE_S = 75  # longer than our clients keep an idle connection, so that none is closed under a request


@dataclass(frozen=True)
class Parts:
    """The opened parts of one role; closed together when the role ends."""

    service: str
    database: Database
    database_url: str
    kafka: KafkaSettings
    stack: AsyncExitStack
    clients: list[KafkaConsumer | KafkaProducer] = field(default_factory=list)

    async def wakeup(self, channel: str) -> Wakeup:
        """Start listening on ``channel``."""
        return await self.stack.enter_async_context(Wakeup(self.database_url, channel))

    def consumer(self, group: str, topics: Sequence[str]) -> KafkaConsumer:
        """Return a member of ``group`` that joins it when it is first asked for records."""
        consumer = KafkaConsumer(self.kafka, group, topics)
        self.stack.push_async_callback(consumer.stop)
        self.clients.append(consumer)
        return consumer

    async def broker_check(self) -> str | None:
        """Return why the role is not ready: the broker was not met yet. One that goes away later is waited for."""
        if all(client.met for client in self.clients):
            return None
        return f"the broker at {self.kafka.bootstrap_servers} was not met yet: it is tried again and again"

    async def key_set(self, auth: AuthSettings) -> KeySet | None:
        """Return the identity service's keys, where the settings name them."""
        if auth.jwt_jwks_url is None:
            return None
        client = await self.stack.enter_async_context(
            http_client("the identity service", timeout_s=5.0, ours=False)
        )
        return KeySet(client, auth.jwt_jwks_url, auth.jwt_jwks_ttl_s, now)

    async def relay(
        self, tables: MessagingTables, through: Callable[[Producer], Producer] | None = None
    ) -> Coroutine[None, None, None]:
        """Return the running relay of one outbox, to be awaited with the other loops; it sends ``through``."""
        producer = KafkaProducer(self.kafka, self.service)
        self.stack.push_async_callback(producer.stop)
        self.clients.append(producer)
        sender: Producer = producer if through is None else through(producer)
        relay = Relay(self.service, self.database, tables, sender, RelayTimes(lease=self.kafka.outbox_lease_s))
        return self._relay(relay, producer, await self.wakeup(tables.channel))

    async def _relay(self, relay: Relay, producer: KafkaProducer, wakeup: Wakeup) -> None:
        """Meet the broker, however long that takes, and have all topics there; then send."""
        while True:
            try:
                await ensure_topics(self.kafka, ALL)
                await producer.start()
                break
            except Unavailable as error:
                log.warning("broker_not_met_yet", broker=self.kafka.bootstrap_servers, why=error.detail[:200])
                await asyncio.sleep(MEET_PAUSE_S)
        await relay.run(wakeup)


@asynccontextmanager
async def open_parts(service: str) -> AsyncIterator[Parts]:
    """Set up logs, traces and the database for one role; raises ``Misconfigured``."""
    telemetry = TelemetrySettings()
    logs.configure(service, telemetry)
    end_tracing = begin(service, telemetry.environment, TracingSettings())
    metrics.share(telemetry.metrics_dir)
    learn_scales(GradeScaleSettings().file)
    settings = DatabaseSettings()
    database = Database.connect(settings, application_name=service)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.to_thread, end_tracing)
        stack.push_async_callback(database.close)
        stack.callback(metrics.forget, os.getpid())
        kafka = KafkaSettings()
        log.info(
            "role_started",
            version=__version__,
            kafka_bootstrap=kafka.bootstrap_servers,
            log_level=telemetry.log_level,
        )
        if misspelled := unknown(os.environ):
            log.warning("settings_unknown", names=misspelled)
        faults = FaultSettings()
        _arm(faults)
        if faults.clock_skew_s:
            now.own = _wrong_by(faults.clock_skew_s)
        await now.look_soon(database)
        following = asyncio.create_task(now.follow(database, service))
        stack.push_async_callback(_ended, following)
        yield Parts(service, database, settings.url, kafka, stack)


def _wrong_by(seconds: float) -> Callable[[], datetime]:
    """Return a local clock that is wrong, which only a test's settings want."""
    log.warning("clock_is_wrong_on_purpose", by_s=seconds)
    return lambda: local() + timedelta(seconds=seconds)


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _arm(settings: FaultSettings) -> None:
    """Make this process fail where its settings say so, which only those of a test do."""
    faults = settings.faults()
    if faults:
        log.warning("faults_will_be_injected", plan=settings.plan, danger="this process fails on purpose")
    arm(Injector(faults, settings.seed, settings.record) if faults else None)


async def serve(app: FastAPI, host: str, port: int, http: HttpSettings = UNLIMITED) -> None:
    """Serve HTTP until cancelled; open requests get a few seconds to end.

    ``http`` bounds what comes before a request is one. Who forwarded a request is for ``app.edge.callers`` to say.
    """
    answers = getattr(app.state, "answers", Answers("cj_runner"))
    config = uvicorn.Config(
        app,
        http=protocol(answers, http),
        server_header=False,
        proxy_headers=False,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=5,
        lifespan="off",
        ws="none",
    )
    server = _Server(config)
    try:
        await server.serve()
    except asyncio.CancelledError:
        server.should_exit = True
        if server.started:
            await server.shutdown()
        raise


class _Server(uvicorn.Server):
    """Leaves the signals to the role, and says where it answers."""

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Open the port."""
        await super().startup(sockets=sockets)
        if self.started:
            log.info("role_listening", host=self.config.host, port=self.config.port)

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Do nothing: ``until_stopped`` handles the signals."""
        yield


async def until_stopped(*loops: Awaitable[None]) -> None:
    """Run all ``loops`` until SIGTERM or SIGINT, or until one of them fails, which ends the role."""
    stop = asyncio.Event()
    running = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(name, stop.set)
    tasks = [asyncio.ensure_future(loop) for loop in loops]
    stopper = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait([*tasks, stopper], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopper}:
            task.result()
    finally:
        for task in [*tasks, stopper]:
            task.cancel()
        await asyncio.gather(*tasks, stopper, return_exceptions=True)
        log.info("role_stopped")
