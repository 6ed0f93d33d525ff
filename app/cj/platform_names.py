"""Our states and counters under the names that the platform's tools and operators know. PURE."""

from collections.abc import Mapping
from types import MappingProxyType

from app.cj.states import BatchState

UPLOAD_STATUS: Mapping[BatchState, str] = MappingProxyType(
    {
        BatchState.RECEIVED: "FETCHING_CONTENT",
        BatchState.SENDING: "PERFORMING_COMPARISONS",
        BatchState.WAITING: "PERFORMING_COMPARISONS",
        BatchState.SCORING: "PERFORMING_COMPARISONS",
        BatchState.COMPLETED: "COMPLETE_STABLE",
        BatchState.FAILED: "ERROR_PROCESSING",
        BatchState.CANCELLED: "ERROR_PROCESSING",
    }
)
FINE_STATE: Mapping[BatchState, str] = MappingProxyType(
    {
        BatchState.RECEIVED: "INITIALIZING",
        BatchState.SENDING: "GENERATING_PAIRS",
        BatchState.WAITING: "WAITING_CALLBACKS",
        BatchState.SCORING: "SCORING",
        BatchState.COMPLETED: "COMPLETED",
        BatchState.FAILED: "FAILED",
        BatchState.CANCELLED: "CANCELLED",
    }
)
_OF_REASON: Mapping[str | None, str] = MappingProxyType(
    {
        "cap": "COMPLETE_MAX_COMPARISONS",
        "cost_cap": "COMPLETE_MAX_COMPARISONS",
        "insufficient_essays": "COMPLETE_INSUFFICIENT_ESSAYS",
        "timeout": "COMPLETE_FORCED_RECOVERY",
    }
)
COUNTS = "succeeded"
WINNERS = {"a": "essay_a", "b": "essay_b"}


def upload_status(state: BatchState, reason: str | None) -> str:
    """Return the platform's upload status; of a completed batch, the reason why it stopped decides."""
    if state is not BatchState.COMPLETED:
        return UPLOAD_STATUS[state]
    return _OF_REASON.get(reason, UPLOAD_STATUS[state])


def winner_name(state: str, winner: str | None) -> str | None:
    """Return ``essay_a``, ``essay_b``, ``error``, or None where no verdict counts (yet)."""
    if state == COUNTS and winner is not None:
        return WINNERS.get(winner, winner)
    return "error" if state == "failed" else None
