"""Processes of roles that begin at once: forked from one that has imported everything before.

A death costs a role its start, most of which is importing; with a nursery a hundred deaths cost minutes less. The
processes are as real as others: own memory, own id, ended by the same signals.
"""

import importlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from app.roles.stack import ROLES, ROOT, Plan, Stack, environment

IMPORTED = (
    "app.__main__",
    *(f"app.roles.{role}" for role in ROLES),
    "app.gateway.providers.openai",
    "app.gateway.providers.openai_jobs",
)


class Forked:
    """One process of a nursery, with as much of ``Popen`` as a stack needs."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._handle = os.pidfd_open(pid)

    def _ended_within(self, timeout_s: float | None) -> bool:
        watched = select.poll()
        watched.register(self._handle, select.POLLIN)
        return bool(watched.poll(None if timeout_s is None else timeout_s * 1000))

    def poll(self) -> int | None:
        """Return None while the process lives; what it ended with is not known."""
        return 0 if self._ended_within(0) else None

    def send(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if not self._ended_within(0):
            signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """Kill it."""
        self.send(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send(signal.SIGTERM)

    def wait(self, timeout: float | None = None) -> int:
        """Return once it has ended; raises ``TimeoutExpired``."""
        if not self._ended_within(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return 0


class Nursery:
    """The process that forks roles."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.nursery"],
            cwd=ROOT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def fork(self, role: str, settings: Mapping[str, str], log: Path) -> Forked:
        """Start a process of ``role`` with exactly these settings, its output at the end of ``log``."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"role": role, "environment": settings, "log": str(log)}) + "\n")
        self._process.stdin.flush()
        return Forked(int(self._process.stdout.readline()))

    def close(self) -> None:
        """End the nursery; what it forked goes on."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Yield a nursery, and end it."""
    opened = Nursery()
    try:
        yield opened
    finally:
        opened.close()


class ForkedStack(Stack):
    """A stack whose processes come from a nursery."""

    def __init__(self, plan: Plan, extra: Mapping[str, str], forks: Nursery) -> None:
        super().__init__(plan, extra)
        self.settings = dict(extra)
        self._forks = forks

    def start(self, roles: Sequence[str] = ROLES, extra: Mapping[str, str] | None = None) -> None:
        """Start the processes of ``roles``; ``extra`` are settings of this start alone."""
        for role in roles:
            settings = environment(self.plan, role, self._extra | dict(extra or {}))
            child = self._forks.fork(role, settings, self._logs / f"{role}.log")
            self._children[role] = cast("subprocess.Popen[bytes]", child)

    def send(self, role: str, number: int) -> None:
        """Send a signal to one role's process."""
        os.kill(self.pid(role), number)


def _serve() -> None:
    """Fork a process for each line of standard input."""
    for module in IMPORTED:
        importlib.import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        wanted = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(wanted["role"], wanted["environment"], wanted["log"])
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _become(role: str, settings: Mapping[str, str], log: str) -> None:
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDONLY)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for number, descriptor in ((0, nothing), (1, output), (2, output)):
            os.dup2(descriptor, number)
        os.environ.clear()
        os.environ.update(settings)
        time.tzset()
        code = importlib.import_module("app.__main__").main([role])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
