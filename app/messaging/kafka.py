"""The one door to Kafka: aiokafka behind the bus port.

Uses only what every broker of the protocol shares: topics made at start, keys, headers, groups,
manual commits; no transactions.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError, MessageSizeTooLargeError

from app.errors import TooLarge, Unavailable
from app.messaging.bus import Outgoing, Record
from app.settings import KafkaSettings
from app.telemetry.metrics import PRODUCERS_RENEWED

log = structlog.get_logger(__name__)
TOPIC_EXISTS = 36
LOOK_S = 0.003
MAX_MESSAGE_BYTES = 8 * 1024 * 1024
TOPIC_CONFIGS = {"max.message.bytes": str(MAX_MESSAGE_BYTES + 64 * 1024)}
"""A broker takes an eighth of that by default; the batch around a message makes it a little larger."""
SEND_DEADLINE_MS = 10_000
LEAVE_DEADLINE_S = 8.0
LOOK_FOR_TOPICS_MS = 30_000


async def ensure_topics(settings: KafkaSettings, topics: Sequence[str]) -> None:
    """Create the topics that are missing; raises ``Unavailable`` when the broker does not answer in time."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers, request_timeout_ms=10_000)
    try:
        async with asyncio.timeout(settings.start_deadline_s):
            await admin.start()
            known = set(await admin.list_topics())
            missing = [
                NewTopic(name, settings.topic_partitions, settings.topic_replication, topic_configs=TOPIC_CONFIGS)
                for name in topics
                if name not in known
            ]
            if missing:
                answer = await admin.create_topics(missing)
                _check_created(answer.topic_errors)
                log.info("topics_made", topics=[topic.name for topic in missing])
    except (KafkaError, TimeoutError, OSError) as error:
        raise Unavailable(f"the broker at {settings.bootstrap_servers} does not answer: {error!r}") from error
    finally:
        await admin.close()


async def missing_topics(settings: KafkaSettings, topics: Sequence[str]) -> list[str]:
    """Return those of ``topics`` that the broker does not have; raises ``Unavailable``."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers, request_timeout_ms=5_000)
    try:
        await admin.start()
        known = set(await admin.list_topics())
    except (KafkaError, TimeoutError, OSError) as error:
        raise Unavailable(f"the broker does not answer ({type(error).__name__})") from error
    finally:
        await admin.close()
    return [name for name in topics if name not in known]


def _check_created(errors: Sequence[tuple[object, ...]]) -> None:
    for topic, code, *_ in errors:
        if code not in (0, TOPIC_EXISTS):
            raise Unavailable(f"the broker refused to create topic {topic} (error code {code})")


class KafkaProducer:
    """Sends with acks from all replicas and the idempotent protocol.

    After a failure it begins anew, with a client that knows nothing of earlier sends: a broker that lost its
    memory refuses for ever what follows a sequence number that it does not know, and may have other partitions.
    """

    def __init__(self, settings: KafkaSettings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id
        self._producer: AIOKafkaProducer | None = None
        self.met = False

    async def start(self) -> AIOKafkaProducer:
        """Return the started client; raises ``Unavailable`` when the broker does not answer in time."""
        if self._producer is None:
            fresh = AIOKafkaProducer(
                bootstrap_servers=self._settings.bootstrap_servers,
                client_id=self._client_id,
                acks="all",
                enable_idempotence=True,
                linger_ms=0,
                max_request_size=MAX_MESSAGE_BYTES,
                request_timeout_ms=SEND_DEADLINE_MS,
            )
            await _start(fresh, self._settings)
            self._producer, self.met = fresh, True
        return self._producer

    async def send(self, records: Sequence[Outgoing]) -> None:
        """Send all; raises ``Unavailable`` if any was not acknowledged, ``TooLarge`` if one is never taken."""
        producer = await self.start()
        try:
            waiting = [
                await producer.send(
                    record.topic,
                    value=record.value,
                    key=record.key,
                    headers=[(name, text.encode()) for name, text in record.headers.items()],
                )
                for record in records
            ]
            async with asyncio.timeout(60):
                await asyncio.gather(*waiting)
        except MessageSizeTooLargeError as error:
            await self.stop()  # its sequence numbers have a gap now, which the broker would refuse for ever
            raise TooLarge(f"the broker takes no record of this size, among {len(records)}") from error
        except (KafkaError, TimeoutError) as error:
            await self._begin_anew({record.topic for record in records}, error)
            raise Unavailable(f"the broker did not take {len(records)} records: {error!r}") from error

    async def _begin_anew(self, topics: Collection[str], error: Exception) -> None:
        await self.stop()
        PRODUCERS_RENEWED.labels(self._client_id).inc()
        log.warning("producer_begins_anew", service=self._client_id, error=type(error).__name__)
        with suppress(Unavailable):  # the next send finds out
            await ensure_topics(self._settings, sorted(topics))

    async def stop(self) -> None:
        """Close the client, if there is one; what it still holds is given up after a while."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(SEND_DEADLINE_MS / 1000):
                    await producer.stop()


@asynccontextmanager
async def producing(settings: KafkaSettings, client_id: str) -> AsyncIterator[KafkaProducer]:
    """Yield a started producer; raises ``Unavailable`` when the broker does not answer in time."""
    producer = KafkaProducer(settings, client_id)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


class KafkaConsumer:
    """One member of a group; offsets move only by ``commit``.

    ``idle_pause_s`` is for a broker that answers empty fetches at once, which would keep a core busy: while
    nothing comes, fetching rests that long between looks. With 0 the broker is left to wait by itself.
    """

    def __init__(self, settings: KafkaSettings, group: str, topics: Sequence[str]) -> None:
        self._settings = settings
        self._group = group
        self._topics = topics
        self._idle_pause_s = settings.idle_pause_ms / 1000
        self._joined: AIOKafkaConsumer | None = None
        self.met = False

    async def start(self) -> AIOKafkaConsumer:
        """Return the client, a member of the group, after making topics that are missing.

        Raises ``Unavailable`` when the broker does not answer in time.
        """
        if self._joined is None:
            await ensure_topics(self._settings, self._topics)
            fresh = _member(self._settings, self._group, self._topics)
            await _start(fresh, self._settings)
            self._joined, self.met = fresh, True
        return self._joined

    async def stop(self) -> None:
        """Leave the group, if it was joined; a broker that does not answer is not waited for."""
        joined, self._joined = self._joined, None
        if joined is not None:
            with suppress(KafkaError, TimeoutError, OSError):
                async with asyncio.timeout(LEAVE_DEADLINE_S):
                    await joined.stop()

    async def poll(self, *, timeout_s: float, limit: int) -> Sequence[Record]:
        """Return the next records, in order within each partition; empty after the time-out.

        Joins the group where that is still to be done; raises ``Unavailable``, and begins anew with the next call,
        where the broker does not let it take part.
        """
        try:
            batches = await self._next(await self.start(), timeout_s, limit)
        except KafkaError as error:
            await self.stop()
            raise Unavailable(f"the broker hands out no records: {error!r}") from error
        return [
            Record(
                message.topic,
                message.partition,
                message.offset,
                message.key,
                message.value or b"",
                {name: value.decode(errors="replace") for name, value in message.headers if value is not None},
            )
            for messages in batches.values()
            for message in messages
        ]

    async def _next(
        self, consumer: AIOKafkaConsumer, timeout_s: float, limit: int
    ) -> Mapping[TopicPartition, Sequence[ConsumerRecord]]:
        look_s = LOOK_S if self._idle_pause_s else timeout_s
        end = time.monotonic() + timeout_s
        while True:
            batches: Mapping[TopicPartition, Sequence[ConsumerRecord]]
            batches = await consumer.getmany(timeout_ms=int(look_s * 1000), max_records=limit)
            if batches or time.monotonic() >= end:
                return batches
            if self._idle_pause_s:
                await self._rest(consumer)

    async def _rest(self, consumer: AIOKafkaConsumer) -> None:
        """Fetch nothing for a moment; what was on its way is kept for the next look."""
        held = consumer.assignment()
        consumer.pause(*held)
        try:
            await asyncio.sleep(self._idle_pause_s)
        finally:
            consumer.resume(*(held & consumer.assignment()))

    async def commit(self) -> None:
        """Commit; a rebalance in between only means that records come again, which the inbox stands."""
        try:
            if self._joined is not None:
                await self._joined.commit()
        except (CommitFailedError, IllegalStateError) as error:
            log.warning("offset_commit_failed", error=type(error).__name__)
        except KafkaError as error:
            raise Unavailable(f"the broker did not take the offsets: {error!r}") from error

    async def rewind(self) -> None:
        """Go back to the last committed offsets."""
        if (consumer := self._joined) is None:
            return
        for partition in consumer.assignment():
            try:
                committed = await consumer.committed(partition)
                if committed is None:
                    await consumer.seek_to_beginning(partition)
                else:
                    consumer.seek(partition, committed)
            except (KafkaError, IllegalStateError) as error:
                log.warning("rewind_failed", topic=partition.topic, error=type(error).__name__)

    async def lag(self) -> Mapping[tuple[str, int], int]:
        """Return, by topic and partition, how many records wait."""
        found: dict[tuple[str, int], int] = {}
        if (consumer := self._joined) is None:
            return found
        for partition in consumer.assignment():
            high = consumer.highwater(partition)
            if high is not None:
                with suppress(KafkaError, IllegalStateError):  # a rebalance took it away meanwhile
                    position = await consumer.position(partition)
                    found[(partition.topic, partition.partition)] = max(0, high - position)
        return found


def _member(settings: KafkaSettings, group: str, topics: Sequence[str]) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        *topics,
        bootstrap_servers=settings.bootstrap_servers,
        group_id=group,
        group_instance_id=settings.group_instance_id,
        client_id=settings.group_instance_id or group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=settings.session_timeout_ms,
        heartbeat_interval_ms=max(500, settings.session_timeout_ms // 5),
        max_partition_fetch_bytes=MAX_MESSAGE_BYTES,
        metadata_max_age_ms=LOOK_FOR_TOPICS_MS,
    )


@asynccontextmanager
async def consuming(settings: KafkaSettings, group: str, topics: Sequence[str]) -> AsyncIterator[KafkaConsumer]:
    """Yield a started member of ``group``; raises ``Unavailable`` when the broker does not answer in time."""
    consumer = KafkaConsumer(settings, group, topics)
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def _start(client: AIOKafkaProducer | AIOKafkaConsumer, settings: KafkaSettings) -> None:
    try:
        async with asyncio.timeout(settings.start_deadline_s):
            await client.start()
    except (KafkaError, TimeoutError, OSError) as error:
        await client.stop()
        raise Unavailable(f"the broker at {settings.bootstrap_servers} does not answer: {error!r}") from error
