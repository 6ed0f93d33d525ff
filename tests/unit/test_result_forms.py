"""Tables as JSON, NDJSON, CSV and Parquet: all say the same, and a spreadsheet finds no formula."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.runner.export.columns import Column, Kind, Row
from app.runner.export.csv_text import unguarded
from app.runner.export.formats import MEDIA_TYPES, Format, NotAcceptable, chosen, encoder
from app.runner.export.parquet import Parquet
from app.runner.results.records import COMPARISONS, SCORES, projection_columns

COLUMNS = (
    Column("name", "text", "a text"),
    Column("model", "text", "a repeated text", repeated=True),
    Column("rank", "integer", "a whole number"),
    Column("score", "number", "a number"),
    Column("late", "yes_no", "yes or no"),
    Column("at", "moment", "a time"),
    Column("probability", "number", "of A", key="A"),
    Column("probability", "number", "of B-", key="B-"),
)
FLAT = [column.flat_name for column in COLUMNS]
HEAD = {"run_id": "run_1", "reason": None}
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
risky = st.builds("{}{}".format, st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n", "'", "''", '"']), texts)
numbers = st.floats(allow_nan=False, allow_infinity=False)
VALUES: dict[Kind, st.SearchStrategy[object]] = {
    "text": texts | risky,
    "integer": st.integers(-(2**63), 2**63 - 1),
    "number": numbers,
    "yes_no": st.booleans(),
    "moment": st.datetimes(timezones=st.just(UTC)),
}
tables = st.lists(st.tuples(*(st.none() | VALUES[column.kind] for column in COLUMNS)), max_size=12)


def written(form: Format, columns: Sequence[Column], rows: Sequence[Row], cut: int) -> bytes:
    made_by = encoder(form, columns, HEAD)
    return made_by.begin() + made_by.rows(rows[:cut]) + made_by.rows(rows[cut:]) + made_by.end()


def opened(body: bytes) -> pa.Table:
    return pq.ParquetFile(io.BytesIO(body)).read(use_threads=False)


def from_parquet(body: bytes) -> list[list[object]]:
    return [list(row.values()) for row in opened(body).to_pylist()]


def from_json(body: bytes) -> list[list[object]]:
    return [_flat(item) for item in orjson.loads(body)["items"]]


def from_lines(body: bytes) -> list[list[object]]:
    return [_flat(orjson.loads(line)) for line in body.split(b"\n")[:-1]]


def _flat(item: dict[str, Any]) -> list[object]:
    at = item["at"]
    shares = [item["probability"].get(grade) for grade in ("A", "B-")]
    plain = [item[name] for name in ("name", "model", "rank", "score", "late")]
    return [*plain, None if at is None else datetime.fromisoformat(at), *shares]


def from_csv(body: bytes) -> list[list[object]]:
    header, *lines = csv.reader(io.StringIO(body.decode(), newline=""), strict=True)
    assert header == FLAT
    read: dict[Kind, Callable[[str], object]] = {
        "integer": int,
        "number": float,
        "yes_no": {"true": True, "false": False}.__getitem__,
        "moment": datetime.fromisoformat,
    }
    return [
        [
            unguarded(cell) if column.kind == "text" else read[column.kind](cell) if cell else None
            for column, cell in zip(COLUMNS, line, strict=True)
        ]
        for line in lines
    ]


@given(tables, st.integers(0, 12))
def test_all_forms_give_back_the_same_rows(rows: list[Row], cut: int) -> None:
    told = [list(row) for row in rows]
    assert from_json(written(Format.JSON, COLUMNS, rows, cut)) == told
    assert from_lines(written(Format.NDJSON, COLUMNS, rows, cut)) == told
    assert from_parquet(written(Format.PARQUET, COLUMNS, rows, cut)) == told
    without_nulls = [[value or "", model or "", *rest] for value, model, *rest in told]
    assert from_csv(written(Format.CSV, COLUMNS, rows, cut)) == without_nulls


@given(tables)
def test_no_text_in_csv_begins_as_a_formula_does_and_numbers_are_left_alone(rows: list[Row]) -> None:
    body = written(Format.CSV, COLUMNS, rows, 0).decode()
    for line in list(csv.reader(io.StringIO(body, newline=""), strict=True))[1:]:
        for column, cell in zip(COLUMNS, line, strict=True):
            if column.kind == "text":
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert written(Format.CSV, COLUMNS[3:4], [(-1.5,)], 0) == b'"score"\r\n-1.5\r\n'


def test_csv_tells_an_empty_text_from_a_missing_one() -> None:
    assert written(Format.CSV, COLUMNS[:2], [("", None)], 0) == b'"name","model"\r\n"",\r\n'


def test_a_parquet_file_says_its_run_its_types_and_what_the_columns_mean() -> None:
    schema = opened(written(Format.PARQUET, COLUMNS, [], 0)).schema
    assert schema.metadata[b"run_id"] == b"run_1"
    assert b"reason" not in schema.metadata
    assert schema.field("at").type == pa.timestamp("us", tz="UTC")
    assert schema.field("model").type == pa.dictionary(pa.int32(), pa.string())
    assert schema.field("name").type == pa.string()
    assert schema.field("name").metadata[b"description"] == b"a text"


def test_parquet_hands_on_each_row_group_as_soon_as_it_is_full() -> None:
    made_by = Parquet(COLUMNS[:1], HEAD, row_group=10)
    pieces = [made_by.begin(), *(made_by.rows([(str(n),), (str(n),)]) for n in range(12)), made_by.end()]
    assert [bool(piece) for piece in pieces] == [True, *[False] * 4, True, *[False] * 4, True, False, False, True]
    file = pq.ParquetFile(io.BytesIO(b"".join(pieces)))
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [10, 10, 4]


def test_every_table_has_names_that_differ() -> None:
    for columns in (COMPARISONS, SCORES, projection_columns(("A", "B"))):
        names = [column.flat_name for column in columns]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("accept", "asked", "form"),
    [
        (None, None, "json"),
        ("", None, "json"),
        ("*/*", None, "json"),
        ("text/csv", None, "csv"),
        ("text/*", None, "csv"),
        ("Application/X-NDJSON", None, "ndjson"),
        ("application/vnd.apache.parquet", None, "parquet"),
        ("text/html, */*;q=0.1", None, "json"),
        ("application/json;q=0.2, text/csv ; q=0.3", None, "csv"),
        ("application/*;q=0.5, application/json;q=0, text/csv;q=0.1", None, "ndjson"),
        ("text/csv;q=rubbish, application/x-ndjson", None, "ndjson"),
        ("text/html", "parquet", "parquet"),
    ],
)
def test_the_form_is_what_was_asked_for_else_the_best_that_is_taken(
    accept: str | None, asked: str | None, form: str
) -> None:
    assert chosen(accept, asked) == form


@pytest.mark.parametrize(
    ("accept", "asked", "field"),
    [
        ("text/html", None, "Accept"),
        ("application/json;q=0", None, "Accept"),
        ("rubbish, ;;;, text/csv;q=2", None, "Accept"),
        ("*/*", "xml", "format"),
        (None, "", "format"),
        (None, "JSON", "format"),
    ],
)
def test_a_form_that_there_is_not_is_refused_with_those_that_there_are(
    accept: str | None, asked: str | None, field: str
) -> None:
    with pytest.raises(NotAcceptable) as refused:
        chosen(accept, asked)
    assert [problem.field for problem in refused.value.problems] == [field]
    for known in MEDIA_TYPES.values() if field == "Accept" else Format:
        assert known in refused.value.detail
