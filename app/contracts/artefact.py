"""The artefact document: sealed with its own checksum, checked against the published schema. PURE.

Fed by the runner's finish; read back by the command line and by whoever audits a run.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema_rs

SCHEMA_VERSION = "1.0.1"
SCHEMA_FILE = Path(__file__).with_name("assessment_run.schema.json")
NO_CHECKSUM = "0" * 64
PIECES_AT_ONCE = 4_000
MOST_FINDINGS = 20
Document = dict[str, Any]


def rendered(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the text that goes into the file, piece by piece: two spaces of indent, ASCII escapes."""
    pieces: list[str] = []
    for piece in json.JSONEncoder(indent=2).iterencode(dict(document)):
        pieces.append(piece)
        if len(pieces) == PIECES_AT_ONCE:
            yield "".join(pieces)
            pieces.clear()
    yield "".join(pieces)


def checksum(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the document's text with ``artefact_checksum`` set to the empty string."""
    validation = dict(document["validation"]) | {"artefact_checksum": ""}
    digest = hashlib.sha256()
    for piece in rendered(dict(document) | {"validation": validation}):
        digest.update(piece.encode())
    return digest.hexdigest()


def sealed(document: Mapping[str, Any]) -> Document:
    """Return the document with its checksum filled in, keys in the same order; its lists are not copied."""
    validation = dict(document["validation"]) | {"artefact_checksum": checksum(document)}
    return dict(document) | {"validation": validation}


def problems_of(document: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a sealed document, at most twenty findings; empty for a good one."""
    found = list(islice(_findings(document), MOST_FINDINGS))
    if not found and document["validation"]["artefact_checksum"] != checksum(document):
        found.append("validation/artefact_checksum: does not belong to this document")
    return found


def _findings(document: Mapping[str, Any]) -> Iterator[str]:
    """Check the comparisons one by one, so that a long list is never held twice."""
    records = document.get("llm_comparisons")
    yield from frame_findings(dict(document) | ({"llm_comparisons": []} if isinstance(records, list) else {}))
    for place, record in enumerate(records if isinstance(records, list) else []):
        yield from record_findings(place, record)


def frame_findings(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a document whose comparisons were taken out."""
    yield from _explained("", _validators()[0], dict(document))


def record_findings(place: int, record: object) -> Iterator[str]:
    """Yield what is wrong with the comparison that stands at ``place``, counted from 0."""
    yield from _explained(f"llm_comparisons/{place}/", _validators()[1], record)


def _explained(where: str, validator: jsonschema_rs.Draft202012Validator, value: object) -> Iterator[str]:
    for error in validator.iter_errors(value):
        yield f"{where}{'/'.join(map(str, error.instance_path)) or '(root)'}: {error.message[:200]}"


@cache
def _validators() -> tuple[jsonschema_rs.Draft202012Validator, jsonschema_rs.Draft202012Validator]:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return (
        jsonschema_rs.Draft202012Validator(schema, validate_formats=True),
        jsonschema_rs.Draft202012Validator(schema["definitions"]["comparison_record"], validate_formats=True),
    )
