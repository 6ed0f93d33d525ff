"""The page of threats: every test that it names is there, and none of its borders goes without one."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "threat-model.md").read_text()
NAMED = re.findall(r"`(test_\w+)::(test_\w+)`", PAGE)


def _tests() -> dict[str, set[str]]:
    return {
        path.stem: {
            node.name
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        for path in (ROOT / "tests").rglob("test_*.py")
    }


def test_every_test_that_the_page_names_exists() -> None:
    there = _tests()
    assert len(NAMED) > 40
    assert [f"{module}::{name}" for module, name in NAMED if name not in there.get(module, set())] == []


def test_each_line_of_a_table_of_threats_names_a_test() -> None:
    borders = PAGE[PAGE.index("## Borders") :]
    rows = [line for line in borders.splitlines() if line.startswith("| ") and "---" not in line]
    lines = [line for line in rows if not line.startswith("| threat ")]
    assert lines
    assert [line for line in lines if not re.search(r"`test_\w+::test_\w+`", line)] == []


def test_every_border_of_the_drawing_has_its_chapter() -> None:
    assert re.findall(r"^### (\d)\. ", PAGE, re.MULTILINE) == [str(number) for number in range(1, 10)]
