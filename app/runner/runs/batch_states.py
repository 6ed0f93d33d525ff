"""What several announcements of one batch come to, in whatever order they arrived. PURE.

Fed by ``collect.batch_results`` with everything that is known of a batch; feeds its row and its view.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

Kind = Literal["completion", "result", "failure"]
ENDED_BADLY = "failed_critically"
"""The status of a completion that brought no score."""


class BatchState(StrEnum):
    """Where a batch stands as far as cj said."""

    COMPLETED = "completed"
    FAILED = "failed"
    AWAITING_RESULT = "awaiting_result"


@dataclass(frozen=True)
class Said:
    """One announcement: ``digest`` names what was said, ``said_at`` is when it was said first.

    ``detail`` is the status of a completion, why a batch failed, None for a result.
    """

    kind: Kind
    digest: str
    said_at: datetime
    detail: str | None
    received_at: datetime


@dataclass(frozen=True)
class Summary:
    """A batch in short; ``completed_at`` is when that was said which the state goes by."""

    state: BatchState
    reason: str | None
    completed_at: datetime
    versions: int


def in_order(said: Sequence[Said]) -> list[Said]:
    """Return announcements by when they were said, those of one moment by kind and content."""
    return sorted(said, key=lambda item: (item.said_at, item.kind, item.digest))


def versions_of(said: Sequence[Said]) -> list[Said]:
    """Return the differing results, the first version first."""
    return [item for item in in_order(said) if item.kind == "result"]


def summary(said: Sequence[Said]) -> Summary:
    """Return what one or more announcements come to.

    Of results and failures the one said last counts, at the same moment the result: a batch may be asked for
    again after it failed. A completion counts where there is neither.
    """
    results = versions_of(said)
    ends = [item for item in in_order(said) if item.kind == "failure"] + results
    last = max(ends, key=lambda item: (item.said_at, item.kind == "result"), default=None)
    if last is None:
        last = in_order(said)[-1]
    bad = last.kind == "failure" or (last.kind == "completion" and last.detail == ENDED_BADLY)
    if bad:
        return Summary(BatchState.FAILED, last.detail, last.said_at, len(results))
    state = BatchState.COMPLETED if last.kind == "result" else BatchState.AWAITING_RESULT
    return Summary(state, None, last.said_at, len(results))


def moment(told: datetime, now: datetime) -> datetime:
    """Return a time of a message in UTC: without a zone it is taken as UTC, beyond the calendar as ``now``."""
    if told.tzinfo is None:
        return told.replace(tzinfo=UTC)
    try:
        return told.astimezone(UTC)
    except OverflowError:
        return now
