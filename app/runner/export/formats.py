"""The forms in which results go out, and which of them a request wants. PURE.

Fed by a request's ``Accept`` and ``format``; feeds whoever streams with an encoder.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from app.errors import AppError, FieldProblem
from app.runner.export.columns import Column, Head, Row
from app.runner.export.csv_text import Csv
from app.runner.export.json_text import JsonDocument, JsonLines
from app.runner.export.parquet import Parquet


class Format(StrEnum):
    """The forms, by the names that ``format`` takes; the first is what a request gets that does not mind."""

    JSON = "json"
    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"


MEDIA_TYPES = MappingProxyType(
    {
        Format.JSON: "application/json",
        Format.CSV: "text/csv",
        Format.NDJSON: "application/x-ndjson",
        Format.PARQUET: "application/vnd.apache.parquet",
    }
)
_PARAMETERS = {Format.CSV: "; charset=utf-8; header=present"}


class NotAcceptable(AppError):
    """None of the forms that the request takes is one that the service gives."""

    code = "not_acceptable"
    status = 406
    title = "Not in this form"
    way_out = "Ask for JSON, CSV, NDJSON or Parquet by `format` or by `Accept`."


class Encoder(Protocol):
    """Makes bytes of rows: first ``begin``, then ``rows`` as often as there are some, then ``end``."""

    def begin(self) -> bytes:
        """Return what comes before all rows."""
        ...

    def rows(self, rows: Sequence[Row]) -> bytes:
        """Return what can be said after these rows: possibly nothing yet."""
        ...

    def end(self) -> bytes:
        """Return what comes after all rows."""
        ...


def encoder(form: Format, columns: Sequence[Column], head: Head) -> Encoder:
    """Return a fresh encoder; only JSON and Parquet have a place for ``head``."""
    match form:
        case Format.JSON:
            return JsonDocument(columns, head)
        case Format.CSV:
            return Csv(columns)
        case Format.NDJSON:
            return JsonLines(columns)
        case Format.PARQUET:
            return Parquet(columns, head)


def content_type(form: Format) -> str:
    """Return the media type with its parameters."""
    return MEDIA_TYPES[form] + _PARAMETERS.get(form, "")


def chosen(accept: str | None, asked: str | None) -> Format:
    """Return the form that ``format`` asks for, else the best that ``Accept`` takes (RFC 9110, 12.5.1).

    Raises ``NotAcceptable``, which names all forms.
    """
    if asked is not None:
        if asked in set(Format):
            return Format(asked)
        raise _refusal("format", f"is not one of {', '.join(Format)}")
    if accept is None or not accept.strip():
        return Format.JSON
    weights = {form: _weight(form, list(_ranges(accept))) for form in Format}
    best = max(Format, key=lambda form: weights[form])
    if weights[best] <= 0:
        raise _refusal("Accept", f"takes none of {', '.join(MEDIA_TYPES.values())}")
    return best


@dataclass(frozen=True)
class _Range:
    """One media range of ``Accept``: ``text/csv``, ``text/*`` or ``*/*``, and how much it is wanted."""

    main: str
    sub: str
    weight: float

    def rank(self, form: Format) -> int:
        """Return how exactly the range names a form; 0 where it does not."""
        main, sub = MEDIA_TYPES[form].split("/")
        if self.main == main:
            return 3 if self.sub == sub else 2 if self.sub == "*" else 0
        return 1 if self.main == self.sub == "*" else 0


def _weight(form: Format, ranges: Sequence[_Range]) -> float:
    """The most exact range that names a form says how much it is wanted."""
    fitting = [(item.rank(form), item.weight) for item in ranges if item.rank(form)]
    return max(fitting, default=(0, 0.0))[1]


def _ranges(accept: str) -> Iterator[_Range]:
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        main, _, sub = kind.partition("/")
        weight = _quality(parameters)
        if main and sub and weight is not None:
            yield _Range(main, sub, weight)


def _quality(parameters: Sequence[str]) -> float | None:
    """Return the weight that a range has, None where it is unreadable."""
    told = next((text.partition("=")[2].strip() for text in parameters if text.startswith("q=")), "1")
    try:
        weight = float(told)
    except ValueError:
        return None
    return weight if 0 <= weight <= 1 else None


def _refusal(field: str, message: str) -> NotAcceptable:
    return NotAcceptable(f"{field}: {message}", problems=[FieldProblem(field, message)])
