"""A broker that comes back with its memory gone: the same producer and the same consumer go on with it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import Unavailable
from app.messaging.bus import Outgoing
from app.messaging.kafka import KafkaConsumer, KafkaProducer, consuming, ensure_topics, missing_topics, producing
from app.settings import KafkaSettings
from tests.chaos.forgetful_broker import forgetful_broker

TOPIC = "test.forgotten"


async def taken(consumer: KafkaConsumer, wanted: bytes) -> list[bytes]:
    """Return what came, up to the wanted record."""
    came: list[bytes] = []
    async with asyncio.timeout(60):
        while wanted not in came:
            came += [record.value for record in await consumer.poll(timeout_s=0.5, limit=100)]
            await consumer.commit()
    return came


async def send(producer: KafkaProducer, *words: bytes) -> None:
    """Send each as the relay does: again where the broker took nothing."""
    async with asyncio.timeout(90):
        for word in words:
            while True:
                try:
                    await producer.send([Outgoing(TOPIC, b"key", word)])
                    break
                except Unavailable:
                    continue


@pytest.mark.parametrize("topics_are_made_first", [True, False])
async def test_what_is_sent_after_the_broker_forgot_everything_arrives(
    new_server_dir: Callable[[], Path], topics_are_made_first: bool
) -> None:
    with forgetful_broker(new_server_dir()) as broker:
        settings = KafkaSettings(bootstrap_servers=broker.address, idle_pause_ms=20, group_instance_id="one")
        await ensure_topics(settings, [TOPIC])
        async with producing(settings, "tests") as producer, consuming(settings, "group", [TOPIC]) as consumer:
            await send(producer, b"1", b"2", b"3")
            assert await taken(consumer, b"3") == [b"1", b"2", b"3"]
            await asyncio.to_thread(broker.die_forgetting)
            await asyncio.to_thread(broker.start)
            if topics_are_made_first:
                await ensure_topics(settings, [TOPIC])
            await send(producer, b"4", b"5", b"6", b"7")
            assert set(await taken(consumer, b"7")) <= {b"4", b"5", b"6", b"7"}
            assert await missing_topics(settings, [TOPIC]) == []
