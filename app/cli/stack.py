"""``cj-runner up`` and ``down``: start the whole system in the background, and stop it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import Unavailable
from app.roles.stack import ROOT, Plan

START_DEADLINE_S = 180.0
STOP_DEADLINE_S = 40.0


def up(data_dir: Path, *, usual_ports: bool = True) -> Plan:
    """Start the stack in the background and return its plan; a running one is returned as it is."""
    running = Plan.read(data_dir)
    if running is not None:
        return running
    (data_dir / "logs").mkdir(parents=True, exist_ok=True)
    (data_dir / "stack.json").unlink(missing_ok=True)
    environment = os.environ | {
        "CJ_RUNNER_DATA_DIR": str(data_dir.resolve()),
        "CJ_RUNNER_PORTS": "usual" if usual_ports else "free",
    }
    with (data_dir / "logs" / "everything.log").open("ab") as log:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "app", "everything"],
            env=environment,
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    return _await_plan(data_dir, supervisor)


def _await_plan(data_dir: Path, supervisor: "subprocess.Popen[bytes]") -> Plan:
    end = time.monotonic() + START_DEADLINE_S
    while time.monotonic() < end:
        plan = Plan.read(data_dir)
        if plan is not None:
            return plan
        if supervisor.poll() is not None:
            raise Unavailable(f"the stack ended with code {supervisor.returncode}; see {data_dir / 'logs'}")
        time.sleep(0.05)
    supervisor.terminate()
    raise Unavailable(f"the stack was not ready within {START_DEADLINE_S:.0f} s; see {data_dir / 'logs'}")


def down(data_dir: Path) -> bool:
    """Stop the stack; return whether one was running. Its data stays."""
    plan = Plan.read(data_dir)
    if plan is None:
        return False
    os.kill(plan.supervisor_pid, signal.SIGTERM)
    end = time.monotonic() + STOP_DEADLINE_S
    while Plan.read(data_dir) is not None and not _is_zombie(plan.supervisor_pid):
        if time.monotonic() > end:
            os.kill(plan.supervisor_pid, signal.SIGKILL)
            raise Unavailable(f"the stack did not stop within {STOP_DEADLINE_S:.0f} s and was killed")
        time.sleep(0.05)
    (data_dir / "stack.json").unlink(missing_ok=True)
    return True


def _is_zombie(pid: int) -> bool:
    try:
        waited, _ = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return False
    return waited == pid


@contextmanager
def running(data_dir: Path, *, usual_ports: bool) -> Iterator[Plan]:
    """Yield the plan of a stack that is stopped afterwards."""
    plan = up(data_dir, usual_ports=usual_ports)
    try:
        yield plan
    finally:
        down(data_dir)
