"""The page of all settings, made from the setting groups themselves; feeds ``docs/settings.md``."""

import ast
import inspect
import json
import textwrap
from itertools import pairwise
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from app.settings.base import Settings
from app.settings.readers import every_group, readers_of
from app.settings.source import file_names, is_secret, names_of

HEAD = """# Settings

Every variable that a role reads, from its environment, once, when it starts (`python -m app <role>`). Everything
that is wrong is named at once, and the role ends with exit code 3 before it did anything. A variable that looks
like ours and stands nowhere here sets nothing: the log line `settings_unknown` names it.

Where a second name is given, the first one wins. **Secrets from files**: a variable marked with ⛁ may be given as
`NAME_FILE`, the path of a file that holds the value; giving both is refused.

This page is made by `make settings`.
"""
TABLE = "| variable | default | what it says |\n|---|---|---|\n"


def rendered() -> str:
    """Return the page's text."""
    return HEAD + "".join(f"\n{_section(group)}" for group in every_group())


def _section(group: type[Settings]) -> str:
    said = inspect.cleandoc(group.__doc__ or "").replace("``", "`")
    roles = ", ".join(f"`{role}`" for role in readers_of(group))
    title, *rest = said.split("\n\n", 1)
    about = "".join(f"{textwrap.fill(' '.join(part.split()), 118)}\n\n" for part in rest)
    heading = " ".join(title.split()).rstrip(".")
    meanings, files = _meanings(group), file_names(group)
    rows = [_row(group, field, names, meanings[field], files) for field, names in names_of(group).items()]
    return f"## {heading}\n\n{about}Read by {roles}.\n\n{TABLE}" + "".join(rows)


def _row(group: type[Settings], field: str, names: tuple[str, ...], meaning: str, files: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{name}`{' ⛁' if name in files else ''}" for name in names)
    return f"| {shown} | {_default(group.model_fields[field])} | {meaning} |\n"


def _default(info: FieldInfo) -> str:
    value = info.get_default(call_default_factory=True, validated_data={})
    if value in (None, PydanticUndefined, ()) or is_secret(info) or isinstance(value, SecretStr | Settings):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`{','.join(_part(part) for part in value)}`"
    if isinstance(value, dict | list):
        return f"`{json.dumps(value)}`" if value else ""
    return f"`{value:g}`" if isinstance(value, float) and abs(value) < 1e6 else f"`{_whole(value)}`"


def _part(value: object) -> str:
    if isinstance(value, tuple):
        return "-".join(map(str, dict.fromkeys(value)))
    return str(value)


def _whole(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _meanings(group: type[Settings]) -> dict[str, str]:
    """Return the docstring under each field of ``group`` and of the groups that it extends."""
    found: dict[str, str] = {}
    for part in reversed(group.__mro__):
        if issubclass(part, Settings):
            found |= _written(part)
    return found


def _written(group: type[Settings]) -> dict[str, str]:
    tree = ast.parse(Path(inspect.getfile(group)).read_text(encoding="utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == group.__name__)
    found = {}
    for field, after in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(after, ast.Expr):
            text = after.value
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found[field.target.id] = " ".join(text.value.split())
    return found
