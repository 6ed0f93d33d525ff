"""What the log says of messages that the collector does not take, under the names that operators look for.

Fed by the consume loop and by ``verdicts`` and ``announced``; feeds the log of the worker.
"""

from dataclasses import dataclass
from typing import Literal

import structlog

from app.messaging.dead_letters import DeadLetter

log = structlog.get_logger(__name__)
Kind = Literal["comparison", "completion", "result", "failure"]
UNREADABLE = {
    "comparison": "collector_llm_comparison_deserialization_failed",
    "completion": "collector_completion_deserialization_failed",
    "result": "collector_assessment_result_deserialization_failed",
    "failure": "collector_failure_deserialization_failed",
}
SKIPPED = {
    "comparison": "comparison_event_skipped",
    "completion": "completion_event_skipped",
    "result": "assessment_result_skipped",
    "failure": "failure_event_skipped",
}


@dataclass(frozen=True)
class Notes:
    """What is said of messages of one kind."""

    kind: Kind

    def unreadable(self, letter: DeadLetter) -> None:
        """Say that a record is no message of this kind; it is a dead letter now."""
        log.warning(UNREADABLE[self.kind], error_type=letter.reason)

    def refused(self, error: Exception) -> None:
        """Say that a message could be read and not be taken; it is a dead letter now."""
        log.error("collector_error", error_type=type(error).__name__, exc_info=error)

    def not_ours(self, batch_uuid: object, count: int) -> None:
        """Say that messages are about a batch of somebody else's."""
        log.debug(SKIPPED[self.kind], batch_uuid=str(batch_uuid), event_count=count)
