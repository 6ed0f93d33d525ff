"""What is generated for the API, turned into what it knows now and then: else every answer would be 404 or 422.

Loaded by schemathesis through ``SCHEMATHESIS_HOOKS``; ``FUZZ_KNOWN`` is a JSON object: ``known`` and, for what is
deleted, ``doomed`` name by parameter what is there.
"""

import io
import itertools
import json
import os
import zipfile
from typing import Any

import schemathesis
from schemathesis.transport.serialization import Binary

Given = dict[str, Any]
THERE: dict[str, dict[str, list[Any]]] = json.loads(os.environ.get("FUZZ_KNOWN", '{"known": {}, "doomed": {}}'))
FOLDER = "eng5-demo"
FRESH = itertools.count()


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Given | None) -> Given | None:
    """Name what is there for most of what is generated; what is deleted is nobody else's."""
    there = THERE["doomed" if context.operation.method.upper() == "DELETE" else "known"]
    for name, given in (path_parameters or {}).items():
        known = there.get(name, [])
        choice = len(str(given)) % (len(known) + 1)
        if path_parameters and choice < len(known):
            path_parameters[name] = known[choice]
    return path_parameters


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Given) -> None:
    """Make what the schema allows into what the service can know: no cursor of another list, real essays."""
    del context, kwargs
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if isinstance(case.query, dict):
        case.query.pop("cursor", None)
        if case.query.get("label"):
            case.query["label"] = ["kind=fuzz"]
        if isinstance(case.query.get("wait"), int):
            case.query["wait"] = min(1, case.query["wait"])
    if "Idempotency-Key" in (case.headers or {}):
        case.headers["Idempotency-Key"] = f"fuzz-{next(FRESH)}"
    if (case.headers or {}).get("Last-Event-ID") == "null":
        del case.headers["Last-Event-ID"]
    known = BODIES.get(case.operation.label)
    if known is not None and isinstance(case.body, dict):
        case.body = known(case.body)


def _uploaded(body: Given) -> Given:
    return _shown(body) | {"file": [Binary(_essays())]}


def _found(body: Given) -> Given:
    return _shown(body) | {"folder": FOLDER, "min_text_characters": 100}


def _shown(body: Given) -> Given:
    """Return a body whose name can be shown: letters without a shape are refused by name."""
    name = body.get("name")
    return body | {"name": "fuzz"} if isinstance(name, str) and not name.isprintable() else body


def _lasting(body: Given) -> Given:
    return body | {"expires_at": "2999-12-31T00:00:00Z"} if body.get("expires_at") else body


def _of_what_is_there(body: Given) -> Given:
    return body | {"assets": body["assets"] | {"package_id": THERE["known"]["package_id"][0]}}


def _essays() -> bytes:
    """Return a zip of two anchors and two answers, for a part that schemathesis sends as a file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in (
            "anchor_essays/first_A.txt",
            "anchor_essays/second_C.txt",
            "student_essays/a.txt",
            "student_essays/b.txt",
        ):
            archive.writestr(name, f"The essay {name} has a beginning, a middle and an end. " * 300)
    return packed.getvalue()


BODIES = {
    "POST /v1/asset-packages": _uploaded,
    "POST /v1/asset-packages/from-folder": _found,
    "POST /v1/api-keys": _lasting,
    "POST /v1/runs": _of_what_is_there,
    "POST /v1/runs:plan": _of_what_is_there,
    "POST /v1/experiments": _of_what_is_there,
    "POST /v1/experiments:plan": _of_what_is_there,
}
