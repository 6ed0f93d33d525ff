"""How the OpenAPI document describes tables of results: their columns, and one row in each of their forms."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from app.runner.api.problem_docs import Responses
from app.runner.export.columns import Column, Head, Kind, Row
from app.runner.export.formats import MEDIA_TYPES, Encoder, Format, encoder
from app.runner.results.records import COMPARISONS, SCORES, projection_columns

_TYPES: Mapping[Kind, Mapping[str, object]] = {
    "text": {"type": ["string", "null"]},
    "integer": {"type": ["integer", "null"]},
    "number": {"type": ["number", "null"]},
    "yes_no": {"type": ["boolean", "null"]},
    "moment": {"type": ["string", "null"], "format": "date-time"},
}
_TEXT: Mapping[str, object] = {"type": ["string", "null"]}
_SECOND = datetime(2026, 3, 4, 9, 30, 12, 250_000, tzinfo=UTC)
_RUN = {"run_id": "run_019c0f6e5a1b7c3d8e4f5a6b7c8d9e0f", "run_status": "completed"}
_IDS = ("student_01_5f0c2a", "student_01", "student_02_8d41be", "student_02")
_VERDICT: Row = (
    *(1, "0d5b7c1e-3f1a-4a55-9d0e-6f6f3b1f7a10", "7f6d8f0a-51d5-4b0e-8a7d-0c6f1f7f2b11", "succeeded"),
    *_IDS,
    *("a", *_IDS[:2], 4.0, "Develops its ideas further.", None, None),
    *("mock", "latent", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 812, 64, 0.0011),
    *(_SECOND, _SECOND, _SECOND, False),
)
_SCORE: Row = (
    *(1, *_IDS[:2], "student_01", "student_01.txt", "student", None, "B"),
    *(1.42, 0.51, 0.42, 2.42, 9, 3, 12, "engine"),
)
_PROJECTION: Row = (
    *(1, *_IDS[:2], "student_01", "eng5_np_legacy_9_step", "B", 0.62, "MID", 0.75),
    *(1.42, 0.51, 1.05, 2.2, 0.21, 0.58, 0.21),
)


def record(columns: Sequence[Column]) -> dict[str, Any]:
    """Return the schema of one item, whole in itself."""
    properties: dict[str, Any] = {}
    for column in columns:
        if column.key is None:
            properties[column.name] = {**_TYPES[column.kind], "description": column.meaning}
        else:
            shares = {"type": "object", "additionalProperties": {"type": "number"}}
            properties[column.name] = shares | {"description": f"{column.name} by grade"}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _table(columns: Sequence[Column], row: Row, more: Head) -> Responses:
    return table(columns, row, {**_RUN, **more})


def table(columns: Sequence[Column], row: Row, head: Head) -> Responses:
    """Return the answer 200 of a route that hands out a table, with ``row`` in each form but the binary one."""
    document = {
        "type": "object",
        "properties": {name: dict(_head_type(value)) for name, value in head.items()}
        | {"items": {"type": "array", "items": record(columns)}, "count": {"type": "integer"}},
        "required": [*head, "items", "count"],
    }
    content: dict[str, Any] = {
        MEDIA_TYPES[Format.JSON]: {
            "schema": document,
            "example": orjson.loads(_written(encoder(Format.JSON, columns, head), row)),
        },
        MEDIA_TYPES[Format.PARQUET]: {"schema": {"type": "string", "format": "binary"}},
    }
    for form in (Format.CSV, Format.NDJSON):
        example = _written(encoder(form, columns, head), row).decode()
        content[MEDIA_TYPES[form]] = {"schema": {"type": "string"}, "example": example}
    return {200: {"description": "The table, streamed, in the form that was asked for", "content": content}}


def _head_type(value: object) -> Mapping[str, object]:
    if isinstance(value, list):
        return {"type": "array", "items": {}}
    if isinstance(value, dict):
        return {"type": ["object", "null"]}
    return {"type": "boolean"} if isinstance(value, bool) else _TEXT


def _written(made_by: Encoder, row: Row) -> bytes:
    return made_by.begin() + made_by.rows([row]) + made_by.end()


COMPARISON_TABLE = _table(COMPARISONS, _VERDICT, {"run_is_over": True})
SCORE_TABLE = _table(SCORES, _SCORE, {"source": "engine", "stop_reason": "stability", "reason": None})
PROJECTION_TABLE = _table(projection_columns(("C", "B", "A")), _PROJECTION, {"reason": None})
