"""The committed OpenAPI document: whole in itself, named well, with valid examples for everything."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from app.roles.stack import ROOT
from app.runner.api.operations import operation_id
from app.runner.webhooks.kinds import EVERY, TEST

Json = dict[str, Any]
DOCUMENT: Json = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))
METHODS = ("get", "post", "put", "patch", "delete")
OPERATIONS: dict[str, Json] = {
    f"{method.upper()} {path}": methods[method]
    for path, methods in DOCUMENT["paths"].items()
    for method in METHODS
    if method in methods
}
BINARY = re.compile(r"octet-stream|zip|parquet|arrow|\*/\*")


def test_every_reference_leads_somewhere() -> None:
    for reference in set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(DOCUMENT))):
        at = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            assert step in at, reference
            at = at[step]


def test_every_webhook_is_described_with_an_example_that_fits_its_schema() -> None:
    document = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))
    assert set(document["webhooks"]) == {*EVERY, TEST}
    for kind, described in document["webhooks"].items():
        post = described["post"]
        content = post["requestBody"]["content"]["application/json"]
        assert content["example"]["type"] == kind
        schema = {**content["schema"], "components": document["components"]}
        jsonschema_rs.validate(schema, content["example"])
        assert {one["name"] for one in post["parameters"]} == {
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
        }


def _main(operation: Json) -> tuple[str, Json]:
    """Return the first answer of success, which is the one that a caller is after."""
    return next((status, answer) for status, answer in operation["responses"].items() if status.startswith("2"))


def _media(operation: Json) -> Iterator[tuple[str, Json]]:
    """Yield, with its place, each body that must be shown: of the request, and of all answers."""
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        yield f"request {kind}", media
    for status, answer in operation["responses"].items():
        for kind, media in answer.get("content", {}).items():
            yield f"answer {status} {kind}", media


def _examples(media: Json) -> list[Any]:
    found = [media["example"]] if "example" in media else []
    return found + [item["value"] for item in media.get("examples", {}).values() if "value" in item]


def _of_schema(media: Json) -> list[Any]:
    schema = media.get("schema", {})
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return list(schema.get("examples", [])) or ([schema["example"]] if "example" in schema else [])


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_shows_its_request_and_its_answer(name: str) -> None:
    status, _ = _main(OPERATIONS[name])
    lacking = [
        place
        for place, media in _media(OPERATIONS[name])
        if place.startswith(("request", f"answer {status}"))
        and not BINARY.search(place)
        and not (_examples(media) or _of_schema(media))
    ]
    assert lacking == [], f"{name} ({OPERATIONS[name]['operationId']}) lacks an example for {lacking}"


def test_an_answer_of_success_says_what_is_in_it() -> None:
    empty = {
        name: status
        for name, operation in OPERATIONS.items()
        if (status := _main(operation)[0]) not in {"204", "202"} and not _main(operation)[1].get("content")
    }
    assert empty == {}


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_example_is_as_its_schema_says(name: str) -> None:
    for place, media in _media(OPERATIONS[name]):
        schema = {"$ref": "#/schema", "schema": media.get("schema", {}), "components": DOCUMENT["components"]}
        check = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        for example in [*_examples(media), *_of_schema(media)]:
            wrong = [
                f"{'/'.join(map(str, error.instance_path))}: {error.message}"
                for error in check.iter_errors(example)
            ]
            assert wrong == [], f"{name}, {place}"


def test_an_example_shows_no_field_that_its_schema_does_not_know() -> None:
    strange = {}
    for name, operation in OPERATIONS.items():
        for place, media in _media(operation):
            schema = media.get("schema", {})
            if "$ref" in schema:
                known = DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]].get("properties", {})
                shown = {field for example in _examples(media) if isinstance(example, dict) for field in example}
                if known and not shown <= known.keys():
                    strange[f"{name}, {place}"] = sorted(shown - known.keys())
    assert strange == {}


def test_operations_are_named_by_a_verb_and_once() -> None:
    ids = Counter(operation["operationId"] for operation in OPERATIONS.values())
    assert {name: count for name, count in ids.items() if count > 1} == {}
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", name)] == []


def test_names_follow_from_method_and_address() -> None:
    for name, operation in OPERATIONS.items():
        assert operation["operationId"] == operation_id(*name.split(" ")), name


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/v1/runs", "start_run"),
        ("POST", "/v1/runs:plan", "plan_run"),
        ("GET", "/v1/runs/{run_id}", "get_run"),
        ("DELETE", "/v1/runs/{run_id}", "delete_run"),
        ("POST", "/v1/runs/{run_id}/cancel", "cancel_run"),
        ("GET", "/v1/runs/{run_id}/files/{path:path}", "get_run_file"),
        ("GET", "/v1/runs/{run_id}/comparisons", "list_run_comparisons"),
        ("GET", "/v1/results/batches/{batch_uuid}", "get_result_batch"),
        ("POST", "/v1/webhooks", "create_webhook"),
        ("POST", "/v1/webhooks/{subscription_id}/rotate", "rotate_webhook"),
        ("GET", "/v1/webhooks/{subscription_id}/deliveries", "list_webhook_deliveries"),
        ("POST", "/v1/webhooks/{subscription_id}/deliveries/{delivery_id}/replay", "replay_webhook_delivery"),
        ("PATCH", "/v1/webhooks/{subscription_id}", "update_webhook"),
    ],
)
def test_the_rule_of_names_reads_well(method: str, path: str, name: str) -> None:
    assert operation_id(method, path) == name


def test_every_tag_is_described_and_every_operation_has_one() -> None:
    described = {tag["name"] for tag in DOCUMENT["tags"]}
    untold = {name: operation.get("tags") for name, operation in OPERATIONS.items() if not operation.get("tags")}
    assert untold == {}
    used = {tag for operation in OPERATIONS.values() for tag in operation["tags"]}
    assert used == described, f"describe these in app/runner/api/described.py: {sorted(used - described)}"


def test_every_refusal_is_a_problem() -> None:
    for name, operation in OPERATIONS.items():
        for status, answer in operation["responses"].items():
            if status.startswith("4"):
                assert list(answer["content"]) == ["application/problem+json"], f"{name}: {status}"
                problem = answer["content"]["application/problem+json"]
                assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}, f"{name}: {status}"


def test_the_document_says_where_the_service_answers() -> None:
    assert [server["url"] for server in DOCUMENT["servers"]] == ["/", "http://127.0.0.1:8300"]
