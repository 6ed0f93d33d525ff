"""What must hold in the broker's log: messages may come twice, but never say two things.

Fed by the records of all topics, as far as the broker still has them; feeds ``invariants``.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

import orjson

from app.contracts.topics import Topic
from app.messaging.bus import Record
from app.messaging.kafka import consuming
from app.settings import KafkaSettings
from tests.chaos.row_checks import Kind

ANNOUNCED_ONCE = (Topic.CJ_REQUESTED, Topic.CJ_COMPLETED, Topic.CJ_FAILED, Topic.RESULT_PUBLISHED)
TOPICS = (*ANNOUNCED_ONCE, Topic.COMPARISON_RESULT)
QUIET_S = 2.0
LONGEST_S = 120.0


@dataclass(frozen=True)
class Said:
    """One thing that was said more than one way, or of something that nobody knows."""

    kind: Kind
    rule: str
    subject: str
    detail: str


async def read_log(bootstrap: str, quiet_s: float = QUIET_S) -> list[Record]:
    """Return what the broker has of our topics, read by a group of its own until nothing more comes."""
    settings = KafkaSettings(bootstrap_servers=bootstrap, idle_pause_ms=20, start_deadline_s=10)
    found: list[Record] = []
    began = heard = time.monotonic()
    async with consuming(settings, f"invariants-{uuid4().hex}", TOPICS) as consumer:
        while (now := time.monotonic()) - heard < quiet_s and now - began < LONGEST_S:
            records = await consumer.poll(timeout_s=0.5, limit=5000)
            if records:
                heard = time.monotonic()
                found += records
    return found


def log_findings(records: Sequence[Record], paid: Mapping[str, str]) -> Iterator[Said]:
    """Yield what is wrong in the log; ``paid`` are the gateway's request ids with the callback's digest.

    Messages that cannot be read are passed over: whoever sent them, they are dead letters to everybody.
    """
    told: dict[str, set[str]] = defaultdict(set)
    announced: dict[tuple[str, str], set[str]] = defaultdict(set)
    for record in records:
        envelope = _read(record.value)
        data = envelope.get("data")
        if not isinstance(data, dict):
            continue
        if record.topic == Topic.COMPARISON_RESULT:
            told[str(data.get("request_id"))].add(digest(data))
        else:
            announced[record.topic, str(data.get("entity_id"))].add(str(envelope.get("event_id")))
    yield from _verdicts(told, paid)
    for (topic, batch), events in announced.items():
        if len(events) > 1:
            yield Said("doubled", "an end is announced once", batch, f"{len(events)} events of {topic}")


def _verdicts(told: Mapping[str, set[str]], paid: Mapping[str, str]) -> Iterator[Said]:
    for request_id, ways in told.items():
        if len(ways) > 1:
            yield Said("doubled", "a request has one verdict", request_id, f"said in {len(ways)} ways: {ways}")
        known = paid.get(request_id)
        if known is None:
            yield Said("wrong", "a published verdict is in the ledger", request_id, "is not there")
        elif ways != {known}:
            yield Said("wrong", "a published verdict is the ledger's", request_id, f"{ways}, not {known}")


def digest(callback: Mapping[str, object]) -> str:
    """Return what a callback says, as far as it counts: the winner and the money."""
    return f"{callback.get('winner')} {callback.get('cost_estimate')}"


def _read(value: bytes) -> dict[str, object]:
    try:
        found = orjson.loads(value)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
