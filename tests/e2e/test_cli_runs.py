"""Runs driven from the command line before a real stack: how each end is told, Ctrl-C, a service that is away."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.roles.stack import ROOT, Stack

DEMO = str(ROOT / "data/eng5-demo")
LONG = (
    "run",
    "--assets",
    DEMO,
    "--mode",
    "anchor-align-test",
    "--llm-provider",
    "mock",
    "--max-comparisons",
    "2000",
)
WAITING = (*LONG, "--stop", "cap", "--await-completion")
PATIENCE_S = 60.0
VERDICT_FILE = r"events/comparisons/\d{6}_[0-9a-f-]{36}\.json"
LAYOUT = {
    r"assessment_run\.anchor-align-test\.json": 1,
    r"requests/els_cj_assessment_request_\d{4}-\d\d-\d\dT\d{6}\.\d{1,6}Z\.json": 1,
    r"events/assessment_results/assessment_result_001\.json": 1,
    r"events/completions/cj_completion_001\.json": 1,
    r"anchor_align_.+_\d{8}_\d{6}\.md": 1,
    r"report\.(md|html|json)": 3,
    r"results\.json": 1,
    r"manifest\.json": 1,
}
TAKE_THE_TERMINAL = """
import os, sys
os.open(os.ttyname(0), os.O_RDWR)
os.execv(sys.executable, [sys.executable, "-m", "app.cli.main", *sys.argv[1:]])
"""
"""A session that opens a terminal owns it: only then does Ctrl-C reach its processes."""


def shell(stack: Stack, tmp_path: Path, **more: str) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("CJ_RUNNER_")}
    place = {"CJ_RUNNER_URL": stack.plan.url("api"), "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    return known | place | {"OPENBLAS_NUM_THREADS": "1", "TERM": "xterm", "COLUMNS": "120"} | more


def run(stack: Stack, tmp_path: Path, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "app.cli.main", *words],
        env=shell(stack, tmp_path, **more),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


class Terminal:
    """A command in front of a person: what it shows so far, and keys to press."""

    def __init__(self, process: "subprocess.Popen[bytes]", master: int) -> None:
        self.process, self._master, self.shown = process, master, ""

    def until(self, words: str) -> None:
        """Read until ``words`` are shown; fails when they do not come."""
        end = time.monotonic() + PATIENCE_S
        while words not in self.shown:
            assert time.monotonic() < end, self.shown
            if select.select([self._master], [], [], 1.0)[0]:
                self.shown += self._read()

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def ended(self) -> int:
        """Read to the end; return the exit code."""
        end = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            assert time.monotonic() < end, self.shown
            if select.select([self._master], [], [], 0.5)[0]:
                self.shown += self._read()
        return self.process.wait()

    def _read(self) -> str:
        try:
            return os.read(self._master, 65_536).decode(errors="replace")
        except OSError:
            return ""


@contextmanager
def terminal(stack: Stack, tmp_path: Path, *words: str) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", TAKE_THE_TERMINAL, *words],
        env=shell(stack, tmp_path),
        cwd=tmp_path,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        process.kill()
        process.wait()
        os.close(master)


def newest(stack: Stack, tmp_path: Path) -> dict[str, Any]:
    found = run(stack, tmp_path, "runs", "list", "--limit", "1", "--json")
    item: dict[str, Any] = json.loads(found.stdout)["items"][0]
    return item


def test_a_run_that_completes_ends_with_0_and_is_told_in_json(stack: Stack, tmp_path: Path) -> None:
    words = (*LONG[:-1], "12", "--await-completion", "--output", "json", "--output-dir", "out")
    done = run(stack, tmp_path, *words)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["exit_code"], found["summary"]["status"], found["summary"]["comparisons"]) == (
        0,
        "completed",
        12,
    )
    assert all((tmp_path / name).is_file() for name in found["files"])
    lie_as_they_should([Path(name).relative_to("out").as_posix() for name in found["files"]], 12)
    queries = " ".join(found["summary"]["queries"].values())
    assert 'provider="mock"' in queries
    assert 'model="latent"' in queries
    assert "running: " in done.stderr
    assert "\x1b" not in done.stderr


def lie_as_they_should(paths: list[str], verdicts: int) -> None:
    """Check that the files of a run among anchors lie where the page on files says, and no others."""
    left = set(paths)
    for pattern, count in (LAYOUT | {VERDICT_FILE: verdicts}).items():
        fitting = {path for path in left if re.fullmatch(pattern, path)}
        assert len(fitting) == count, (pattern, sorted(left))
        left -= fitting
    assert left == set()


def test_what_breaks_a_rule_ends_with_3_and_names_the_option(stack: Stack, tmp_path: Path) -> None:
    done = run(stack, tmp_path, *LONG, "--rubric", "none_such")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.splitlines()[-1].startswith("error: --rubric: there is no rubric prompt none_such; known: ")


def test_a_run_that_fails_ends_with_4_and_says_why(stack: Stack, tmp_path: Path) -> None:
    words = (
        "run",
        "--assets",
        DEMO,
        "--mode",
        "anchor-align-test",
        "--llm-provider",
        "openai",
        "--await-completion",
    )
    done = run(stack, tmp_path, *words)
    assert done.returncode == 4, done.stderr
    assert "\nreason\t" in done.stdout


def test_a_run_that_times_out_ends_with_6_and_says_what_is_missing(stack: Stack, tmp_path: Path) -> None:
    done = run(stack, tmp_path, *LONG[:-1], "40", "--await-completion", "--completion-timeout", "0.2")
    assert done.returncode == 6, done.stderr
    assert "partial data\tYES: the run timed out after" in done.stdout


def test_a_service_that_does_not_answer_ends_with_7_in_one_sentence(
    stack: Stack, tmp_path: Path, unused_tcp_port: int
) -> None:
    done = run(stack, tmp_path, "runs", "list", CJ_RUNNER_URL=f"http://127.0.0.1:{unused_tcp_port}")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (7, "", 1)
    assert "is the service running?" in done.stderr


def test_ctrl_c_asks_and_cancelling_ends_with_5(stack: Stack, tmp_path: Path) -> None:
    with terminal(stack, tmp_path, *WAITING) as shown:
        shown.until("wave")
        shown.press("\x03")
        shown.until("(c)ancel")
        shown.press("c\n")
        assert shown.ended() == 5, shown.shown
    assert "cancelling: what was paid for is kept" in shown.shown
    assert newest(stack, tmp_path)["status"] == "cancelled"


def test_ctrl_c_twice_leaves_and_the_run_goes_on(stack: Stack, tmp_path: Path) -> None:
    with terminal(stack, tmp_path, *WAITING) as shown:
        shown.until("wave")
        shown.press("\x03")
        shown.until("(w)atch on")
        shown.press("\x03")
        assert shown.ended() == 130, shown.shown
    assert "come back to it: cj-runner runs watch run_" in shown.shown
    left = newest(stack, tmp_path)
    assert left["status"] in {"published", "running"}
    assert run(stack, tmp_path, "runs", "cancel", left["id"]).returncode == 0


def test_without_a_terminal_an_interrupt_leaves_and_the_run_goes_on(stack: Stack, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli.main", *WAITING],
        env=shell(stack, tmp_path),
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    while "running" not in (line := process.stderr.readline()):
        assert line, "it ended before it ran"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, "the run goes on" in said) == (130, True), said
    assert run(stack, tmp_path, "runs", "cancel", newest(stack, tmp_path)["id"]).returncode == 0


@pytest.mark.parametrize("label", ["[red]x[/red] [/nothing]", "\x1b[31mred\x1b[0m", "a\tb\nc"])
def test_a_hostile_label_neither_crashes_nor_styles(stack: Stack, tmp_path: Path, label: str) -> None:
    started = run(stack, tmp_path, "run", "--assets", DEMO, "--mode", "plan", "--batch-id", label)
    assert started.returncode in {0, 3}, started.stderr
    with terminal(stack, tmp_path, "runs", "list", "--limit", "3") as shown:
        assert shown.ended() == 0
    assert "\x1b[31m" not in shown.shown
    listed = run(stack, tmp_path, "runs", "list", "--limit", "3")
    assert {line.count("\t") for line in listed.stdout.splitlines()} == {6}
