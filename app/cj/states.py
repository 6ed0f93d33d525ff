"""The states of a batch and the moves between them. PURE."""

from enum import StrEnum
from types import MappingProxyType

from app.errors import IllegalMove


class BatchState(StrEnum):
    """Where a batch stands; the last three are final."""

    RECEIVED = "received"
    SENDING = "sending"
    WAITING = "waiting_callbacks"
    SCORING = "scoring"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


_S = BatchState
MOVES = MappingProxyType(
    {
        _S.RECEIVED: frozenset({_S.SENDING, _S.COMPLETED, _S.FAILED, _S.CANCELLED}),
        _S.SENDING: frozenset({_S.WAITING, _S.SCORING, _S.FAILED, _S.CANCELLED}),
        _S.WAITING: frozenset({_S.SENDING, _S.SCORING, _S.FAILED, _S.CANCELLED}),
        _S.SCORING: frozenset({_S.SENDING, _S.COMPLETED, _S.FAILED, _S.CANCELLED}),
        _S.COMPLETED: frozenset(),
        _S.FAILED: frozenset(),
        _S.CANCELLED: frozenset(),
    }
)
"""``waiting -> sending`` asks again what the gateway seems not to have."""

FINAL = frozenset(state for state, onward in MOVES.items() if not onward)


def check_move(present: BatchState, wanted: BatchState) -> None:
    """Raise ``IllegalMove`` unless the table allows going from ``present`` to ``wanted``."""
    if wanted not in MOVES[present]:
        raise IllegalMove(f"a batch that is {present} cannot become {wanted}")
