"""The broker dies with all that it knew, throws consumers about, repeats itself, says what nobody understands.

Each happens while runs are under way; they end with the scores of one that nothing disturbed.
"""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer

from app.contracts.topics import ALL, Topic
from app.errors import TooLarge, Unavailable
from app.messaging.bus import Outgoing
from app.messaging.kafka import consuming, producing
from app.settings import KafkaSettings
from tests.chaos.around import Act, Around
from tests.chaos.log_checks import read_log

GROUPS = {"cj_runner": (Topic.COMPARISON_RESULT, Topic.CJ_COMPLETED), "cj_assessment_consumer_group": ALL}

MEMBERS = {
    "worker": (
        "cj_runner",
        (Topic.COMPARISON_RESULT, Topic.CJ_COMPLETED, Topic.RESULT_PUBLISHED, Topic.CJ_FAILED),
    ),
    "cj": ("cj_assessment_consumer_group", (Topic.CJ_REQUESTED, Topic.COMPARISON_RESULT)),
}


async def forgets(here: Around) -> int:
    await asyncio.to_thread(here.rig.broker.die_forgetting)
    await asyncio.to_thread(here.rig.broker.start)
    return 1


async def is_away_and_forgets(here: Around) -> int:
    await asyncio.to_thread(here.rig.broker.die_forgetting)
    await asyncio.sleep(15)
    await asyncio.to_thread(here.rig.broker.start)
    return 1


def settings_of(here: Around) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=here.rig.broker.address, idle_pause_ms=20, start_deadline_s=10)


async def throws_consumers_about(here: Around) -> int:
    """Let strangers join the groups, take partitions and leave without having committed anything."""
    joined = 0
    for _ in range(3):
        for group, topics in GROUPS.items():
            try:
                async with consuming(settings_of(here), group, list(topics)) as stranger:
                    await stranger.poll(timeout_s=0.3, limit=5)
                    joined += 1
            except Unavailable:
                continue
    return joined


async def repeats_itself(here: Around) -> int:
    """Publish everything that was ever said again, in another order, some of it three times."""
    said = await read_log(here.rig.broker.address)
    again = said + random.Random(3).sample(said, len(said)) + said[: len(said) // 2]
    records = [Outgoing(one.topic, one.key, one.value, one.headers) for one in again]
    async with producing(settings_of(here), "tests") as producer:
        await producer.send(records)
    return len(records)


async def forgets_who_read_what(here: Around) -> int:
    """Set the offsets of every group back to the beginning of the log, as an operator by mistake does."""
    back = 0
    async with here.rig.lock:
        for role, (group, topics) in MEMBERS.items():
            await asyncio.to_thread(here.rig.stack.kill, role)
            back += await _set_back(here, role, group, topics)
            await here.rig.start(role)
    return back


async def _set_back(here: Around, role: str, group: str, topics: Sequence[str]) -> int:
    """Take the place of a dead member, which the broker still keeps for it, and commit the beginning."""
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=here.rig.broker.address,
        group_id=group,
        group_instance_id=f"{role}-0",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        await consumer.getmany(timeout_ms=1000)
        held = consumer.assignment()
        await consumer.commit(dict.fromkeys(held, 0))
    finally:
        await consumer.stop()
    return len(held)


async def says_what_nobody_understands(here: Around) -> int:
    """Publish envelopes of unknown versions, rubbish and five megabytes, to every topic and to an unknown one."""
    known = (await read_log(here.rig.broker.address))[-1]
    large = b'{"data": "' + b"x" * 5_000_000 + b'"}'
    strange = known.value.replace(b'"schema_version":1', b'"schema_version":99')
    assert strange != known.value
    values = (strange, b"", b"\xff\xfe", b"[1, 2", b"{" * 50_000)
    records = [Outgoing(topic, uuid4().bytes, value) for topic in (*ALL, "unknown.topic.v9") for value in values]
    records += [Outgoing(topic, b"large", large) for topic in ALL]
    sent = 0
    async with producing(settings_of(here), "tests") as producer:
        for one in records:
            with suppress(
                TooLarge
            ):  # a topic that a client's question brought about takes no more than a megabyte
                await producer.send([one])
                sent += 1
    return sent


FEW: dict[str, Act] = {
    "broker killed, its memory gone": forgets,
    "messages of unknown versions, rubbish and 5 MB": says_what_nobody_understands,
}
MORE: dict[str, Act] = {
    "broker repeats its whole history, reordered": repeats_itself,
    "broker reads its offsets from the beginning again": forgets_who_read_what,
    "consumers join and leave in a storm": throws_consumers_about,
    "broker away for 15 s, its memory gone": is_away_and_forgets,
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", FEW)
async def test_runs_end_as_if_nothing_had_been_when(here: Around, fault: str) -> None:
    await here.survives(fault, FEW[fault])


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", MORE)
async def test_runs_end_as_if_nothing_had_been_while(here: Around, fault: str) -> None:
    await here.survives(fault, MORE[fault])
