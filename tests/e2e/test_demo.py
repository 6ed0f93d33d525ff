"""The demo, as a newcomer runs it."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.roles.stack import ROOT


@pytest.fixture(scope="module")
def demo(new_server_dir: Callable[[], Path]) -> "subprocess.CompletedProcess[str]":
    where = new_server_dir() / "demo"
    return subprocess.run(
        [sys.executable, "-m", "app.cli.main", "demo", "--data-dir", str(where)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def test_the_demo_ends_well(demo: "subprocess.CompletedProcess[str]") -> None:
    assert demo.returncode == 0, demo.stdout + demo.stderr


def test_the_replayed_people_agree_with_the_gold_ranking(demo: "subprocess.CompletedProcess[str]") -> None:
    found = re.search(r"gold ranking \(35 texts\): (-?[0-9.]+)", demo.stdout)
    assert found is not None, demo.stdout
    assert float(found[1]) > 0.5


def test_the_demo_shows_both_runs_with_their_costs_and_reports(
    demo: "subprocess.CompletedProcess[str]",
) -> None:
    assert demo.stdout.count("completed") >= 2
    assert "replay::school-uniform-good" in demo.stdout
    assert "mock::latent" in demo.stdout
    assert "assessment_run.execute.json" in demo.stdout
    assert "report.md" in demo.stdout
