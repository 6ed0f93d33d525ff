"""Expert grades of anchors: from the table that came with them, or from their file names. PURE."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from string import digits

import openpyxl

from app.contracts.identifiers import anchor_key
from app.runner.assets.zips import HostileZip, check_document

MOST_ROWS, MOST_COLUMNS = 20_000, 100
"""So much of a workbook is read; more rows are refused, as no table of grades has them."""
LONGEST_GRADE = 16
_ID = frozenset({"anchor-id", "anchor_id"})
_FILE = frozenset({"file-name", "file_name"})
_GRADE = frozenset({"grade", "pred_mode_grade"})


class UnreadableTable(ValueError):
    """The table of grades cannot be used; the message says why."""


@dataclass(frozen=True)
class GradeTable:
    """Grades by file name and by anchor key; a file name may give its anchor's id."""

    by_file: Mapping[str, str] = field(default_factory=dict)
    by_key: Mapping[str, str] = field(default_factory=dict)

    def grade_of(self, file_name: str) -> str | None:
        """Return the grade of a file, or None where the table does not name it."""
        return self.by_file.get(file_name) or self.by_key.get(anchor_key(PurePosixPath(file_name).stem))


def read_table(path: str, content: bytes) -> GradeTable:
    """Read CSV (comma or semicolon) or XLSX; raises ``UnreadableTable`` naming what is missing."""
    rows = _xlsx(content) if path.lower().endswith(".xlsx") else _csv(content)
    for place, row in enumerate(rows):
        names = [cell.strip().lower() for cell in row]
        if _ID & set(names) and _GRADE & set(names):
            return _table(names, rows[place + 1 :])
    raise UnreadableTable("no header row with a column ANCHOR-ID and a column GRADE (or pred_mode_grade)")


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> GradeTable:
    def first(row: Sequence[str], wanted: frozenset[str]) -> str:
        cells = (cell.strip() for name, cell in zip(names, row, strict=False) if name in wanted)
        return next((cell for cell in cells if cell), "")

    by_file: dict[str, str] = {}
    by_key: dict[str, str] = {}
    for row in rows:
        identifier, grade, file_name = first(row, _ID), first(row, _GRADE).upper(), first(row, _FILE)
        if not identifier or not grade:
            continue
        if len(grade) > LONGEST_GRADE or not grade.isprintable():
            raise UnreadableTable(f"the grade of {identifier[:100]} is none: {grade[:LONGEST_GRADE]!r}")
        by_key[anchor_key(identifier)] = grade
        if file_name:
            by_file[file_name] = grade
    if not by_key:
        raise UnreadableTable("the table has no row with an anchor id and a grade")
    return GradeTable(by_file, by_key)


def _csv(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableTable("the table is not UTF-8; save it as UTF-8") from error
    if "\x00" in text:
        raise UnreadableTable("the table holds NUL characters, so it is no text; save it as CSV UTF-8")
    delimiter = ";" if text.count(";") > text.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return list(reader)
    except csv.Error as error:
        raise UnreadableTable(f"line {reader.line_num} of the table cannot be read: {error}") from error


def _xlsx(content: bytes) -> list[list[str]]:
    try:
        check_document(content)
        rows = _first_sheet(content)
    except HostileZip as error:
        raise UnreadableTable(f"this is not an Excel workbook (.xlsx) that is read: it {error}") from error
    except Exception as error:  # the reader fails in many ways at what only looks like a workbook
        raise UnreadableTable("this is not an Excel workbook (.xlsx)") from error
    if len(rows) > MOST_ROWS:
        raise UnreadableTable(f"the first sheet has more than {MOST_ROWS} rows")
    return rows


def _first_sheet(content: bytes) -> list[list[str]]:
    """Return the filled rows; what the sheet says of its own size is not believed."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    with closing(book):
        rows = book.worksheets[0].iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
        return [["" if cell is None else str(cell) for cell in row] for row in rows if any(row)]


def grade_from_name(file_name: str) -> str | None:
    """Return the grade at the end of a file's name (``..._003_E-.docx`` gives ``E-``), or None."""
    stem = PurePosixPath(file_name).stem
    grade = stem.rpartition("_")[2].rstrip(digits).strip().upper()
    return grade if re.fullmatch(r"[A-Z]{1,2}[+-]?", grade) else None
