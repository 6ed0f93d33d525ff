"""Rows as JSON: one document with all items, or one line each. PURE.

Fed by ``columns``; feeds whoever streams.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from app.runner.export.columns import Column, Head, Row, nested


@dataclass
class JsonDocument:
    """``{<head>, "items": [...], "count": n}``: cut short it is not JSON, so that a broken answer is noticed."""

    columns: Sequence[Column]
    head: Head
    count: int = 0

    def begin(self) -> bytes:
        """Return everything up to the first item."""
        said = orjson.dumps(dict(self.head))[1:-1]
        return b"{" + (said + b"," if said else b"") + b'"items":['

    def rows(self, rows: Sequence[Row]) -> bytes:
        """Return some items, with the comma that parts them from those before."""
        parted = b"," if self.count and rows else b""
        self.count += len(rows)
        return parted + b",".join(_objects(self.columns, rows))

    def end(self) -> bytes:
        """Return what closes the document."""
        return b'],"count":%d}\n' % self.count


@dataclass
class JsonLines:
    """One JSON object a line, each closed by a line feed."""

    columns: Sequence[Column]

    def begin(self) -> bytes:
        """Return nothing: lines have no head."""
        return b""

    def rows(self, rows: Sequence[Row]) -> bytes:
        """Return some lines."""
        return b"".join(line + b"\n" for line in _objects(self.columns, rows))

    def end(self) -> bytes:
        """Return nothing: lines have no end."""
        return b""


def _objects(columns: Sequence[Column], rows: Sequence[Row]) -> Iterator[bytes]:
    return (orjson.dumps(nested(columns, row)) for row in rows)
