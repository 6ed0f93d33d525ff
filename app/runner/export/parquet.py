"""Rows as Parquet, row group by row group, into a sink that only goes forward. PURE.

At most one row group is held; each is handed on as soon as it is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

from app.runner.export.columns import Column, Head, Kind, Row

ROW_GROUP = 16_384
TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "yes_no": pa.bool_(),
    "moment": pa.timestamp("us", tz="UTC"),
}


class _Forward:
    """A file that only goes forward: takes bytes in, gives them away when asked, knows how far it is."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._place = 0

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._place

    def write(self, piece: bytes | memoryview) -> int:
        """Take some bytes in."""
        taken = bytes(piece)
        self._pieces.append(taken)
        self._place += len(taken)
        return len(taken)

    def flush(self) -> None:
        """Do nothing: what was taken in is given away when asked."""

    def close(self) -> None:
        """Do nothing: what is left is still to be given away."""

    def taken(self) -> bytes:
        """Return what was written since last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


@dataclass
class Parquet:
    """A Parquet file; ``head`` stands in the schema's metadata, times are UTC, repeated texts are dictionaries."""

    columns: Sequence[Column]
    head: Head
    row_group: int = ROW_GROUP
    _waiting: list[pa.RecordBatch] = field(default_factory=list)

    def __post_init__(self) -> None:
        said = {key: str(value) for key, value in self.head.items() if value is not None}
        self._plain = pa.schema([pa.field(column.flat_name, TYPES[column.kind]) for column in self.columns])
        self._schema = pa.schema([_field(column) for column in self.columns], metadata=said)
        self._sink = _Forward()
        self._writer = pq.ParquetWriter(self._sink, self._schema, compression="zstd")

    def begin(self) -> bytes:
        """Return the mark that a Parquet file begins with."""
        return self._sink.taken()

    def rows(self, rows: Sequence[Row]) -> bytes:
        """Take some rows in; return the row groups that became full."""
        if rows:
            values = zip(*rows, strict=True)
            arrays = [pa.array(found, kind) for found, kind in zip(values, self._plain.types, strict=True)]
            self._waiting.append(pa.RecordBatch.from_arrays(arrays, schema=self._plain))
        if sum(batch.num_rows for batch in self._waiting) >= self.row_group:
            self._write()
        return self._sink.taken()

    def end(self) -> bytes:
        """Return the last row group and the foot."""
        if self._waiting:
            self._write()
        self._writer.close()
        return self._sink.taken()

    def _write(self) -> None:
        table = pa.Table.from_batches(self._waiting)
        self._waiting = []
        arrays = [
            found.dictionary_encode() if column.repeated else found
            for column, found in zip(self.columns, table.columns, strict=True)
        ]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema), row_group_size=self.row_group)


def _field(column: Column) -> pa.Field:
    kind = TYPES[column.kind]
    shown = pa.dictionary(pa.int32(), kind) if column.repeated else kind
    return pa.field(column.flat_name, shown, metadata={"description": column.meaning})
