"""The command line by itself: what it loads, what it refuses before asking anybody, how it ends, how it prints."""

import re
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from app.cli import exits, terminal
from app.cli.asking import Asking, Command
from app.cli.examples import EXAMPLES
from app.cli.exits import MEANING, Exit
from app.cli.main import app
from app.cli.root import Root
from app.cli.run.queries import queries
from app.errors import AppError, Conflict, InvalidInput, Misconfigured, NotFound, Unavailable, UpstreamRefused
from app.roles.stack import ROOT

HEAVY = (
    "scipy",
    "numpy",
    "pyarrow",
    "fastapi",
    "sqlalchemy",
    "pydantic",
    "aiokafka",
    "httpx",
    "jsonschema_rs",
    "docx",
)
DEMO = str(ROOT / "data/eng5-demo")
EXECUTE = ["run", "--assets", DEMO, "--mode", "execute"]
ALIGN = ["run", "--assets", DEMO, "--mode", "anchor-align-test"]
ID = "5d1f0c0a-6f2e-4f6b-9a51-2c8f0f3f7b11"


def ended(*words: str, **environment: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"} | environment)
    return result.exit_code, result.output


def every_command() -> list[list[str]]:
    """Return the words that lead to each command."""
    found: list[list[str]] = []

    def walk(command: object, words: list[str]) -> None:
        inner = getattr(command, "commands", None)
        if inner is None:
            found.append(words)
        for name, one in (inner or {}).items():
            walk(one, [*words, name])

    walk(typer.main.get_command(app), [])
    return found


def test_help_loads_nothing_heavy() -> None:
    said = f"import sys, app.cli.main; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_every_command_has_a_help_that_begins_with_a_sentence(words: list[str]) -> None:
    code, said = ended(*words, "--help")
    assert code == 0
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    assert lines[0].startswith("Usage:")
    first = said.split("\n\n")[1].strip()
    assert first[0].isupper()
    assert "--verbose" in said
    assert "Example:" in said
    undescribed = [line for line in lines if line.startswith("--") and "  " not in line and len(line) < 24]
    assert undescribed == []


def test_every_command_has_its_example_in_the_page() -> None:
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    without = [words for words in map(" ".join, every_command()) if f"cj-runner {words}" not in page]
    assert without == []


def test_the_page_has_the_exit_codes_as_they_are() -> None:
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    assert [code for code, meaning in MEANING.items() if f"| {code.value} | {meaning} |" not in page] == []
    assert set(MEANING) == set(Exit)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (InvalidInput, 3),
        (NotFound, 3),
        (Conflict, 3),
        (Misconfigured, 3),
        (Unavailable, 7),
        (UpstreamRefused, 7),
    ],
)
def test_an_expected_error_ends_a_command_by_whose_turn_it_is(kind: type[AppError], code: int) -> None:
    assert exits.of_error(kind("a sentence")) == code


def test_a_run_ends_the_command_that_waited_for_it() -> None:
    states = ("completed", "failed", "completed_partial", "cancelled", "timed_out")
    assert [exits.of_run(state).value for state in states] == [0, 4, 5, 5, 6]


@pytest.mark.parametrize("label", ["", "   "])
def test_a_label_that_expanded_to_nothing_is_refused_with_the_way_out(label: str) -> None:
    code, said = ended("run", "--assets", DEMO, "--batch-id", label)
    assert (code, '--batch-id "eng5-$(date' in said) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run"], "say which essays"),
        (EXECUTE, "--assignment-id: execute needs one"),
        ([*EXECUTE, "--assignment-id", ID], "--course-id: execute needs one"),
        ([*ALIGN, "--expected-grade-scale", "x"], "needs --assignment-id"),
        (
            [*EXECUTE, "--assignment-id", ID, "--course-id", ID, "--anchor-align-model", "x"],
            "anchor-align-test only",
        ),
        (["run", "--assets", DEMO, "--rubric", "001_baseline"], "asks no judge"),
        ([*ALIGN, "--auto-extract-eng5-db"], "needs --await-completion"),
        ([*ALIGN, "--auto-extract-eng5-db", "--await-completion"], "needs --output-dir"),
        ([*ALIGN, "--course-code", "ENG9"], "is one of ENG5"),
        ([*ALIGN, "--language", "fr"], "is en or sv"),
        ([*ALIGN, "--completion-timeout", "0"], "above 0"),
        ([*ALIGN, "--completion-timeout", "nan"], "above 0"),
        ([*ALIGN, "--label", "team"], "is no KEY=VALUE"),
        ([*ALIGN, "--max-comparisons", "1"], "--max-comparisons"),
        ([*ALIGN, "--llm-temperature", "2.1"], "--llm-temperature"),
        ([*ALIGN, "--mode", "guess"], "--mode"),
        ([*ALIGN, "--iterations", "2"], "--iterations: goes with --mode boundary-test only"),
        ([*ALIGN, "--mode", "boundary-test", "--pair", "one"], "is no ESSAY,ESSAY"),
        ([*ALIGN, "--system-prompt", "no such prompt"], "no name of a prompt"),
    ],
)
def test_what_cannot_be_is_a_usage_error_that_names_the_option(words: list[str], said: str) -> None:
    code, output = ended(*words)
    assert (code, said in output) == (2, True), output


@pytest.mark.parametrize(("option", "shown"), [([], False), (["--verbose"], True)])
def test_a_mistake_of_ours_is_confessed_in_one_sentence_and_shown_with_verbose(
    option: list[str], *, shown: bool
) -> None:
    broken = typer.Typer(cls=Root)

    @broken.callback()
    def root() -> None:
        pass

    @broken.command(cls=Command)
    def divide() -> None:
        raise ZeroDivisionError

    done = CliRunner().invoke(broken, ["divide", *option])
    assert done.exit_code == Exit.NO
    assert done.output.startswith("error: this is a mistake in cj-runner itself (ZeroDivisionError)")
    assert ("Traceback" in done.output) is shown


def test_piped_tables_are_plain_and_keep_their_columns(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.table(("A", "B"), [("[red]x[/red]", "\x1b[31mred\x1b[0m"), ("a\tb", "c\nd")], "T")
    out = capsys.readouterr().out
    assert out == "# T\nA\tB\n[red]x[/red]\t\\x1b[31mred\\x1b[0m\na\\tb\tc\\nd\n"


def test_json_for_people_holds_nothing_that_moves_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    import json

    value = {"label": "a\x1b[2Jb\u202e\x9b1m", "å": 1}
    terminal.document(value)
    out = capsys.readouterr().out
    assert json.loads(out) == value
    assert all(letter.isprintable() or letter == "\n" for letter in out)


def test_the_queries_name_metrics_that_there_are_and_this_runs_judge() -> None:
    metrics = "".join((ROOT / f"app/{where}/metrics.py").read_text() for where in ("cj", "gateway"))
    found = queries("openai", 'gpt"5\\', "provider_batch_api")
    assert len(found) == 6
    for name in (
        *("cj_llm_requests_total", "cj_llm_batches_started_total", "llm_provider_serial_bundle_calls_total"),
        *("llm_provider_serial_bundle_items_per_call", "llm_provider_queue_wait_time_seconds"),
        "llm_provider_queue_expiry_total",
    ):
        assert f'"{name}"' in metrics
        assert any(name in query for query in found.values())
    assert 'model="gpt\\"5\\\\"' in found["serial bundles judged, a second"]
    assert 'queue_processing_mode="batch_api"' in found["seconds in the queue, 95 %"]
    assert "{" not in queries(None, None, None)["batches begun"].replace("{}", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_can_be_shown_for_each_shell(shell: str) -> None:
    known = {"_CJ_RUNNER_COMPLETE": f"source_{shell}"}
    done = subprocess.run(
        [sys.executable, "-c", "from app.cli.main import app; app(prog_name='cj-runner')"],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)} | known,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "cj-runner" in done.stdout, done.stderr


def test_completion_knows_the_commands() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from app.cli.main import app; app(prog_name='cj-runner')"],
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "_CJ_RUNNER_COMPLETE": "complete_bash",
            "COMP_WORDS": "cj-runner runs ca",
            "COMP_CWORD": "2",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["cancel"], done.stderr


def test_every_command_that_asks_the_runner_takes_its_address() -> None:
    assert {option.name for option in Asking.beside()} == {"url", "token_file", "token", "api"}


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_the_example_of_a_command_is_one_of_it_with_options_that_it_has(words: list[str]) -> None:
    example = EXAMPLES[" ".join(words)].split(" ")
    assert example[: len(words)] == words
    _, said = ended(*words, "--help")
    options = re.findall(r"(?<![\w-])--?[a-z][\w-]*", said.partition("Example:")[0])
    assert [word for word in example[len(words) :] if word.startswith("-") and word not in options] == []


def test_no_example_is_of_a_command_that_is_gone() -> None:
    assert set(EXAMPLES) == {" ".join(words) for words in every_command()}
