"""What is wrong with a form, beside its fields: the API's own refusals, sorted by the names of the page. PURE.

Fed by validation and by refusals; feeds the templates.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from app.errors import FieldProblem, InvalidInput

NO_NAMES: Mapping[str, str] = {}
_FIRST_NAME = re.compile(r"[a-z][a-z_.]*[a-z]")


@dataclass(frozen=True)
class Problems:
    """Messages by field, and those that belong to none."""

    by_field: Mapping[str, list[str]] = field(default_factory=dict)
    general: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Return whether anything is wrong."""
        return bool(self.by_field or self.general)

    def at(self, name: str) -> list[str]:
        """Return what is wrong with a field."""
        return self.by_field.get(name, [])

    @property
    def count(self) -> int:
        """How many messages there are."""
        return len(self.general) + sum(map(len, self.by_field.values()))


def sorted_out(found: Iterable[FieldProblem], known: Iterable[str], names: Mapping[str, str]) -> Problems:
    """Return problems by the fields of a page, ``known``; one of a part is that of the field that it names."""
    fields, by_field, general = frozenset(known), dict[str, list[str]](), list[str]()
    for problem in found:
        path = _renamed(problem.field, names)
        place = _place(path, problem.message, fields)
        told = _sentence(problem.message)
        if place is None:
            told = told if problem.field in {"", "body"} else _sentence(f"{problem.field}: {problem.message}")
            general.append(told)
        else:
            below = path[len(place) :].lstrip(".") if path.startswith(place) else ""
            by_field.setdefault(place, []).append(f"{below}: {problem.message}" if below else told)
    return Problems(by_field, general)


def _renamed(path: str, names: Mapping[str, str]) -> str:
    """Return a path as the page calls it: whole, or by how it begins."""
    for name, ours in names.items():
        if path == name or path.startswith(f"{name}."):
            return ours + path[len(name) :]
    return path


def _place(path: str, message: str, fields: frozenset[str]) -> str | None:
    """Return the field of the page that a problem belongs to, if any."""
    steps = path.split(".") if path not in {"", "body"} else []
    for length in range(len(steps), 0, -1):
        if ".".join(steps[:length]) in fields:
            return ".".join(steps[:length])
    named = _FIRST_NAME.match(message)
    inside = ".".join([*steps, named[0]]) if named else ""
    return next((name for name in (inside, named[0] if named else "") if name in fields), None)


def of_validation(
    error: ValidationError, names: Mapping[str, str] = NO_NAMES, known: Iterable[str] | None = None
) -> Problems:
    """Return what a model refuses."""
    found = [
        FieldProblem(_path(item["loc"]), str(item["msg"]).removeprefix("Value error, ")) for item in error.errors()
    ]
    return sorted_out(found, _all(found, names) if known is None else known, names)


def of_error(
    error: InvalidInput, names: Mapping[str, str] = NO_NAMES, known: Iterable[str] | None = None
) -> Problems:
    """Return what a refusal names."""
    if not error.problems:
        return Problems(general=[_sentence(error.detail)])
    return sorted_out(error.problems, _all(error.problems, names) if known is None else known, names)


def _all(found: Iterable[FieldProblem], names: Mapping[str, str]) -> set[str]:
    return {names.get(item.field.split(".")[0], item.field.split(".")[0]) for item in found}


def _path(steps: Iterable[int | str]) -> str:
    return ".".join(map(str, steps))


def _sentence(text: str) -> str:
    text = text.replace("Input should be", "this should be")
    whole = f"{text[:1].upper()}{text[1:]}"
    return whole if whole.endswith((".", "!", "?")) else f"{whole}."
