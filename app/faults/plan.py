"""The text of a plan of faults, read: what happens at which pass of which point.

Fed by the settings, which refuse a plan with a typing error at start; feeds ``inject``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from app.faults.points import Point

Action = Literal["kill", "stop", "delay", "error"]
ACTIONS: tuple[str, ...] = get_args(Action)
ENTRY = re.compile(
    r"(?P<point>[^:]*):(?P<action>[a-z]+)(=(?P<delay_ms>[0-9]{1,6}))?"
    r"(@(?P<at>[1-9][0-9]{0,8})|~(?P<chance>0\.[0-9]{1,9}|1))?"
)


@dataclass(frozen=True)
class Fault:
    """What happens at one point: at its ``at``-th pass in a process, or else at each pass with ``chance``."""

    point: Point
    action: Action
    at: int | None
    chance: float = 1.0
    delay_ms: int = 0


def read(text: str) -> Mapping[Point, Fault]:
    """Return the faults of a plan by point; raises ``ValueError`` that names the entry and the way out.

    A plan is a list of ``point:action``, separated by blanks or commas, each followed by ``@n`` (at the n-th
    pass only) or ``~p`` (at each pass with probability p); with neither, it happens at each pass. Actions are
    ``kill``, ``stop``, ``error`` and ``delay=milliseconds``.
    """
    faults: dict[Point, Fault] = {}
    for entry in re.split(r"[\s,]+", text.strip()):
        fault = _fault(entry)
        if fault.point in faults:
            raise ValueError(f"the point {fault.point} is named twice: one fault for each point")
        faults[fault.point] = fault
    return faults


def _fault(entry: str) -> Fault:
    found = ENTRY.fullmatch(entry)
    if found is None:
        raise ValueError(f"{entry!r} is no fault: write point:action, then @n or ~probability where wanted")
    if found["point"] not in list(Point):
        raise ValueError(f"there is no fault point {found['point']!r}: take one of {', '.join(Point)}")
    action = next((known for known in get_args(Action) if known == found["action"]), None)
    if action is None:
        raise ValueError(f"there is no fault {found['action']!r}: take one of {', '.join(ACTIONS)}")
    if (action == "delay") != (found["delay_ms"] is not None):
        raise ValueError(f"{entry!r}: milliseconds are given with delay, as in delay=200, and only there")
    at = int(found["at"]) if found["at"] else None
    return Fault(Point(found["point"]), action, at, float(found["chance"] or 1), int(found["delay_ms"] or 0))
