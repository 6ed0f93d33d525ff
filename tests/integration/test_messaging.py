"""Outbox, relay, inbox, dead letters and the consume loop on real Postgres and a real broker."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.envelope import Envelope, Wire
from app.contracts.topics import Topic
from app.db.listen import Wakeup
from app.db.passing import DatabaseAway
from app.db.unit import Database
from app.errors import InvalidInput, TooLarge, Unavailable
from app.messaging import outbox
from app.messaging.bus import Outgoing, Record
from app.messaging.consume import ConsumeLoop, Incoming, Route
from app.messaging.kafka import consuming, ensure_topics, producing
from app.messaging.relay import Relay, RelayTimes
from app.runner.tables import messages
from app.settings import DatabaseSettings, KafkaSettings

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Note(Wire):
    """A payload for these tests."""

    word: str


@dataclass
class ListProducer:
    """Keeps what is sent; refuses when told to."""

    sent: list[Outgoing] = field(default_factory=list)
    refuse: bool = False
    most_bytes: int = 1_000_000

    async def send(self, records: Sequence[Outgoing]) -> None:
        if self.refuse:
            raise Unavailable("the broker is away")
        if any(len(record.value) > self.most_bytes for record in records):
            raise TooLarge("the broker takes no record of this size")
        self.sent.extend(records)


@dataclass
class ListConsumer:
    """Hands out one list of records, again after a rewind."""

    records: list[Record]
    position: int = 0
    committed: int = 0

    async def poll(self, *, timeout_s: float, limit: int) -> Sequence[Record]:
        batch = self.records[self.position : self.position + limit]
        if not batch:
            await asyncio.sleep(timeout_s)
        self.position += len(batch)
        return batch

    async def commit(self) -> None:
        self.committed = self.position

    async def rewind(self) -> None:
        self.position = self.committed

    async def lag(self) -> dict[tuple[str, int], int]:
        return {}


@dataclass
class Kept:
    """A handler that keeps words; refuses the word 'bad' for good, and 'away' for now."""

    words: list[str] = field(default_factory=list)
    fail: bool = False

    async def handle(self, connection: AsyncConnection, items: Sequence[Incoming[Note]]) -> None:
        await connection.execute(select(func.now()))
        if self.fail:
            raise Unavailable("not now")
        if any(item.data.word == "bad" for item in items):
            raise InvalidInput.at("word", "is bad")
        self.words += [item.data.word for item in items]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    base = Database.connect(DatabaseSettings(url=database_url), application_name="test")
    yield base
    await base.close()


def envelope(word: str, event_id: UUID | None = None) -> Envelope[Note]:
    return Envelope[Note](
        event_id=event_id or uuid4(),
        event_type="note",
        event_timestamp=NOW,
        source_service="test",
        correlation_id=uuid4(),
        data=Note(word=word),
    )


def record(word: str, offset: int, topic: str = "notes") -> Record:
    return Record(topic, 0, offset, None, envelope(word).to_json())


def loop(database: Database, consumer: ListConsumer, kept: Kept) -> ConsumeLoop:
    route: Route[Note] = Route("notes", Envelope[Note], lambda e: e.data.word, kept.handle)
    return ConsumeLoop("test", database, messages, consumer, [route])


async def put(database: Database, *words: str) -> None:
    events = [outbox.event(envelope(w), "notes", aggregate_type="note", aggregate_id=w, now=NOW) for w in words]
    async with database.transaction() as connection:
        await outbox.add(connection, messages, events)


async def dead_letters(database: Database) -> int:
    async with database.transaction() as connection:
        counted = select(func.count()).select_from(messages.dead_letters)
        return int((await connection.execute(counted)).scalar_one())


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not happened():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.01)


async def test_events_are_sent_once_and_in_the_order_of_their_writing(database: Database) -> None:
    await put(database, "one")
    await put(database, "two")
    producer = ListProducer()
    relay = Relay("test", database, messages, producer, RelayTimes())
    assert await relay.send_once() == 2
    assert await relay.send_once() == 0
    assert [sent.key for sent in producer.sent] == [b"one", b"two"]
    assert producer.sent[0].headers["event_type"] == "note"


async def test_an_event_of_a_rolled_back_transaction_is_never_sent(database: Database) -> None:
    async def write_and_fail() -> None:
        async with database.transaction() as connection:
            event = outbox.event(envelope("no"), "notes", aggregate_type="n", aggregate_id="no", now=NOW)
            await outbox.add(connection, messages, [event])
            raise InvalidInput.at("x", "y")

    with pytest.raises(InvalidInput):
        await write_and_fail()
    assert await Relay("test", database, messages, ListProducer(), RelayTimes()).send_once() == 0


async def test_a_refused_event_stays_and_is_sent_later_with_the_same_id(database: Database) -> None:
    await put(database, "one")
    producer = ListProducer(refuse=True)
    relay = Relay("test", database, messages, producer, RelayTimes())
    with pytest.raises(Unavailable):
        await relay.send_once()
    producer.refuse = False
    assert await relay.send_once() == 1


async def test_an_event_that_the_broker_never_takes_is_put_aside_and_the_others_are_sent(
    database: Database,
) -> None:
    producer = ListProducer(most_bytes=len(record("three", 0).value))
    await put(database, "one", "x" * 200, "three")
    relay = Relay("test", database, messages, producer, RelayTimes())
    assert await relay.send_once() == 3
    assert {orjson.loads(record.value)["data"]["word"] for record in producer.sent} == {"one", "three"}
    assert await relay.send_once() == 0
    async with database.transaction() as connection:
        [letter] = (await connection.execute(select(messages.dead_letters))).all()
    assert (letter.topic, letter.reason, letter.partition) == ("notes", "too_large_to_send", -1)


async def test_an_event_of_five_megabytes_goes_through_the_broker(
    kafka_bootstrap: str, unique_topic: Callable[[str], str]
) -> None:
    settings, topic = KafkaSettings(bootstrap_servers=kafka_bootstrap), unique_topic("large")
    await ensure_topics(settings, [topic])
    async with producing(settings, "test") as producer, consuming(settings, topic, [topic]) as consumer:
        await producer.send([Outgoing(topic, b"k", b"x" * 5_000_000)])
        with pytest.raises(TooLarge):
            await producer.send([Outgoing(topic, b"k", b"x" * 9_000_000)])
        await producer.send([Outgoing(topic, b"k", b"y")])
        came: list[Record] = []
        async with asyncio.timeout(30):
            while len(came) < 2:
                came += await consumer.poll(timeout_s=0.5, limit=10)
    assert [len(record.value) for record in came] == [5_000_000, 1]


async def test_two_relays_do_not_send_the_same_event(database: Database) -> None:
    await put(database, *[f"w{i}" for i in range(200)])
    producer = ListProducer()
    relays = [Relay("test", database, messages, producer, RelayTimes()) for _ in range(2)]
    await asyncio.gather(*(relay.send_once(100) for relay in relays))
    while await relays[0].send_once(100):
        pass
    keys = [sent.key for sent in producer.sent]
    assert len(keys) == len(set(keys)) == 200


async def test_a_relay_whose_database_fails_when_it_counts_goes_on_when_it_answers_again(
    database: Database, database_url: str
) -> None:
    producer = ListProducer()
    relay = Relay("test", database, messages, producer, RelayTimes(idle=0.01, back_off=0.01))
    async with database.transaction() as connection:
        await connection.execute(text("ALTER TABLE runner.dead_letters RENAME TO away"))
    async with Wakeup(database_url, messages.channel) as wakeup:
        running = asyncio.create_task(relay.run(wakeup))
        await put(database, "one")
        await until(lambda: len(producer.sent) == 1)
        await put(database, "two")
        await until(lambda: len(producer.sent) == 2 or running.done())
        running.cancel()
    assert len(producer.sent) == 2


async def test_the_relay_wakes_at_the_commit(database: Database, database_url: str) -> None:
    producer = ListProducer()
    relay = Relay("test", database, messages, producer, RelayTimes(idle=30))
    async with Wakeup(database_url, messages.channel) as wakeup:
        task = asyncio.create_task(relay.run(wakeup))
        await put(database, "now")
        await until(lambda: bool(producer.sent))
        task.cancel()


async def test_a_message_delivered_twice_is_handled_once(database: Database) -> None:
    kept = Kept()
    consumer = ListConsumer([record("a", 0), record("b", 1), record("a", 2)])
    assert await loop(database, consumer, kept).take_once(timeout_s=0, limit=10) == 3
    consumer.position = 0
    await loop(database, consumer, kept).take_once(timeout_s=0, limit=10)
    assert kept.words == ["a", "b"]


async def test_a_record_that_is_not_json_is_put_aside_and_the_others_go_on(database: Database) -> None:
    kept = Kept()
    broken = Record("notes", 0, 1, b"k", b"{no json", {"h": "1"})
    consumer = ListConsumer([record("a", 0), broken, record("b", 2)])
    await loop(database, consumer, kept).take_once(timeout_s=0, limit=10)
    await loop(database, ListConsumer([broken]), kept).take_once(timeout_s=0, limit=10)
    assert kept.words == ["a", "b"]
    assert await dead_letters(database) == 1
    async with database.transaction() as connection:
        row = (await connection.execute(select(messages.outbox.c.type, messages.outbox.c.headers))).one()
    assert row.type == Topic.DEAD_LETTERS
    assert row.headers["x-reason"] == "not_json"


async def test_a_record_that_is_put_aside_with_nuls_around_it_holds_up_no_other(database: Database) -> None:
    kept = Kept()
    strange = envelope("c").to_json().replace(b'"schema_version":1', b'"schema_version":"\\u0000"')
    poisoned = [
        Record("notes", 0, 1, b"\x00", b"{no json", {"h\x00": "\x00", "x": "\ud800"}),
        Record("notes", 0, 2, None, strange),
    ]
    consumer = ListConsumer([record("a", 0), *poisoned, record("b", 3)])
    await loop(database, consumer, kept).take_once(timeout_s=0, limit=10)
    assert kept.words == ["a", "b"]
    assert await dead_letters(database) == 2
    assert consumer.committed == 4


async def test_a_record_that_its_handler_refuses_is_put_aside_alone(database: Database) -> None:
    kept = Kept()
    consumer = ListConsumer([record("a", 0), record("bad", 1), record("b", 2)])
    await loop(database, consumer, kept).take_once(timeout_s=0, limit=10)
    assert sorted(kept.words) == ["a", "b"]
    assert await dead_letters(database) == 1
    assert consumer.committed == 3


async def test_a_handler_that_cannot_work_now_gets_the_records_again(database: Database) -> None:
    kept = Kept(fail=True)
    consumer = ListConsumer([record("a", 0)])
    consuming_loop = loop(database, consumer, kept)
    task = asyncio.create_task(consuming_loop.run(limit=10, idle_s=0.01, back_off_s=0.01))
    await until(lambda: consumer.position == 1)
    kept.fail = False
    await until(lambda: bool(kept.words))
    task.cancel()
    assert kept.words == ["a"]


@pytest.mark.parametrize("state", ["40P01", "40001", "53100", "57P01"])
async def test_a_record_whose_transaction_the_database_breaks_off_comes_again_and_is_not_put_aside(
    database: Database, state: str
) -> None:
    kept, broken = Kept(), iter([True])

    async def handle(connection: AsyncConnection, items: Sequence[Incoming[Note]]) -> None:
        if next(broken, False):
            await connection.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$"))
        await kept.handle(connection, items)

    consumer = ListConsumer([record("a", 0)])
    route: Route[Note] = Route("notes", Envelope[Note], lambda e: e.data.word, handle)
    taking = ConsumeLoop("test", database, messages, consumer, [route])
    with pytest.raises(DatabaseAway):
        await taking.take_once(timeout_s=0, limit=10)
    await consumer.rewind()
    await taking.take_once(timeout_s=0, limit=10)
    assert (kept.words, await dead_letters(database)) == (["a"], 0)


@pytest.mark.parametrize("idle_pause_ms", [0, 20])
async def test_from_outbox_over_the_broker_to_the_handler(
    database: Database, kafka_bootstrap: str, unique_topic: Callable[[str], str], idle_pause_ms: float
) -> None:
    topic, kept = unique_topic("notes"), Kept()
    settings = KafkaSettings(
        bootstrap_servers=kafka_bootstrap, group_instance_id="test-0", idle_pause_ms=idle_pause_ms
    )
    await ensure_topics(settings, [topic])
    await ensure_topics(settings, [topic])
    route: Route[Note] = Route(topic, Envelope[Note], lambda e: e.data.word, kept.handle)
    async with producing(settings, "test") as producer, consuming(settings, topic, [topic]) as consumer:
        assert await consumer.poll(timeout_s=0.2, limit=20) == []
        events = [
            outbox.event(envelope(f"w{i}"), topic, aggregate_type="n", aggregate_id=f"{i}", now=NOW)
            for i in range(50)
        ]
        async with database.transaction() as connection:
            await outbox.add(connection, messages, events)
        assert await Relay("test", database, messages, producer, RelayTimes()).send_once() == 50
        taking = ConsumeLoop("test", database, messages, consumer, [route])
        async with asyncio.timeout(20):
            while len(kept.words) < 50:
                await taking.take_once(timeout_s=0.5, limit=20)
        assert sum((await consumer.lag()).values()) == 0
    assert sorted(kept.words) == sorted(f"w{i}" for i in range(50))


async def test_a_broker_that_is_away_is_a_clear_error(unused_tcp_port: int) -> None:
    settings = KafkaSettings(bootstrap_servers=f"127.0.0.1:{unused_tcp_port}", start_deadline_s=1)
    with pytest.raises(Unavailable, match="does not answer"):
        await ensure_topics(settings, ["x"])
