"""Bytes of a file to header and rows: CSV as it is, the first sheet of a workbook; both bounded. PURE.

Fed by the upload; feeds ``reading``, which knows what the columns mean.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from app.errors import InvalidInput, TooLarge
from app.runner.assets.zips import HostileZip, check_document
from app.scoring.decisions import Row, table_of

FIELD = "file"
MOST_COLUMNS = 200
_WORKBOOK = b"PK\x03\x04"
_BROKEN = (
    InvalidFileException,
    zipfile.BadZipFile,
    ParseError,
    SyntaxError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
)
Sheet = tuple[list[str], list[Row]]


def sheet_of(content: bytes, most_rows: int) -> Sheet:
    """Return header and rows of CSV (comma, semicolon or tab; UTF-8) or of a workbook's first sheet.

    Raises ``InvalidInput`` for what is neither, ``TooLarge`` for more rows, a scoring error that names the line
    for text that is no table.
    """
    header, rows = _workbook(content, most_rows) if content.startswith(_WORKBOOK) else _text(content, most_rows)
    if len(header) > MOST_COLUMNS:
        raise InvalidInput.at(FIELD, f"has more than {MOST_COLUMNS} columns: is it a table of verdicts?")
    if len(rows) > most_rows:
        raise _too_many(most_rows)
    return header, rows


def _text(content: bytes, most_rows: int) -> Sheet:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidInput.at(FIELD, f"line {line} is not UTF-8 text: save the file as CSV UTF-8") from error
    if text.count("\n") > 4 * most_rows + 1_000:
        raise _too_many(most_rows)
    return table_of(text)


def _workbook(content: bytes, most_rows: int) -> Sheet:
    try:
        check_document(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            cells = book.worksheets[0].iter_rows(max_row=most_rows + 2, max_col=MOST_COLUMNS + 1, values_only=True)
            return _rows(cells)
        finally:
            book.close()
    except HostileZip as error:
        raise InvalidInput.at(FIELD, f"is no Excel workbook (.xlsx) that is read: it {error}") from error
    except _BROKEN as error:
        raise InvalidInput.at(FIELD, "is no Excel workbook (.xlsx) that can be read") from error


def _rows(cells: Iterable[tuple[object, ...]]) -> Sheet:
    lines = _filled(cells)
    _, names = next(lines, (1, []))
    header = [name.strip() for name in names]
    while header and not header[-1]:
        header.pop()
    return header, [(number, dict(zip(header, line, strict=False))) for number, line in lines]


def _filled(cells: Iterable[tuple[object, ...]]) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the texts of each row that is not blank."""
    for number, row in enumerate(cells, start=1):
        texts = [_shown(cell) for cell in row]
        if any(text.strip() for text in texts):
            yield number, texts


def _shown(cell: object) -> str:
    """Return a cell as a CSV of the same table would have it: 7.0, as workbooks keep it, is 7."""
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _too_many(most_rows: int) -> TooLarge:
    return TooLarge(f"{FIELD}: a file of verdicts may have at most {most_rows} rows: send it in parts")
