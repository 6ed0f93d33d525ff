"""What a table of results consists of: named, typed columns, and rows in their order. PURE.

Fed by ``results.records``; feeds the encoders, which all write the same values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Kind = Literal["text", "integer", "number", "yes_no", "moment"]
Row = Sequence[object]


@dataclass(frozen=True)
class Column:
    """One column: ``repeated`` marks texts of few different values, ``key`` a value that JSON nests.

    A column with a ``key`` is ``<name>_<key>`` where a table is flat, and ``key`` in the object ``name`` in JSON.
    """

    name: str
    kind: Kind
    meaning: str
    repeated: bool = False
    key: str | None = None

    @property
    def flat_name(self) -> str:
        """The name in CSV and Parquet."""
        return self.name if self.key is None else f"{self.name}_{self.key}"


def nested(columns: Sequence[Column], row: Row) -> dict[str, object]:
    """Return a row as a JSON object, times in UTC as text; a keyed value that is missing is left out."""
    found: dict[str, object] = {}
    for column, value in zip(columns, row, strict=True):
        if column.key is None:
            found[column.name] = utc_text(value) if isinstance(value, datetime) else value
            continue
        group = found.setdefault(column.name, {})
        if value is not None and isinstance(group, dict):
            group[column.key] = value
    return found


def utc_text(moment: datetime) -> str:
    """Return a time as RFC 3339 says it, in UTC, always with microseconds, so that texts sort as times do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


Head = Mapping[str, object]
"""What is said once, of the table as a whole."""
