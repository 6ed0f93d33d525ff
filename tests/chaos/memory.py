"""Memory of every role over time: sampled into a CSV, drawn as an SVG, judged by its slope.

Fed with process ids while a soak or a load runs; feeds the docs.
"""

import asyncio
import csv
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.runner.reports.plots.canvas import Axis, bottom_axis, drawing, element, text

MIB = 1024 * 1024
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
STYLE = (
    "text{font:13px sans-serif;fill:#444}.grid{stroke:#ddd}.zero{stroke:#999}"
    ".line{fill:none;stroke-width:1.6}svg{background:#fff}"
)


@dataclass(frozen=True)
class Sample:
    """Resident memory of one process of a role, in MiB, so many seconds after the start."""

    second: float
    role: str
    pid: int
    mib: float


def resident_mib(pid: int) -> float | None:
    """Return the resident memory of a process, None where it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


async def sample(pids: Callable[[], Mapping[str, int]], every_s: float, into: list[Sample]) -> None:
    """Add a sample of every role each ``every_s`` seconds, until cancelled."""
    began = time.monotonic()
    while True:
        for role, pid in pids().items():
            mib = resident_mib(pid)
            if mib:
                into.append(Sample(round(time.monotonic() - began, 1), role, pid, round(mib, 1)))
        await asyncio.sleep(every_s)


def write_csv(samples: Iterable[Sample], path: Path) -> None:
    """Write samples as a table."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["second", "role", "pid", "mib"])
        writer.writerows((one.second, one.role, one.pid, one.mib) for one in samples)


def read_csv(path: Path) -> list[Sample]:
    """Return the samples of a table."""
    with path.open(newline="") as file:
        return [
            Sample(float(row["second"]), row["role"], int(row["pid"]), float(row["mib"]))
            for row in csv.DictReader(file)
        ]


def highest(samples: Sequence[Sample]) -> dict[str, float]:
    """Return the most that each role ever had, in MiB."""
    found: dict[str, float] = {}
    for one in samples:
        found[one.role] = max(found.get(one.role, 0.0), one.mib)
    return found


def plot(samples: Sequence[Sample], title: str) -> str:
    """Return an SVG with a line for each process; a process that was started again begins a new line."""
    width, height, left, top = 900.0, 320.0, 60.0, 40.0
    across = Axis([0.0, *(one.second for one in samples)], left, width - 20)
    up = Axis([0.0, *(one.mib for one in samples)], top + height, top)
    parts = [element("style", STYLE), *bottom_axis(across, top, top + height, "seconds")]
    for value in up.ticks:
        y = up.at(value)
        parts.append(element("line", x1=left, y1=y, x2=width - 20, y2=y, class_="grid"))
        parts.append(text(left - 6, y + 4, f"{value:g}", text_anchor="end"))
    parts.append(text(left - 44, top - 8, "MiB"))
    roles = sorted({one.role for one in samples})
    for place, role in enumerate(roles):
        colour = COLOURS[place % len(COLOURS)]
        parts.append(text(left + 60 + 110 * place, top - 16, role, style=f"fill:{colour}"))
        for pid in dict.fromkeys(one.pid for one in samples if one.role == role):
            line = [(across.at(one.second), up.at(one.mib)) for one in samples if one.pid == pid]
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in line)
            parts.append(element("polyline", points=points, class_="line", style=f"stroke:{colour}"))
    most = ", ".join(f"{role} {mib:.0f}" for role, mib in highest(samples).items())
    svg = drawing("memory", (width, top + height + 50), (title, f"Highest, in MiB: {most}"), parts)
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
