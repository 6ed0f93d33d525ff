"""The forms in which results go out, and which of them a request wants. PURE.

Fed by a request's ``Accept`` and ``format``; feeds whoever streams with an encoder.
"""

from collections.abc import Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from app.errors import AppError, FieldProblem
from app.runner.export.accept import best
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
    way_out = "Ask for one of the forms that the detail names, by `format` or by `Accept`."


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
    found = best(accept, MEDIA_TYPES)
    if found is None:
        raise _refusal("Accept", f"takes none of {', '.join(MEDIA_TYPES.values())}")
    return found


def _refusal(field: str, message: str) -> NotAcceptable:
    return NotAcceptable(f"{field}: {message}", problems=[FieldProblem(field, message)])
