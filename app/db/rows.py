"""Rows between Postgres and Python: selected ones to frozen shapes, and many new ones in one bound JSON list."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Column, Table, bindparam, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.selectable import TableValuedAlias

Shape = TypeVar("Shape")


def columns_of(table: Table, kind: type) -> tuple[Column[Any], ...]:
    """Return the columns of ``table`` that the fields of the dataclass ``kind`` name, in their order."""
    return tuple(table.c[name] for name in _names(kind))


def shaped(kind: type[Shape], row: Sequence[Any]) -> Shape:
    """Return ``kind`` filled from a row that was selected by ``columns_of``."""
    return kind(**dict(zip(_names(kind), row, strict=True)))


def records(name: str, columns: Sequence[Column[Any]]) -> TableValuedAlias:
    """Return ``name`` as a table of rows that one bound JSON list holds: many rows in one statement."""
    fresh = [Column(column.name, column.type) for column in columns]
    listed = func.jsonb_to_recordset(bindparam(name, type_=JSONB))
    return listed.table_valued(*fresh, name=name).render_derived(with_types=True)


def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
