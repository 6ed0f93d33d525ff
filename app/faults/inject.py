"""Fault points in the running process: each pass is counted, and what the plan says happens there.

Fed by the roles, which arm it from their settings at start; asked all along the data's way. A fault that is about
to happen is first written to the record, so that a test knows of it though the process is gone.
"""

import asyncio
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

import structlog

from app.faults.plan import Fault
from app.faults.points import Point

log = structlog.get_logger(__name__)


class InjectedFault(ConnectionError):
    """What the action ``error`` raises: loops take it as a neighbour that is away for a moment."""


class Injector:
    """The plan of one process: counts the passes of each point, and says whether something happens at this one.

    Draws differ from start to start of a process with one record, and are the same for the same seed and record,
    so that a process that died by a draw does not die of it for ever.
    """

    def __init__(self, faults: Mapping[Point, Fault], seed: int, record: Path | None) -> None:
        self._faults = faults
        self._record = record
        self._passes: Counter[Point] = Counter()
        known = len(record.read_text().splitlines()) if record is not None and record.is_file() else 0
        self._series = f"{seed} {known}"

    def due(self, point: Point) -> Fault | None:
        """Count one pass of ``point``; return what happens at it, after noting it in the record."""
        fault = self._faults.get(point)
        if fault is None:
            return None
        self._passes[point] += 1
        count = self._passes[point]
        if fault.at is not None and count != fault.at:
            return None
        if fault.at is None and _drawn(f"{self._series} {point} {count}") >= fault.chance:
            return None
        log.warning("fault_injected", point=point.value, action=fault.action, passes=count)
        self._note({"point": point, "action": fault.action, "passes": count, "pid": os.getpid()})
        return fault

    def _note(self, fact: Mapping[str, object]) -> None:
        if self._record is not None:
            with self._record.open("a") as record:
                record.write(json.dumps(fact) + "\n")


def _drawn(series: str) -> float:
    """Return a number from 0 to below 1 that the text decides."""
    return int.from_bytes(blake2b(series.encode(), digest_size=6).digest()) / 2**48


class _Process:
    """What this process is armed with; one for a process, so that points need no argument."""

    injector: Injector | None = None


def arm(injector: Injector | None) -> None:
    """Make the points of this process do what the plan says; None makes them do nothing again."""
    _Process.injector = injector


async def fault_point(point: Point) -> None:
    """Pass ``point``: nothing happens without a plan; raises ``InjectedFault`` where the plan wants an error."""
    if _Process.injector is None:
        return
    fault = _Process.injector.due(point)
    if fault is not None and fault.action == "delay":
        await asyncio.sleep(fault.delay_ms / 1000)
    elif fault is not None:
        _happen(fault)


def fault_point_now(point: Point) -> None:
    """Pass ``point`` in code that does not await, such as a thread that writes files."""
    if _Process.injector is None:
        return
    fault = _Process.injector.due(point)
    if fault is not None and fault.action == "delay":
        time.sleep(fault.delay_ms / 1000)
    elif fault is not None:
        _happen(fault)


def _happen(fault: Fault) -> None:
    if fault.action == "error":
        raise InjectedFault(f"a fault was injected at {fault.point}")
    os.kill(os.getpid(), signal.SIGKILL if fault.action == "kill" else signal.SIGSTOP)
