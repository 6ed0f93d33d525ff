"""Rows as bytes, in the form that a reader asks for: JSON, NDJSON, CSV or Parquet, piece by piece. PURE."""
