"""Commands of pages, run as they stand, in order, before a real stack; what they print is compared."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.roles.stack import ROOT, Stack

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = ("quickstart-curl.md", "api.md", "experiments.md")
USUAL_API = "http://127.0.0.1:8300"
DONE = "-- block {} ended --"
ANYTHING = "…"


@dataclass(frozen=True)
class Block:
    """Commands of a page, and what the page says that they print, if it says so."""

    commands: str
    shown: str | None


def blocks_of(page: str) -> list[Block]:
    """Return the blocks of commands, each with the block of text that follows it, if one does."""
    found = FENCE.findall(page)
    following = [*found[1:], ("", "")]
    return [
        Block(body, after if kind == "text" else None)
        for (language, body), (kind, after) in zip(found, following, strict=True)
        if language == "sh"
    ]


def script_of(blocks: list[Block]) -> str:
    """Return one script that says after each block that it came so far."""
    parts = [f"{block.commands}\necho '{DONE.format(number)}'" for number, block in enumerate(blocks)]
    return "set -e -o pipefail\n" + "\n".join(parts)


def matches(shown: str, printed: str) -> bool:
    """Return whether ``printed`` is what the page shows, line by line."""
    wanted, got = shown.strip().splitlines(), printed.strip().splitlines()
    patterns = [".+".join(map(re.escape, line.split(ANYTHING))) for line in wanted]
    return len(wanted) == len(got) and all(
        re.fullmatch(pattern, line) for pattern, line in zip(patterns, got, strict=True)
    )


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_works_and_prints_what_the_page_shows(
    page: str, stack: Stack, tmp_path: Path
) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8").replace(USUAL_API, stack.plan.url("api"))
    blocks = blocks_of(text)
    assert len(blocks) >= 5, "the page has lost its commands"
    for command in ("bash", "curl", "python3", *(["jq"] if "jq " in script_of(blocks) else [])):
        assert shutil.which(command), f"{command} is needed to run the commands of docs/{page}: install it"
    (tmp_path / "data").symlink_to(ROOT / "data")
    done = subprocess.run(
        ["bash", "-c", script_of(blocks)], cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False
    )
    left = done.stdout
    for number, block in enumerate(blocks):
        printed, end, left = left.partition(DONE.format(number) + "\n")
        assert end, f"docs/{page} broke in\n{block.commands}\nafter printing\n{printed}\n{done.stderr}"
        if block.shown is not None:
            assert matches(block.shown, printed), f"docs/{page}:\n{block.commands}\nprinted\n{printed}"
    assert done.returncode == 0, done.stderr


def test_a_page_that_shows_something_else_is_found_out() -> None:
    [first, second] = blocks_of("```sh\necho a\n```\n\n```text\na\n```\n\nand\n\n```sh\nfalse\n```\n")
    assert (first.shown, second.shown) == ("a\n", None)
    assert matches("a … c\n", "a b c\n")
    assert not matches("a … c\n", "a b d\n")
    assert not matches("a\n", "a\nb\n")
    ended = subprocess.run(["bash", "-c", script_of([first, second])], capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert DONE.format(0) in ended.stdout
    assert DONE.format(1) not in ended.stdout
