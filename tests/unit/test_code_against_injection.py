"""What no line of the code may do: compare secrets letter by letter, run texts, build SQL or pages of them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in (ROOT / "app").rglob("*.py")}
SECRET = re.compile(
    r"secret|token(?!_usage|s\b)|signature|passw|credential|digest|sha256|hmac|\bmac\b|api_key|cookie|session",
    re.IGNORECASE,
)
KNOWN_COMPARISONS = {
    "held.text_sha256 == new.text_sha256": "texts of anchors",
    "item.sha256 == wanted": "files of a package",
    "kept.digest != row['digest']": "two requests under one id",
    "digest == _digest(query, microseconds, run_id)": "a cursor belongs to its query; its sum has no key",
    "self.signing != 'hmac'": "the name of a way to sign",
    "known.signing != 'hmac'": "the name of a way to sign",
    "kind == 'hmac'": "the name of a way to sign",
    "found == entry.sha256": "a file and its manifest",
    "digest.hexdigest() != member.sha256": "a file and its manifest",
    "often[essay.text_sha256] == 1": "how often a text comes",
    "file.text_sha256 == digest": "texts of a package",
    "(self.algorithm == 'HS256') != (secret is not None)": "whether one is set",
}
RUNS_TEXT = {"eval", "exec", "__import__", "from_string", "system", "popen"}
PLOTS = "{{ block.draw() | safe }}"
"""SVG of our own, of which every text is escaped: ``app/runner/reports/plots/canvas.py``."""
OURS = re.compile(r"[A-Z_0-9]+|self\._[A-Z_]+")


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Yield file, call, and the last part of what is called."""
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield name, node, ast.unparse(node.func).rpartition(".")[2]


def is_constant(node: ast.expr) -> bool:
    """Return whether a text was written by us: a literal, a joined pair of them, or a constant of the module."""
    if isinstance(node, ast.BinOp):
        return is_constant(node.left) and is_constant(node.right)
    if isinstance(node, ast.Subscript):
        return is_constant(node.value)
    if isinstance(node, ast.Constant):
        return True
    return isinstance(node, ast.Name | ast.Attribute) and bool(
        OURS.fullmatch(ast.unparse(node).rpartition(".")[2])
    )


def test_secrets_are_compared_in_constant_time() -> None:
    found = {
        ast.unparse(node)
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and any(isinstance(way, ast.Eq | ast.NotEq) for way in node.ops)
    }
    in_sql = re.compile(r"\b\w+\.c\.\w+ == ")
    about_secrets = {text for text in found if SECRET.search(text) and not in_sql.match(text)}
    assert about_secrets == set(KNOWN_COMPARISONS), "use hmac.compare_digest, or say here why it is no secret"


def test_everything_that_proves_who_somebody_is_goes_through_compare_digest() -> None:
    used = {name for name, _, what in calls() if what == "compare_digest"}
    assert used == {"app/gateway/api/guard.py", "app/runner/access/doors.py", "app/runner/web/forms.py"}


def test_no_text_is_run_and_no_template_is_made_of_one() -> None:
    assert [f"{name}:{call.lineno} {what}" for name, call, what in calls() if what in RUNS_TEXT] == []
    compiled = [ast.unparse(call.func) for _, call, what in calls() if what == "compile"]
    assert set(compiled) <= {"re.compile"}


def test_only_our_own_constants_are_formats() -> None:
    found = [
        (name, ast.unparse(call))
        for name, call, what in calls()
        if what == "format" and isinstance(call.func, ast.Attribute) and not is_constant(call.func.value)
    ]
    allowed = {"app/runner/web/wording.py"}  # Markup of a literal, which escapes what it is given
    assert [item for item in found if item[0] not in allowed] == []


def test_markup_that_is_not_escaped_is_made_of_literals_only() -> None:
    made = [call for _, call, what in calls() if what == "Markup"]
    assert made
    assert all(isinstance(call.args[0], ast.Constant) for call in made)
    pages = [path for kind in ("html", "jinja", "j2") for path in (ROOT / "app").rglob(f"*.{kind}")]
    assert pages
    shown = [
        line.strip() for path in pages for line in path.read_text().splitlines() if "safe" in line.split("|")[-1]
    ]
    assert [line for line in shown if re.search(r"\|\s*safe\b", line)] == [PLOTS]
    assert not any("autoescape" in path.read_text() for path in pages)


def test_sql_in_words_is_written_by_us() -> None:
    for name, call, what in calls():
        if what == "text" and isinstance(call.func, ast.Name) and "sqlalchemy" in _imports_of(name, "text"):
            assert is_constant(call.args[0]) or isinstance(call.args[0], ast.Constant), (name, ast.unparse(call))
    spoken = {name for name, _, what in calls() if what == "exec_driver_sql"}
    assert spoken == {"app/db/logins.py"}  # names of roles, quoted; Postgres takes no parameters there


def _imports_of(name: str, wanted: str) -> str:
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.ImportFrom) and any(alias.name == wanted for alias in node.names):
            return node.module or ""
    return ""


@pytest.mark.parametrize(
    "module", ["pickle", "marshal", "shelve", "yaml", "xmlrpc", "telnetlib", "ftplib", "dill"]
)
def test_what_turns_bytes_into_code_is_not_imported(module: str) -> None:
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            imported = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                imported = [node.module or ""]
            assert module not in {found.partition(".")[0] for found in imported}, name


def test_tables_for_spreadsheets_are_written_where_formulas_are_kept_away_and_nowhere_else() -> None:
    writers = {name for name, _, what in calls() if what in {"writer", "DictWriter", "Workbook"}}
    demo = "app/cli/demo_data.py"  # a package of our own essays, read by our own service
    assert writers == {"app/cj/api/batches.py", demo}
    for name in ("app/cj/api/batches.py", "app/runner/export/csv_text.py"):
        assert "spreadsheets" in _imports_of(name, "guarded")
