"""The states of a run and the moves between them: the one table that everything else asks. PURE."""

from enum import StrEnum
from types import MappingProxyType

from app.errors import IllegalMove


class RunState(StrEnum):
    """Where a run stands; the last five are final."""

    ACCEPTED = "accepted"
    PREPARING = "preparing"
    PUBLISHED = "published"
    RUNNING = "running"
    FINISHING = "finishing"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    COMPLETED_PARTIAL = "completed_partial"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"


class Mode(StrEnum):
    """What a run does."""

    PLAN = "plan"
    DRY_RUN = "dry-run"
    EXECUTE = "execute"
    ANCHOR_ALIGN_TEST = "anchor-align-test"
    BOUNDARY_TEST = "boundary-test"


_S = RunState
_ENDS = frozenset({_S.COMPLETED, _S.COMPLETED_PARTIAL, _S.FAILED, _S.TIMED_OUT})

MOVES = MappingProxyType(
    {
        _S.ACCEPTED: frozenset({_S.PREPARING, _S.FAILED, _S.CANCELLED}),
        _S.PREPARING: frozenset({_S.PUBLISHED, _S.FINISHING, _S.FAILED, _S.CANCELLED, _S.TIMED_OUT}),
        _S.PUBLISHED: frozenset({_S.RUNNING, _S.FINISHING, _S.CANCELLING, _S.FAILED}),
        _S.RUNNING: frozenset({_S.FINISHING, _S.CANCELLING, _S.FAILED}),
        _S.FINISHING: _ENDS | {_S.CANCELLING, _S.CANCELLED},
        _S.CANCELLING: frozenset({_S.CANCELLED}),
        _S.COMPLETED: frozenset(),
        _S.COMPLETED_PARTIAL: frozenset(),
        _S.FAILED: frozenset(),
        _S.TIMED_OUT: frozenset(),
        _S.CANCELLED: frozenset(),
    }
)
"""The allowed moves. ``preparing -> finishing`` is the way of plan and dry-run, which publish nothing;
``published -> finishing`` that of a run whose first news is its end, or its deadline. A run of which nothing was
published is cancelled at once; one that was goes through ``cancelling``: cj is told, and what comes in is kept."""

FINAL = frozenset(state for state, onward in MOVES.items() if not onward)
WAITING = frozenset({_S.PUBLISHED, _S.RUNNING})
AMONG_ANCHORS = frozenset({Mode.ANCHOR_ALIGN_TEST, Mode.BOUNDARY_TEST})
"""Modes in which anchors are judged among themselves, without an assignment of cj."""
PUBLISHING_MODES = AMONG_ANCHORS | {Mode.EXECUTE}


def check_move(present: RunState, wanted: RunState) -> None:
    """Raise ``IllegalMove`` unless the table allows going from ``present`` to ``wanted``."""
    if wanted not in MOVES[present]:
        allowed = ", ".join(sorted(MOVES[present])) or "nothing: it is final"
        raise IllegalMove(f"a run that is {present} cannot become {wanted}; allowed: {allowed}")
