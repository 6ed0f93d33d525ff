"""The OpenAPI document, completed: names, tags, servers, one shape of refusals, and an example for everything.

Fed by FastAPI's own document and by ``examples``; feeds ``/openapi.json``, ``openapi.json`` and generated clients.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

from app.edge.answers import TYPE_PREFIX
from app.edge.problem_pages import family
from app.errors import AppError
from app.runner.access.openapi import secured
from app.runner.api.example import REQUEST_ID
from app.runner.api.examples import EXAMPLES, NONE, PARAMETERS
from app.runner.api.nulls import filled
from app.runner.api.operations import operation_id
from app.runner.api.problem_docs import GUARDED, Problem

Json = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete", "head")
JSON, PROBLEM_JSON = "application/json", "application/problem+json"
SERVERS = [
    {"url": "/", "description": "The service that this document came from"},
    {"url": "http://127.0.0.1:8300", "description": "A stack on this machine (`make up`)"},
]
TAGS = {
    "runs": "Runs: planned, started, followed, cancelled, tried again, deleted.",
    "experiments": "Matrices of runs: prompts, rubrics, models and efforts tried on one package and compared.",
    "results": "What was judged and what came of it: comparisons, scores, grades.",
    "comparisons": "Runs held against each other, and against what people said of the same pairs.",
    "files": "What a run wrote: artefact, report, and everything else.",
    "asset packages": "The essays that runs judge, with the task, the rubric and expert grades.",
    "prompts": "Prompts that runs can ask for by name.",
    "webhooks": "Who is told what happens to runs.",
    "access": "Keys, and who did what.",
    "admin": "What only operators may do.",
    "problems": "What each code of a refusal means.",
    "preflight": "Whether all that runs need is there.",
    "health": "What probes of an orchestrator ask.",
}


class DescribedApi(FastAPI):
    """An application whose document is completed; routes are named by method and address."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments, servers=SERVERS, generate_unique_id_function=_name_of)

    def openapi(self) -> Json:
        """Return the document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = completed(secured(super().openapi(), GUARDED))
        return self.openapi_schema


def _name_of(route: APIRoute) -> str:
    methods = route.methods or {"GET"}
    return operation_id("GET" if "GET" in methods else min(methods), route.path_format)


def completed(document: Json) -> Json:
    """Return the document with tags, one problem schema, and the examples that it lacks."""
    whole = deepcopy(document)
    schemas = whole.setdefault("components", {}).setdefault("schemas", {})
    used = set()
    for operation in operations(whole):
        used.update(operation.get("tags", []))
        _refusals_of_one_shape(operation)
        _examples(operation)
    for told in whole.get("webhooks", {}).values():
        told["post"]["responses"].pop("422", None)  # of the receiver's making, not of ours
    for part in [part for schema in schemas.values() for part in _parts(schema)]:
        if part.pop("contentMediaType", None) == "application/octet-stream":
            part["format"] = "binary"
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas.update(_problem_schemas())
    _nulls(whole, schemas)
    whole["components"]["schemas"] = dict(sorted(schemas.items()))
    whole["tags"] = [{"name": name, "description": TAGS[name]} for name in TAGS if name in used]
    return whole


def operations(document: Json) -> Iterator[Json]:
    """Yield all operations."""
    for methods in document["paths"].values():
        yield from (methods[name] for name in METHODS if name in methods)


def _nulls(document: Json, schemas: Json) -> None:
    for operation in operations(document):
        for part in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media in part.get("content", {}).values():
                if "example" in media:
                    media["example"] = filled(media["example"], media.get("schema", {}), schemas)
    for schema in schemas.values():
        if "examples" in schema:
            schema["examples"] = [filled(example, schema, schemas) for example in schema["examples"]]


def _parts(schema: Any) -> Iterator[Json]:
    """Yield a schema and all that are in it."""
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _parts(part)


def _problem_schemas() -> Json:
    _, found = models_json_schema([(Problem, "serialization")], ref_template="#/components/schemas/{model}")
    return dict(found["$defs"])


def _refusals_of_one_shape(operation: Json) -> None:
    """Make every refusal the one body that the service answers with, FastAPI's own 422 included."""
    for status, answer in operation["responses"].items():
        content = answer.get("content", {})
        foreign = content.get(JSON, {}).get("schema", {}).get("$ref", "").endswith("/HTTPValidationError")
        if foreign:
            answer["description"] = "The request is not valid (`invalid_input`)"
            answer["content"] = content = {PROBLEM_JSON: {}}
        if PROBLEM_JSON in content:
            content[PROBLEM_JSON]["schema"] = {"$ref": f"#/components/schemas/{Problem.__name__}"}
            content[PROBLEM_JSON].setdefault("example", _problem(int(status), answer.get("description", "")))


def _problem(status: int, description: str) -> Json:
    """Return an example of the first refusal that a response's description names, as ``Title (`code`)``."""
    found = re.search(r"([^;`]+?) \(`([a-z_]+)`\)", description)
    title, code = (found[1].strip(), found[2]) if found else ("Refused", f"http_{status}")
    kind = next((one for one in family() if one.code == code), AppError)
    body: Json = {
        "type": f"{TYPE_PREFIX}{code}",
        "title": title,
        "status": status,
        "detail": f"{title}: a sentence that says what to do.",
        "instance": "/v1/runs",
        "code": code,
        "way_out": kind.way_out,
        "retryable": kind.retryable,
        "request_id": REQUEST_ID,
    }
    if code == "invalid_input":
        message = "Input should be greater than or equal to 2"
        body["detail"] = f"budget.max_comparisons: {message}"
        body["errors"] = [
            {"field": "budget.max_comparisons", "pointer": "/budget/max_comparisons", "message": message}
        ]
    return body


def _examples(operation: Json) -> None:
    known = EXAMPLES.get(operation["operationId"], NONE)
    for parameter in operation.get("parameters", []):
        _show(parameter, PARAMETERS.get(parameter["name"]))
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        _show(media, known.request.get(kind))
    for (status, kind), example in known.answers.items():
        answer = operation["responses"].get(status, {})
        if answer and not answer.get("content"):
            answer["content"] = {kind: {"schema": {"type": "object" if kind == JSON else "string"}}}
        _show(answer.get("content", {}).get(kind), example)


def _show(holder: Json | None, example: Any) -> None:
    """Put an example where there is none."""
    if holder is not None and example is not None and not _exemplified(holder):
        holder["example"] = example


def _exemplified(holder: Json) -> bool:
    return "example" in holder or "examples" in holder
