"""Spans of messages: sent, and handled, each in the trace that its headers carry.

Fed by the relay and the consume loop. A message without a ``traceparent``, or with one that cannot be read, begins
a trace of its own.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime

from app.messaging.bus import Outgoing, Record
from app.messaging.known import known
from app.telemetry import tracing


def sent(records: Sequence[Outgoing], since: datetime) -> None:
    """Leave a span for each record of a trace that was handed to the broker between ``since`` and now."""
    if not tracing.is_on():
        return
    for record in records:
        if tracing.trace_of(record.headers) is not None:
            about = _about(record.topic, "send") | {"messaging.message.id": _id(record)}
            with tracing.span(
                f"send {record.topic}", kind="producer", attributes=about, parent=record.headers, began=since
            ):
                pass


@contextmanager
def handling(records: Sequence[Record]) -> Iterator[None]:
    """Open a span for each record, and one more over them where several are handled at once."""
    if not tracing.is_on():
        yield
        return
    topic = records[0].topic
    with ExitStack() as stack:
        for record in records:
            about = _about(topic, "process") | {
                "messaging.message.id": _id(record),
                "messaging.destination.partition.id": str(record.partition),
                "messaging.kafka.offset": record.offset,
            }
            one = tracing.span(f"process {topic}", kind="consumer", attributes=about, parent=record.headers)
            stack.enter_context(one)
        if len(records) > 1:
            met = tracing.meeting(record.headers for record in records)
            about = _about(topic, "process") | {"messaging.batch.message_count": len(records)}
            together = tracing.span(f"process batch {topic}", attributes=about, parent=met.parent, links=met.links)
            stack.enter_context(together)
        yield


def _about(topic: str, operation: str) -> dict[str, str | int | None]:
    return {
        "messaging.system": "kafka",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
        "messaging.destination.name": topic,
    }


def _id(record: Record | Outgoing) -> str | None:
    return known(record).get("event_id")
