"""Migrations of one release only add, so that the release before goes on while the next one starts."""

import ast
from pathlib import Path

import pytest

VERSIONS = Path(__file__).resolve().parents[2] / "migrations" / "versions"
BEFORE_THE_RULE = 16
TAKES_AWAY = {"drop_table", "drop_column", "drop_constraint", "rename_table", "drop_table_comment"}
SQL = ("DROP TABLE", "DROP COLUMN", "DROP SCHEMA", "RENAME ", "SET NOT NULL")
CLEARED: dict[str, str] = {}
"""What may take away all the same, by file, with the release that stopped using it."""


def found_in(source: str) -> list[str]:
    """Return what the ``upgrade`` of a migration takes away from the release before."""
    tree = ast.parse(source)
    upgrade = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade")
    calls = [node for node in ast.walk(upgrade) if isinstance(node, ast.Call)]
    named = [(call.func.attr, call) for call in calls if isinstance(call.func, ast.Attribute)]
    found = [name for name, _ in named if name in TAKES_AWAY]
    found += [name for name, call in named if name == "alter_column" and _narrows(call)]
    found += [name for name, call in named if name == "add_column" and _must_be_given(call)]
    texts = [node.value for node in ast.walk(upgrade) if isinstance(node, ast.Constant)]
    return found + [word for text in texts if isinstance(text, str) for word in SQL if word in text.upper()]


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _is_false(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


def _narrows(call: ast.Call) -> bool:
    renamed = _keyword(call, "new_column_name") is not None or _keyword(call, "type_") is not None
    return renamed or _is_false(_keyword(call, "nullable"))


def _must_be_given(call: ast.Call) -> bool:
    columns = [node for node in ast.walk(call) if isinstance(node, ast.Call) and node is not call]
    return any(
        _is_false(_keyword(column, "nullable")) and _keyword(column, "server_default") is None
        for column in columns
        if isinstance(column.func, ast.Attribute) and column.func.attr == "Column"
    )


def _after_the_rule() -> list[Path]:
    return [path for path in sorted(VERSIONS.glob("[0-9]*.py")) if int(path.name[:4]) > BEFORE_THE_RULE]


def test_migrations_take_nothing_from_the_release_before() -> None:
    found = {path.name: found_in(path.read_text()) for path in _after_the_rule() if path.name not in CLEARED}
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(
    "step",
    [
        'op.drop_column("runs", "label", schema="runner")',
        'op.drop_table("runs")',
        'op.rename_table("runs", "walks")',
        'op.alter_column("runs", "label", new_column_name="name")',
        'op.alter_column("runs", "label", nullable=False)',
        'op.add_column("runs", sa.Column("label", sa.Text, nullable=False))',
        'op.execute("alter table runner.runs drop column label")',
    ],
)
def test_the_rule_sees_what_takes_away(step: str) -> None:
    assert found_in(f"def upgrade():\n    {step}\n") != []


@pytest.mark.parametrize(
    "step",
    [
        'op.create_table("x", sa.Column("id", sa.Text, nullable=False))',
        'op.add_column("runs", sa.Column("label", sa.Text))',
        'op.add_column("runs", sa.Column("n", sa.Integer, nullable=False, server_default=sa.text("0")))',
        'op.create_index("ix", "runs", ["label"])',
    ],
)
def test_the_rule_lets_pass_what_adds(step: str) -> None:
    assert found_in(f"def upgrade():\n    {step}\n") == []
