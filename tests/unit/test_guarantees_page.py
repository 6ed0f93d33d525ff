"""The page of promises names tests that exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


def _tests_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds) and node.name.startswith("test_")}


def test_every_test_that_the_page_names_exists() -> None:
    known = {path: _tests_of(ROOT / path) for path in {path for path, _ in NAMED}}
    assert [f"{path}::{name}" for path, name in NAMED if name not in known[path]] == []


def test_every_promise_has_tests() -> None:
    sections = re.split(r"^## (?=\d)", PAGE.partition("## How it is checked")[0], flags=re.MULTILINE)[1:]
    assert len(sections) == 6
    assert [section.splitlines()[0] for section in sections if "::test_" not in section] == []


def test_every_file_that_the_page_names_exists() -> None:
    files = set(re.findall(r"`(tests/[\w/]+\.(?:py|sql))`", PAGE))
    assert [name for name in sorted(files) if not (ROOT / name).is_file()] == []
