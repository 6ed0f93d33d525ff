"""The JSON schema of a report, for whoever reads reports by program. PURE.

Fed by the shapes; feeds ``docs/report.schema.json``, which is checked to be fresh.
"""

import orjson

from app.runner.reports.shapes.document import Report

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def rendered() -> str:
    """Return the schema as JSON."""
    document = {"$schema": DIALECT} | Report.model_json_schema(mode="serialization")
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n"
