"""What the log says when the relay hands a run's request to the broker, and when the broker has it.

Fed by the relay of the worker's outbox; feeds the broker, and the log.
"""

from collections.abc import Sequence

import orjson
import structlog

from app.contracts.topics import Topic
from app.messaging.bus import Outgoing, Producer
from app.telemetry.context import bound
from app.telemetry.run_names import sent_names

log = structlog.get_logger(__name__)


class SaysWhatIsSent:
    """A producer that says of each request when it goes and when it is there; verdicts of it are waited for."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer

    async def send(self, records: Sequence[Outgoing]) -> None:
        """Send all; raises ``Unavailable`` if any was not acknowledged."""
        requests = [record for record in records if record.topic == Topic.CJ_REQUESTED]
        for record in requests:
            with bound(**_names(record)):
                log.debug("kafka_publish_started", topic=record.topic, request_correlation=_correlation(record))
        await self._producer.send(records)
        for record in requests:
            with bound(**_names(record)):
                log.info("kafka_publish_success", topic=record.topic, request_correlation=_correlation(record))
                log.info("runner_kafka_publish_completed", await_completion=True)


def _names(record: Outgoing) -> dict[str, str]:
    batch = {} if record.key is None else {"batch_uuid": record.key.decode("utf-8", "replace")}
    run = sent_names(orjson.loads(record.value).get("metadata"))
    return batch | run | {"correlation_id": _correlation(record)}


def _correlation(record: Outgoing) -> str:
    return record.headers.get("correlation_id", "")
