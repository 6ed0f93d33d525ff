"""Selected rows to frozen shapes: the columns of a table that a shape names, and the shape of one row."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Column, Table

Shape = TypeVar("Shape")


def columns_of(table: Table, kind: type) -> tuple[Column[Any], ...]:
    """Return the columns of ``table`` that the fields of the dataclass ``kind`` name, in their order."""
    return tuple(table.c[name] for name in _names(kind))


def shaped(kind: type[Shape], row: Sequence[Any]) -> Shape:
    """Return ``kind`` filled from a row that was selected by ``columns_of``."""
    return kind(**dict(zip(_names(kind), row, strict=True)))


def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
