"""Texts of others on terminals and in logs: seen as they are spelt, and never obeyed."""

import ast
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from app.cli import terminal
from app.cli.engine.extract_text import columns
from app.roles.stack import ROOT
from app.runner.reports.markdown import cell, fenced
from app.settings import TelemetrySettings
from app.telemetry import logs
from app.telemetry.printable import printable, printable_json

HOSTILE = [
    "[/]",
    "[red]x[/red]",
    "[link=https://x]y[/link]",
    "\\[bold]",
    "\x1b[2J\x1b[31mgone",
    "\x1b]8;;https://x\x07y\x1b]8;;\x07",
    "\x9b31m",
    "a\nb",
    "a\rb",
    "a\x85b",
    "a\u2028b",
    "\u202egpj.exe",
    "\ud800",
    "\x00",
    "\x7f",
]
ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What must never be printed; line feeds and tabs are the commands' own."""
ECHOES = {"main.py", "contracts.py", "api_keys.py", "follow.py"}
"""Commands that print words of their own only, and keys, exactly."""
STYLE = re.compile("\x1b\\[[0-9;]*m")


@given(st.text())
def test_what_is_printable_holds_nothing_that_acts_and_is_one_line(text: str) -> None:
    shown = printable(text)
    assert not ACTS.search(shown)
    assert "\n" not in shown
    assert len(shown.splitlines()) <= 1
    assert printable(shown) == shown


@given(st.text(st.characters(exclude_categories=["C", "Z"])))
def test_letters_of_all_scripts_are_shown_as_they_are(text: str) -> None:
    assert printable(text) == text


@given(st.recursive(st.text() | st.integers(-9, 9), st.lists))
def test_json_means_the_same_when_it_is_made_printable(value: object) -> None:
    shown = printable_json(json.dumps(value, ensure_ascii=False))
    assert not ACTS.search(shown)
    assert json.loads(shown) == value


def test_controls_are_shown_by_the_name_that_programmers_know() -> None:
    assert printable("\x1b[31m\t\n\u2028\U000e0001") == r"\x1b[31m\t\n\u2028\U000e0001"
    assert printable("a\nb\tc\r", keep="\n\t") == "a\nb\tc\\r"


@pytest.mark.parametrize("at_terminal", [True, False], ids=["terminal", "pipe"])
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_whatever_commands_print_shows_a_hostile_name_as_it_is_spelt(
    text: str, at_terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "is_terminal", lambda: at_terminal)
    monkeypatch.setenv("COLUMNS", "200")
    for tell in (terminal.line, terminal.strong, terminal.note, terminal.error):
        tell(f"label {text}")
    terminal.table(["Name"], [[text]], title=text)
    terminal.facts({"name": text})
    printed = capsys.readouterr()
    unstyled = STYLE.sub("", printed.out + printed.err)
    assert not ACTS.search(unstyled)
    assert unstyled.count(printable(text)) == 7
    assert "\x1b[31m" not in printed.out + printed.err


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_text_and_json_hold_nothing_that_acts(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    terminal.text(text)
    terminal.document({"name": text})
    assert not ACTS.search(capsys.readouterr().out)


def test_columns_of_plain_text_and_reports_hold_nothing_that_acts() -> None:
    for text in HOSTILE:
        assert not ACTS.search("".join([*columns(["Id"], [[text]]), cell(text), *fenced(text)]))


def test_nothing_is_written_to_the_terminal_past_the_place_that_makes_it_harmless() -> None:
    """Rich takes what it is given for markup, and ``echo`` passes everything on."""
    for path in sorted((ROOT / "app" / "cli").rglob("*.py")):
        if path.name == "terminal.py":
            continue
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            name = ast.unparse(call.func)
            place = f"{path.name}:{call.lineno}"
            assert name != "print", f"{place}: use terminal"
            assert not name.endswith((".add_row", "onsole.print")), f"{place}: use terminal.table"
            if name == "typer.echo":
                assert path.name in ECHOES, f"{place}: use terminal.line"


@pytest.fixture(params=["json", "console"])
def log_format(request: pytest.FixtureRequest) -> Iterator[str]:
    root, before = logging.getLogger(), logging.getLogger().handlers
    level = root.level
    yield str(request.param)
    root.handlers = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_hostile_value_is_one_line_of_the_log(
    log_format: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("tests", TelemetrySettings(log_format=log_format))
    structlog.get_logger("a").warning(f"event {text}", value=text, inside={text: [text]}, **{text: 1})
    logging.getLogger("b").warning("said %s", text)
    lines = capsys.readouterr().out.split("\n")
    assert len(lines) == 3
    assert not any(ACTS.search(line) for line in lines)
    if log_format == "json":
        assert [json.loads(line)["event"] for line in lines[:2]] == [f"event {text}", f"said {text}"]


def test_the_text_of_an_error_feigns_no_event(log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("tests", TelemetrySettings(log_format=log_format))
    error = ValueError("\x1b[31mbad\n2026-01-01 [info] all is well\r\nand more")
    structlog.get_logger("a").error("failed", exc_info=error)
    printed = capsys.readouterr().out
    assert not ACTS.search(printed)
    assert not any(line.startswith("2026-01-01 [info]") for line in printed.splitlines())


def test_a_log_takes_values_that_strict_json_does_not_know(
    log_format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("tests", TelemetrySettings(log_format=log_format))
    structlog.get_logger("a").warning("odd", number=2**70, half="\ud800", path=Path("x"), by={1: 2}, raw=b"\xff")
    assert "odd" in capsys.readouterr().out
