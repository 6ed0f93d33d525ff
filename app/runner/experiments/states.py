"""The states of an experiment and of its cells, and the moves between them: all else asks here. PURE."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from app.errors import IllegalMove
from app.runner.runs.states import RunState


class ExperimentState(StrEnum):
    """Where an experiment stands; the last four are ends, and all ends but ``completed`` can be resumed."""

    ACCEPTED = "accepted"
    RUNNING = "running"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    COMPLETED_PARTIAL = "completed_partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


class CellState(StrEnum):
    """Where a cell stands. ``completed`` has metrics; a ``skipped`` one was not started, for want of money."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


_E, _C = ExperimentState, CellState
MOVES: Mapping[ExperimentState, frozenset[ExperimentState]] = MappingProxyType(
    {
        _E.ACCEPTED: frozenset({_E.RUNNING, _E.CANCELLED, _E.FAILED}),
        _E.RUNNING: frozenset({_E.CANCELLING, _E.CANCELLED, _E.COMPLETED, _E.COMPLETED_PARTIAL, _E.FAILED}),
        _E.CANCELLING: frozenset({_E.CANCELLED}),
        _E.COMPLETED: frozenset(),
        _E.COMPLETED_PARTIAL: frozenset({_E.RUNNING}),
        _E.FAILED: frozenset({_E.RUNNING}),
        _E.CANCELLED: frozenset({_E.RUNNING}),
    }
)
"""``running -> cancelled`` is the way of an experiment of which no run goes on just then."""
CELL_MOVES: Mapping[CellState, frozenset[CellState]] = MappingProxyType(
    {
        _C.WAITING: frozenset({_C.RUNNING, _C.SKIPPED, _C.FAILED, _C.CANCELLED}),
        _C.RUNNING: frozenset({_C.COMPLETED, _C.FAILED, _C.CANCELLED}),
        _C.COMPLETED: frozenset(),
        _C.FAILED: frozenset({_C.WAITING}),
        _C.SKIPPED: frozenset({_C.WAITING}),
        _C.CANCELLED: frozenset({_C.WAITING}),
    }
)
"""``waiting -> failed`` is the way of a cell whose run is refused; the ways back to ``waiting`` are a resume's."""

GOING = frozenset({_E.ACCEPTED, _E.RUNNING, _E.CANCELLING})
RESUMABLE = frozenset(state for state, onward in MOVES.items() if _E.RUNNING in onward) - GOING
UNFINISHED = frozenset({_C.FAILED, _C.SKIPPED, _C.CANCELLED})
"""Cells that a resume can take up again."""
MEASURED = frozenset({RunState.COMPLETED, RunState.COMPLETED_PARTIAL})
"""Ends of a run that have something to measure."""

State = TypeVar("State", ExperimentState, CellState)


def check_move(present: ExperimentState, wanted: ExperimentState) -> None:
    """Raise ``IllegalMove`` unless an experiment may go from ``present`` to ``wanted``."""
    _check("an experiment", MOVES, present, wanted)


def check_cell_move(present: CellState, wanted: CellState) -> None:
    """Raise ``IllegalMove`` unless a cell may go from ``present`` to ``wanted``."""
    _check("a cell", CELL_MOVES, present, wanted)


def _check(what: str, table: Mapping[State, frozenset[State]], present: State, wanted: State) -> None:
    if wanted not in table[present]:
        allowed = ", ".join(sorted(table[present])) or "nothing: it is final"
        raise IllegalMove(f"{what} that is {present} cannot become {wanted}; allowed: {allowed}")


def end_of(run: RunState | None) -> CellState:
    """Return where a cell goes whose run ended so; None is a run that was deleted."""
    if run in MEASURED:
        return CellState.COMPLETED
    return CellState.CANCELLED if run is RunState.CANCELLED else CellState.FAILED


def end_from(cells: Mapping[CellState, int], *, cancelled: bool) -> ExperimentState:
    """Return how an experiment ends whose cells, counted by state, all have ended."""
    if cancelled:
        return ExperimentState.CANCELLED
    if not cells.get(CellState.COMPLETED):
        return ExperimentState.FAILED
    whole = cells[CellState.COMPLETED] == sum(cells.values())
    return ExperimentState.COMPLETED if whole else ExperimentState.COMPLETED_PARTIAL
