"""The command line in a shell: its completion in three of them, and a pipe that nobody reads any more."""

import os
import re
import subprocess
import sys

import pytest

from app.cli.exits import Exit
from app.roles.stack import ROOT

START = "import sys; sys.argv[0] = 'cj-runner'; from app.cli.main import app; app(prog_name='cj-runner')"


def started(*words: str, **variables: str) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "120"} | variables
    command = [sys.executable, "-c", START, *words]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=pipe, stderr=pipe, text=True)


def typed(shell: str, line: str) -> dict[str, str]:
    """Return the variables by which a shell asks what may follow ``line``."""
    asks = {"_CJ_RUNNER_COMPLETE": f"complete_{shell}"}
    if shell == "bash":
        return asks | {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    return asks | {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("line", "found", "others"),
    [
        ("cj-runner ru", {"run", "runs"}, {"fit"}),
        ("cj-runner run --mode an", {"anchor-align-test"}, {"execute"}),
        ("cj-runner runs sh", {"show"}, {"list"}),
    ],
)
def test_each_shell_is_told_what_may_follow(shell: str, line: str, found: set[str], others: set[str]) -> None:
    said, complaint = started(**typed(shell, line)).communicate(timeout=60)
    words = set(re.findall(r"[\w-]+", said))
    assert complaint == ""
    assert found <= words
    assert not others & words


@pytest.mark.parametrize("words", [("--help",), ("plan-budget", "--essays", "6", "--seeds", "1")], ids=" ".join)
def test_a_command_whose_output_nobody_reads_ends_quietly_as_other_tools_do(words: tuple[str, ...]) -> None:
    process = started(*words)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.wait(timeout=60) == Exit.UNREAD
    assert process.stderr.read() == ""
    process.stderr.close()
