"""What a process uses, seen from outside; feeds the benchmarks."""

import os
from pathlib import Path

UNLIMITED = {
    "RUNNER_READS_PER_MINUTE": "0",
    "RUNNER_WRITES_PER_MINUTE": "0",
    "RUNNER_UPLOADS_PER_MINUTE": "0",
    "RUNNER_STREAMS_PER_CALLER": "0",
}
"""Settings with which one caller may ask as fast as it can."""


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used, which a busy machine does not change much."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process."""
    return _kb(Path(f"/proc/{pid}/status").read_text(), "VmRSS:") / 1024


def proportional_mb(pid: int) -> float:
    """Return the memory of a process with its share of what it has in common with others."""
    return _kb(Path(f"/proc/{pid}/smaps_rollup").read_text(), "Pss:") / 1024


def _kb(text: str, name: str) -> int:
    return int(text.split(name)[1].split(maxsplit=1)[0])
