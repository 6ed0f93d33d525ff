"""The process that feeds one target: counts, times and measures every input, and tells of what it finds.

Started by ``run``, which reads what is printed (one JSON object a line) and the file that holds the present input,
so that an input is known even where it takes the whole process with it.
"""

import hashlib
import importlib
import json
import mmap
import resource
import signal
import struct
import sys
import time
import traceback
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType

from tests.fuzz.parsers.target import Target, chance_of

MOST_CPU_S = 2.0
MOST_BYTES = 512 * 1024 * 1024
ROOM_BYTES = 1024 * 1024 * 1024
"""What may be allocated beyond what the imports took: past it the child fails, not the machine."""
MOST_FINDINGS = 20
HEAD = struct.Struct("<QQ")
"""At the front of the shared file: number of the present input, and its length."""
SHARED_BYTES = 4 * 1024 * 1024


class TookTooLong(BaseException):
    """Raised in the middle of an input; no parser may catch it."""


@dataclass
class Found:
    """One kind of finding; ``smallest`` is the shortest input that shows it."""

    what: str
    where: str
    smallest: bytes
    number: int
    times: int = 1


@dataclass
class Tally:
    """What became of all inputs."""

    target: str
    inputs: int = 0
    taken: int = 0
    cpu_s: float = 0.0
    slowest_s: float = 0.0
    slowest_number: int = 0
    peak_bytes: int = 0
    findings: dict[str, Found] = field(default_factory=dict)

    def note(self, error: BaseException, number: int, raw: bytes) -> None:
        """Count a finding, and keep its input where none is shorter."""
        where = _place_of(error)
        what = f"{type(error).__name__}: {str(error)[:200]}"
        found = self.findings.setdefault(where, Found(what, where, raw, number, 0))
        found.times += 1
        if len(raw) < len(found.smallest):
            found.smallest, found.number, found.what = raw, number, what

    def said(self) -> Mapping[str, object]:
        """Return the tally as it goes out."""
        findings = [asdict(one) | {"smallest": one.smallest.hex()} for one in self.findings.values()]
        return asdict(self) | {"findings": findings}


class Present:
    """The input that is being tried, where the parent can see it."""

    def __init__(self, path: str) -> None:
        with Path(path).open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), SHARED_BYTES)

    def show(self, number: int, raw: bytes) -> None:
        """Put an input into the file."""
        shown = raw[: SHARED_BYTES - HEAD.size]
        self._map[: HEAD.size] = HEAD.pack(number, len(shown))
        self._map[HEAD.size : HEAD.size + len(shown)] = shown


def feed(target: Target, count: int, seed: int, present: Present) -> Tally:
    """Try ``count`` inputs; stops early after too many findings."""
    tally = Tally(target.name, peak_bytes=_peak())
    begun = time.process_time()
    for number in range(count):
        raw = target.make(chance_of(seed, number))
        present.show(number, raw)
        _try(target, raw, number, tally)
        if len(tally.findings) >= MOST_FINDINGS:
            break
    tally.cpu_s = time.process_time() - begun
    return tally


def _try(target: Target, raw: bytes, number: int, tally: Tally) -> None:
    before, known = time.thread_time(), len(tally.findings)
    signal.setitimer(signal.ITIMER_PROF, MOST_CPU_S)
    try:
        tally.taken += bool(target.check(raw))
    except (Exception, TookTooLong) as error:
        signal.setitimer(signal.ITIMER_PROF, 0)
        tally.note(error, number, raw)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    took = time.thread_time() - before
    if took > tally.slowest_s:
        tally.slowest_s, tally.slowest_number = took, number
    if took > MOST_CPU_S and len(tally.findings) == known:
        tally.note(TookTooLong(f"took {took:.1f} s"), number, raw)
    peak = _peak()
    if peak > MOST_BYTES >= tally.peak_bytes:
        tally.note(MemoryError(f"the process grew to {peak // 2**20} MB"), number, raw)
    tally.peak_bytes = max(tally.peak_bytes, peak)
    tally.inputs += 1


def _peak() -> int:
    """Return the most memory that this process had, in bytes; ``getrusage`` tells of what began it, too."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def _place_of(error: BaseException) -> str:
    """Return where in the code an error arose: the same place is the same finding."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/app/" in frame.filename or "/tests/fuzz/" in frame.filename]
    inner = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    if isinstance(error, AssertionError):
        return f"{place} {str(error).partition(':')[0][:60]}"
    return f"{place} {type(error).__name__} {inner}".strip()


def _too_long(signal_number: int, frame: FrameType | None) -> None:
    del signal_number, frame
    raise TookTooLong(f"took more than {MOST_CPU_S:g} s")


def _bounded() -> None:
    """Let the process fail before the machine does."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + ROOM_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, _too_long)


def targets_of(module: str) -> Sequence[Target]:
    """Return the targets of a module."""
    found: Sequence[Target] = importlib.import_module(module).TARGETS
    return found


def main(module: str, name: str, count: str, seed: str, shared: str) -> None:
    """Feed the targets of a module, or the one of them that is named, and print a tally for each."""
    warnings.simplefilter("ignore")
    targets = [target for target in targets_of(module) if name in ("", target.name)]
    present = Present(shared)
    _bounded()
    for target in targets:
        own_seed = int(hashlib.sha256(f"{seed}/{target.name}".encode()).hexdigest()[:8], 16)
        print(json.dumps({"begun": target.name}), flush=True)
        print(json.dumps(feed(target, int(count), own_seed, present).said()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
