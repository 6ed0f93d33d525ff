"""docs/logs.md and the log calls of the code say the same: every event, its level, its service, its fields."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "exception": "error"}
SERVICES = {"runner": "runner", "cj": "engine", "gateway": "gateway"}
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| ([\w, ]+) \| ([^|]*) \| ([^|]+) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Said:
    event: str
    level: str
    service: str
    fields: frozenset[str]


def test_the_page_has_every_event_of_the_code_and_no_other() -> None:
    assert on_the_page() == merged(in_the_code())


def test_every_event_says_what_to_do() -> None:
    assert [row[0] for row in rows() if len(row[4].strip()) < 5] == []


def rows() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = ROW.findall((ROOT / "docs/logs.md").read_text())
    return found


def on_the_page() -> set[Said]:
    return {
        Said(event, level, service, frozenset(re.findall(r"`(\w+)`", fields)))
        for event, level, service, fields, _ in rows()
    }


def merged(calls: Iterator[Said]) -> set[Said]:
    by_name: dict[tuple[str, str, str], frozenset[str]] = {}
    for said in calls:
        key = said.event, said.level, said.service
        by_name[key] = by_name.get(key, frozenset()) | said.fields
    return {Said(*key, fields) for key, fields in by_name.items()}


def in_the_code() -> Iterator[Said]:
    for path in sorted((ROOT / "app").rglob("*.py")):
        tree = ast.parse(path.read_text())
        service = SERVICES.get(path.relative_to(ROOT).parts[1], "every one")
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_log(node.func):
                fields = {word.arg for word in node.keywords if word.arg and word.arg != "exc_info"}
                for event in events(node.args[0], tree):
                    yield Said(event, LEVELS[node.func.attr], service, frozenset(fields))


def is_log(called: ast.Attribute) -> bool:
    return called.attr in LEVELS and ast.unparse(called.value) in {"log", "structlog.get_logger(__name__)"}


def events(first: ast.expr, tree: ast.Module) -> list[str]:
    """Return the events that a call may name: a text, or one out of a mapping of the module."""
    if isinstance(first, ast.Constant):
        return [str(first.value)]
    assert isinstance(first, ast.Subscript), f"line {first.lineno}: the name of an event is not in the code"
    name = ast.unparse(first.value)
    [mapping] = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == name
        and isinstance(node.value, ast.Dict)
    ]
    return [str(value.value) for value in mapping.values if isinstance(value, ast.Constant)]
