"""The names that a route knows, read off its models: for a guess at what a caller meant."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel
from starlette.types import Scope

LONGEST_NAME = 100
Models = tuple[type[BaseModel], ...]


def meant(scope: Scope, loc: Sequence[str | int]) -> str | None:
    """Return what to say of an unknown field: the nearest known name, else the names there are.

    None where the route's names are not known.
    """
    if not loc:
        return None
    where, *steps, name = loc
    known = sorted(_names_at(_roots(scope, str(where)), steps))
    if not known:
        return None
    near = get_close_matches(str(name)[:LONGEST_NAME], known, n=1, cutoff=0.6)
    if near:
        return f"is not known here: did you mean {near[0]}?"
    shown = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return f"is not known here: there are {shown}"


def all_names(scope: Scope) -> set[str]:
    """Return every name of a field in the body's models, at any depth."""
    found: set[str] = set()
    waiting, seen = list(_roots(scope, "body")), set[type[BaseModel]]()
    while waiting:
        model = waiting.pop()
        if model in seen:
            continue
        seen.add(model)
        for name, annotation in _fields(model):
            found.add(name)
            waiting.extend(_models_in(annotation))
    return found


def _roots(scope: Scope, where: str) -> Models:
    dependant = getattr(scope.get("route"), "dependant", None)
    parameters: Iterable[Any] = getattr(dependant, f"{where}_params", ())
    return tuple(model for one in parameters for model in _models_in(one.field_info.annotation))


def _names_at(models: Models, steps: Sequence[str | int]) -> set[str]:
    for step in steps:
        inside = tuple(
            found
            for model in models
            for name, annotation in _fields(model)
            if name == step
            for found in _models_in(annotation)
        )
        models = inside or models
    return {name for model in models for name, _ in _fields(model)}


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    for name, one in model.model_fields.items():
        yield one.alias or name, one.annotation


def _models_in(annotation: Any) -> Models:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (annotation,)
    return tuple(model for part in get_args(annotation) for model in _models_in(part))
