"""The runbook: each command of its two pages, run as it stands beside a system of its own; its links and names."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from app.cli.stack import down
from app.roles.free_ports import free_ports
from app.roles.stack import ROOT
from app.runner.web.run_words import REMEDIES
from tests.e2e.test_quickstart import DONE, blocks_of, matches, script_of
from tests.unit.test_alerts import anchors, rules

PAGES = ("docs/runbook-runs.md", "docs/runbook.md")
LEAST_BLOCKS = {"docs/runbook-runs.md": 10, "docs/runbook.md": 5}
COPY_PORT = "8399"


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.fixture
def empty_folder(new_server_dir: Callable[[], Path]) -> Iterator[Path]:
    """A folder with the demo essays in it; what is started there is stopped."""
    folder = new_server_dir()
    (folder / "data").symlink_to(ROOT / "data")
    yield folder
    down(folder / "var/stack")


def run_script(script: str, folder: Path) -> tuple[int, str, str]:
    """Run ``script`` in ``folder``; return exit code, output and errors. What it left running is ended."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "OPENBLAS_NUM_THREADS": "1",
    }
    with subprocess.Popen(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as shell:
        try:
            printed, errors = shell.communicate(timeout=400)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
    return shell.returncode, printed, errors


def run_page(page: str, folder: Path) -> None:
    """Run the commands of ``page`` in ``folder``; fails where one fails or prints what the page does not show."""
    [port] = free_ports([0])
    blocks = blocks_of(text_of(page).replace(COPY_PORT, str(port)))
    assert len(blocks) >= LEAST_BLOCKS[page], f"{page} has lost its commands"
    code, left, errors = run_script(script_of(blocks), folder)
    for number, block in enumerate(blocks):
        printed, end, left = left.partition(DONE.format(number) + "\n")
        assert end, f"{page} broke in\n{block.commands}\nafter printing\n{printed}\n{errors[-3000:]}"
        if block.shown is not None:
            assert matches(block.shown, printed), f"{page}:\n{block.commands}\nprinted\n{printed}"
    assert code == 0, errors


@pytest.mark.timeout(600)
def test_every_command_of_the_runbook_works_and_prints_what_it_shows(empty_folder: Path) -> None:
    for command in ("bash", "curl", "jq", "tar"):
        assert shutil.which(command), f"{command} is needed to run the commands of the runbook: install it"
    for page in PAGES:
        run_page(page, empty_folder)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_the_runbook_leads_somewhere(page: str) -> None:
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        place, _, anchor = link.partition("#")
        target = ((ROOT / page).parent / place if place else ROOT / page).resolve()
        if not target.is_file() or (anchor and anchor not in anchors(str(target.relative_to(ROOT)))):
            dead.append(link)
    assert dead == []


def test_the_runbook_says_of_every_reason_of_an_end_what_to_do() -> None:
    rows = [line.split("|")[1] for line in text_of("docs/runbook.md").splitlines() if line.startswith("| ")]
    told = set(re.findall(r"`(\w+)`", " ".join(rows)))
    assert set(REMEDIES) - told == set()


@pytest.mark.parametrize("page", PAGES)
def test_the_runbook_names_only_settings_that_exist(page: str) -> None:
    known = text_of("docs/settings.md")
    prefixes = ("RUNNER_", "CJ_ASSESSMENT_SERVICE_", "LLM_PROVIDER_SERVICE_", "KAFKA_", "WEBHOOKS_", "DATABASE_")
    named = {name for name in re.findall(r"\b[A-Z][A-Z0-9_]+[A-Z]\b", text_of(page)) if name.startswith(prefixes)}
    assert {name for name in named if f"`{name}`" not in known} == set()


def test_no_alert_sends_people_to_readiness_for_what_it_does_not_tell() -> None:
    """``/readyz`` tells of the database alone; ``cj-runner preflight`` tells of broker and neighbours."""
    assert [rule["alert"] for rule in rules("alert") if "/readyz" in rule["annotations"]["what_to_do"]] == []
