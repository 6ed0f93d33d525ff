"""Every command of the page about the command line, run as it stands, in one session beside a real stack."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.contracts.topics import Topic
from app.db.unit import Database
from app.messaging.bus import Record
from app.messaging.dead_letters import DeadLetter, put_aside
from app.roles.stack import ROOT, Stack
from app.runner.tables import messages
from app.settings import DatabaseSettings
from tests.e2e.test_quickstart import DONE, blocks_of, matches, script_of


async def put_two_aside(database_url: str) -> None:
    """Leave two messages that the runner could not take in."""
    database = Database.connect(DatabaseSettings(url=database_url), application_name="tests")
    value = b'{"data": {"essay": "My grandmother mends"}}'
    letters = [
        DeadLetter(Record(Topic.COMPARISON_RESULT, 99, number, None, value), "invalid_shape", "data: missing")
        for number in (1, 2)
    ]
    async with database.transaction() as connection:
        await put_aside(connection, messages, "cj_runner", letters)
    await database.close()


@pytest.fixture
def beside_the_stack(stack: Stack, tmp_path: Path) -> Path:
    """A folder in which the stack looks as one that ``cj-runner up`` started there."""
    asyncio.run(put_two_aside(stack.plan.database_url))
    stack.plan.write()
    (tmp_path / "var").mkdir()
    (tmp_path / "var/stack").symlink_to(stack.plan.data_dir)
    (tmp_path / "data").symlink_to(ROOT / "data")
    return tmp_path


@pytest.mark.timeout(400)
def test_every_command_of_the_page_works_and_prints_what_the_page_shows(beside_the_stack: Path) -> None:
    blocks = blocks_of((ROOT / "docs/cli.md").read_text(encoding="utf-8"))
    assert len(blocks) >= 10, "the page has lost its commands"
    assert shutil.which("jq"), "jq is needed to run the commands of docs/cli.md: install it"
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(beside_the_stack),
        "OPENBLAS_NUM_THREADS": "1",
    }
    done = subprocess.run(
        ["bash", "-c", script_of(blocks)],
        cwd=beside_the_stack,
        env=environment,
        capture_output=True,
        text=True,
        timeout=380,
        check=False,
    )
    left = done.stdout
    for number, block in enumerate(blocks):
        printed, end, left = left.partition(DONE.format(number) + "\n")
        assert end, f"docs/cli.md broke in\n{block.commands}\nafter printing\n{printed}\n{done.stderr[-3000:]}"
        if block.shown is not None:
            assert matches(block.shown, printed), f"docs/cli.md:\n{block.commands}\nprinted\n{printed}"
    assert done.returncode == 0, done.stderr
