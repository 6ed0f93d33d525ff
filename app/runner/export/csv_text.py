"""Rows as CSV that a spreadsheet may open: texts never become formulas, numbers stay numbers. PURE.

RFC 4180 in UTF-8 with a header line. Texts stand in quotes, everything else does not; what is missing is an
empty field without quotes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.contracts.spreadsheets import guarded
from app.runner.export.columns import Column, Row, utc_text


@dataclass
class Csv:
    """One header line, then one line a row."""

    columns: Sequence[Column]

    def begin(self) -> bytes:
        """Return the header line."""
        return _line([_text(column.flat_name) for column in self.columns])

    def rows(self, rows: Sequence[Row]) -> bytes:
        """Return some lines."""
        return b"".join(_line([_cell(value) for value in row]) for row in rows)

    def end(self) -> bytes:
        """Return nothing: a table has no end."""
        return b""


def _line(cells: Sequence[str]) -> bytes:
    return (",".join(cells) + "\r\n").encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime):
        return utc_text(value)
    return _text(str(value))


def _text(text: str) -> str:
    return '"' + guarded(text).replace('"', '""') + '"'
