"""All parsers under fuzz, each target in a process of its own; ``make fuzz-parsers`` prints what comes of it.

``python -m tests.fuzz.parsers.run --count 1000000 --seed 1 --target pdf``. The input of each finding is written to
a file and printed as bytes; ``--again FILE --target NAME`` feeds such a file once more.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.fuzz.parsers import child

ROOT = Path(__file__).resolve().parents[3]
MODULES = ("wire", "documents", "tables", "providers", "edge", "requests", "settings_values")
STUCK_CPU_S = 10.0
"""So much time of the processor on one input, and nothing can interrupt it: the process is ended."""
LOOK_EVERY_S = 0.5
MOST_SHOWN = 300
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Result:
    """The row of one target."""

    target: str
    inputs: int = 0
    taken: int = 0
    cpu_s: float = 0.0
    slowest_s: float = 0.0
    slowest_number: int = 0
    peak_bytes: int = 0
    findings: list[child.Found] = field(default_factory=list)

    def row(self) -> tuple[str, ...]:
        """Return the cells."""
        return (
            self.target,
            f"{self.inputs:,}",
            f"{self.taken / self.inputs if self.inputs else 0:.0%}",
            f"{self.cpu_s:.0f}",
            f"{self.slowest_s * 1000:.0f} ms (no. {self.slowest_number})",
            f"{self.peak_bytes / 2**20:.0f} MB",
            str(len(self.findings)),
        )


HEADINGS = ("target", "inputs", "taken", "CPU s", "slowest input", "peak memory", "findings")


def every_target() -> Iterator[tuple[str, str]]:
    """Yield the module and the name of each target."""
    for module in MODULES:
        for target in child.targets_of(_path(module)):
            yield module, target.name


def fuzz(module: str, name: str, count: int, seed: str, *, stuck_s: float = STUCK_CPU_S) -> list[Result]:
    """Feed one target, or with an empty name all of a module, in one process, and return what became of it."""
    with TemporaryDirectory(prefix="cj-runner-fuzz-") as folder:
        shared = Path(folder) / "input"
        shared.write_bytes(bytes(child.SHARED_BYTES))
        arguments = (_path(module), name, str(count), seed, str(shared))
        process = subprocess.Popen(
            (sys.executable, "-m", child.__name__, *arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
            text=True,
        )
        ended = threading.Event()
        watch = threading.Thread(target=_watch, args=(process.pid, shared, ended, stuck_s), daemon=True)
        watch.start()
        try:
            said, complained = process.communicate()
        finally:
            ended.set()
            process.kill()
            watch.join()
        return _results(said, complained, process.returncode, shared)


def _path(module: str) -> str:
    return module if "." in module else f"{__package__}.{module}"


def _results(said: str, complained: str, code: int, shared: Path) -> list[Result]:
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    results = [_result(line) for line in lines if "begun" not in line]
    if code != 0:
        begun = [line["begun"] for line in lines if "begun" in line]
        broken = Result(begun[-1] if begun else "(not begun)")
        number, raw = present(shared)
        why = f"the process ended with {code}: {complained.strip()[-300:]}"
        broken.inputs = number
        broken.findings.append(child.Found(why, "process", raw, number))
        results.append(broken)
    return results


def _result(line: dict[str, Any]) -> Result:
    found = [child.Found(**(one | {"smallest": bytes.fromhex(one["smallest"])})) for one in line["findings"]]
    return Result(**(line | {"findings": found}))


def present(shared: Path) -> tuple[int, bytes]:
    """Return number and bytes of the input that was tried last."""
    body = shared.read_bytes()
    number, length = child.HEAD.unpack_from(body)
    return number, body[child.HEAD.size : child.HEAD.size + length]


def _watch(pid: int, shared: Path, ended: threading.Event, stuck_s: float) -> None:
    """End a process that stays on one input: only from outside can what never comes back be stopped."""
    last, since = -1, 0.0
    while not ended.wait(LOOK_EVERY_S):
        number, used = present(shared)[0], _cpu_s(pid)
        if number != last:
            last, since = number, used
        elif number and used - since > stuck_s:
            os.kill(pid, 9)
            return


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def table(results: Sequence[Result]) -> str:
    """Return the rows as a table of markdown, so that it can go into a page as it is."""
    rows = [HEADINGS, tuple("---" for _ in HEADINGS), *(result.row() for result in results)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def keep(results: Sequence[Result], folder: Path) -> list[str]:
    """Write the input of each finding into a file; return a line about each."""
    lines = []
    for result in results:
        for place, found in enumerate(result.findings):
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{result.target}-{place}.input"
            path.write_bytes(found.smallest)
            raw, more = found.smallest[:MOST_SHOWN], max(0, len(found.smallest) - MOST_SHOWN)
            lines.append(
                f"{result.target} no. {found.number} ({found.times} times) {found.where}: {found.what}\n"
                f"  {path}: {raw!r}{f' and {more} bytes more' if more else ''}"
            )
    return lines


def again(name: str, path: Path) -> None:
    """Feed the input of a file to a target, with its traceback."""
    module = {target: module for module, target in every_target()}[name]
    target = next(one for one in child.targets_of(_path(module)) if one.name == name)
    begun = time.process_time()
    taken = target.check(path.read_bytes())
    print(f"{name}: {'taken' if taken else 'refused'} after {time.process_time() - begun:.2f} s")


def main() -> int:
    """Run what the command line asks for; 1 where there is a finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5_000, help="inputs for each target")
    parser.add_argument("--seed", default="1", help="the same seed draws the same inputs")
    parser.add_argument("--target", default="", help="targets by name, separated by commas; none: all")
    parser.add_argument("--findings", type=Path, default=ROOT / "var" / "fuzz", help="folder for their inputs")
    parser.add_argument("--again", type=Path, help="a file to feed to the target once more")
    wanted = parser.parse_args()
    if wanted.again is not None:
        again(wanted.target, wanted.again)
        return 0
    names = wanted.target.split(",") if wanted.target else []
    every = list(every_target())
    unknown = set(names) - {name for _, name in every}
    if unknown:
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(name for _, name in every)}")
    results = []
    for module, name in every:
        if not names or name in names:
            results += fuzz(module, name, wanted.count, wanted.seed)
            print(f"{name}: {results[-1].inputs:,} inputs, {len(results[-1].findings)} findings", file=sys.stderr)
    print(table(results))
    print(*keep(results, wanted.findings), sep="\n")
    return int(any(result.findings for result in results))


if __name__ == "__main__":
    sys.exit(main())
