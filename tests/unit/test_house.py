"""The rules of the house that a linter does not know."""

import ast
import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import app
from app.errors import AppError

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
SOURCES = sorted(APP.rglob("*.py"))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
HTTPX_DOORS = re.compile(r"(_http|client[a-z_]*)\.py$")


def _parsed() -> Iterator[tuple[Path, ast.Module, str]]:
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        yield path.relative_to(ROOT), ast.parse(text), text


def test_no_file_is_longer_than_400_lines() -> None:
    every = [*SOURCES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    long = {str(path.relative_to(ROOT)): n for path in every if (n := len(path.read_text().splitlines())) > 400}
    assert long == {}


def test_no_function_is_longer_than_50_lines() -> None:
    long = {
        f"{path}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path, tree, _ in _parsed()
        for node in ast.walk(tree)
        if isinstance(node, FUNCTIONS) and (node.end_lineno or 0) - node.lineno + 1 > 50
    }
    assert long == {}


def test_every_module_says_its_place_in_its_first_line() -> None:
    bad = [str(path) for path, tree, _ in _parsed() if not _good_first_line(ast.get_docstring(tree))]
    assert bad == []


def _good_first_line(docstring: str | None) -> bool:
    first = (docstring or "").split("\n")[0]
    return len(first) > 15 and first.rstrip().endswith((".", ":"))


def test_only_the_unit_of_work_commits() -> None:
    committing = [
        str(path) for path, _, text in _parsed() if re.search(r"connection\.commit\(|session\.commit\(", text)
    ]
    assert committing == ["app/db/unit.py"]


def test_httpx_has_its_doors() -> None:
    strangers = [
        str(path)
        for path, tree, _ in _parsed()
        if "httpx" in _imported(tree) and not HTTPX_DOORS.search(path.name)
    ]
    assert strangers == []


def _imported(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_only_roles_and_the_command_line_read_the_environment() -> None:
    readers = [
        str(path)
        for path, _, text in _parsed()
        if re.search(r"os\.environ|os\.getenv", text) and path.parts[1] not in {"roles", "cli", "settings"}
    ]
    assert readers == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"service.py", "utils.py", "helpers.py", "manager.py", "common.py", "misc.py"}
    assert [str(path) for path in SOURCES if path.name in empty] == []


def test_every_error_has_its_own_code() -> None:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if module.name != "app.__main__":
            importlib.import_module(module.name)
    codes = Counter(kind.code for kind in _family(AppError))
    assert {code: count for code, count in codes.items() if count > 1} == {}


def _family(kind: type[AppError]) -> Iterator[type[AppError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _family(child)


def test_the_map_names_every_package() -> None:
    packages = {path.name for path in APP.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    named = set(re.findall(r"^``(\w+)``", app.__doc__ or "", re.MULTILINE))
    assert packages <= named


def test_exemptions_from_lint_are_few_and_have_a_reason() -> None:
    marks = [
        (str(path), line.strip())
        for path, _, text in _parsed()
        for line in text.splitlines()
        if "noqa" in line or "type: ignore" in line
    ]
    without_reason = [
        mark for mark in marks if not re.search(r"(noqa: [A-Z]+[0-9]+|ignore\[[a-z-]+\]).*- \w+", mark[1])
    ]
    assert without_reason == []
    assert len(marks) <= 10


def test_no_path_of_a_machine_and_no_stranger_is_named() -> None:
    forbidden = re.compile(r"/work/|/root/|\.\./shared|(?<!emit)-index-url|pypi\.org|files\.pythonhosted")
    suffixes = {".py", ".md", ".toml", ".yml", ".yaml", ".lock", ".json", ".txt", ".mako"}
    here = Path(__file__).name
    files = [
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and (path.suffix in suffixes or path.name in {"Makefile", "Dockerfile"})
        and not {".venv", "var", ".git", ".mypy_cache", ".ruff_cache", ".hypothesis"}
        & set(path.relative_to(ROOT).parts)
        and path.name != here
    ]
    assert [
        str(path.relative_to(ROOT)) for path in files if forbidden.search(path.read_text(errors="replace"))
    ] == []


def test_every_error_says_when_it_happens_and_what_to_do() -> None:
    kinds = list(_family(AppError))
    silent = [kind.code for kind in kinds if not kind.__doc__ or len(kind.way_out) < 20]
    borrowed = [kind.code for kind in AppError.__subclasses__() if "way_out" not in vars(kind)]
    assert (silent, borrowed) == ([], [])
