"""The artefact document: sealed with its own checksum, checked against the published schema. PURE but for the schema.

Fed by the runner's finish; read back by the command line and by whoever audits a run.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

SCHEMA_VERSION = "1.0.1"
SCHEMA_FILE = Path(__file__).with_name("assessment_run.schema.json")
NO_CHECKSUM = "0" * 64
Document = dict[str, Any]


def rendered(document: Mapping[str, Any]) -> str:
    """Return the text that goes into the file: two spaces of indent, ASCII escapes."""
    return json.dumps(document, indent=2)


def checksum(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the document's text with ``artefact_checksum`` set to the empty string."""
    validation = dict(document["validation"]) | {"artefact_checksum": ""}
    return hashlib.sha256(rendered(dict(document) | {"validation": validation}).encode()).hexdigest()


def sealed(document: Mapping[str, Any]) -> Document:
    """Return the document with its checksum filled in, keys in the same order."""
    validation = dict(document["validation"]) | {"artefact_checksum": checksum(document)}
    return dict(document) | {"validation": validation}


def problems_of(document: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a sealed document, at most twenty findings; empty for a good one."""
    found = [
        f"{'/'.join(str(part) for part in error.instance_path) or '(root)'}: {error.message[:200]}"
        for _, error in zip(range(20), _validator().iter_errors(dict(document)), strict=False)
    ]
    if not found and document["validation"]["artefact_checksum"] != checksum(document):
        found.append("validation/artefact_checksum: does not belong to this document")
    return found


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
