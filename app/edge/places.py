"""Where a mistake is: names of fields become JSON pointers (RFC 6901) into the body, or named parameters.

Fed by validation and by refusals; feeds ``answers``. The body that was sent decides: what a validator calls a step
and the body does not have (tags of unions, names of validators) is no part of a pointer.
"""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qsl

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.types import Scope

from app.edge.known_names import all_names, meant
from app.errors import FieldProblem, Place

Step = str | int
MOST_TOLD = 100
"""How many mistakes one refusal lists."""
_PLACES: dict[object, Place] = {"query": "query", "path": "path", "header": "header", "cookie": "cookie"}


def pointer(steps: Sequence[Step]) -> str:
    """Return steps as an RFC 6901 pointer; none point to the whole body."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def of_validation(error: RequestValidationError, scope: Scope) -> tuple[FieldProblem, ...]:
    """Return one problem for each field that the validation names, without echoing the input.

    Of very many only the first are looked into: a body full of mistakes must cost no more than a good one.
    """
    found = error.errors()
    told = tuple(_of_item(item, error.body, scope) for item in found[:MOST_TOLD])
    more = len(found) - len(told)
    return told if more == 0 else (*told, FieldProblem("body", f"{more} more mistakes are not listed", "body", ""))


def _of_item(item: dict[str, object], body: object, scope: Scope) -> FieldProblem:
    loc = item["loc"]
    where, *steps = loc if isinstance(loc, tuple | list) and loc else ("body",)
    message = str(item["msg"]).removeprefix("Value error, ")
    if item["type"] == "extra_forbidden":
        message = meant(scope, loc if isinstance(loc, tuple | list) else ()) or message
    if where in _PLACES:
        named = [where, *steps] if where in ("header", "cookie") else steps
        return FieldProblem(".".join(map(str, named)), message, _PLACES[where])
    if not isinstance(body, dict | list | None):
        return FieldProblem(".".join(map(str, steps)) or "body", message, "body", "")
    if item["type"] == "json_invalid":
        return FieldProblem("body", message, "body", "")
    if is_form(scope):
        return FieldProblem(".".join(map(str, steps)) or "body", message, "form")
    found = walk(steps, body, missing=item["type"] == "missing")
    known = all_names(scope)
    named = [step for step in steps if isinstance(step, int) or step in found or step in known]
    return FieldProblem(".".join(map(str, named)) or "body", message, "body", pointer(found))


def walk(steps: Sequence[Step], body: object, *, missing: bool = False) -> list[Step]:
    """Return the steps that the body has; a last one that is missing from an object counts."""
    at, found = body, list[Step]()
    for number, step in enumerate(steps, start=1):
        inside, there = _inside(at, step)
        if there:
            at = inside
        elif not (missing and number == len(steps) and isinstance(at, dict)):
            continue
        found.append(step)
    return found


def _inside(at: object, step: Step) -> tuple[object, bool]:
    if isinstance(at, dict):
        return at.get(step), step in at
    if isinstance(at, list) and isinstance(step, int) and step < len(at):
        return at[step], True
    return None, False


def located(scope: Scope, problems: Sequence[FieldProblem]) -> list[FieldProblem]:
    """Return problems that know where they are; those of routes name their field with dots only."""
    if all(item.place is not None for item in problems):
        return list(problems)
    body = sent(scope)
    return [item if item.place is not None else _located(scope, body, item) for item in problems]


def sent(scope: Scope) -> object:
    """Return the JSON that was sent, or None."""
    raw = scope.get("state", {}).get("body")
    try:
        return orjson.loads(raw) if raw else None
    except orjson.JSONDecodeError:
        return None


def _located(scope: Scope, body: object, item: FieldProblem) -> FieldProblem:
    parts = item.field.split(".")
    found = _longest(parts, body)
    if found:
        return replace(item, place="body", pointer=pointer(found))
    if is_form(scope):
        return replace(item, place="form")
    for place, names in _parameters(scope).items():
        if item.field.lower() in names:
            return replace(item, place=place)
    missing = isinstance(body, dict) and item.field in all_names(scope)
    return replace(item, place="body", pointer=pointer([item.field] if missing else []))


def _longest(parts: Sequence[str], body: object) -> list[Step]:
    """Return the longest way into the body that the parts name; a key may itself hold dots."""
    if isinstance(body, list) and parts and parts[0].isdecimal() and int(parts[0]) < len(body):
        return [int(parts[0]), *_longest(parts[1:], body[int(parts[0])])]
    if not isinstance(body, dict):
        return []
    for length in range(len(parts), 0, -1):
        key = ".".join(parts[:length])
        if key in body:
            return [key, *_longest(parts[length:], body[key])]
    return []


def is_form(scope: Scope) -> bool:
    """Return whether the body is a form."""
    kind = next((value for name, value in scope.get("headers", ()) if name == b"content-type"), b"")
    return bool(kind.lower().startswith((b"multipart/form-data", b"application/x-www-form-urlencoded")))


def _parameters(scope: Scope) -> dict[Place, set[str]]:
    query = scope.get("query_string", b"").decode("ascii", "replace")
    return {
        "path": {name.lower() for name in scope.get("path_params", {})},
        "query": {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)},
        "header": {name.decode("latin-1") for name, _ in scope.get("headers", ())},
    }
