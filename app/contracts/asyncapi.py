"""The AsyncAPI document of the topics: who writes what, by which key, with which headers and payload. PURE.

Made from the topics and from the shapes that our own services read and write, so that it cannot say anything else.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.contracts.cj_events import AssessmentResult, CJCompleted, CJFailed, CJRequest, ResourceConsumption
from app.contracts.envelope import Envelope
from app.contracts.llm_events import ComparisonResult
from app.contracts.topics import Topic

Json = dict[str, Any]
VERSION = "3.0.0"
DRAFT = "http://json-schema.org/draft-07/schema#"
ABOUT = (
    "What runner, cj and gateway tell each other by Kafka. Every event is an envelope in JSON (UTF-8); fields "
    "that a reader does not know are passed over. Records may come more than once: an event is known again by its "
    "event_id."
)
BATCH_KEY = "The batch uuid, so that all news of one batch keeps its order."
HEADERS: Mapping[str, str] = {
    "event_id": "The envelope's event_id: the same however often the record is sent.",
    "event_type": "As in the envelope. Readers go by the topic, since implementations name events differently.",
    "schema_version": "As in the envelope.",
    "correlation_id": "As in the envelope.",
    "source_service": "As in the envelope.",
    "occurred_at": "When the event was written, ISO 8601.",
    "content_type": "application/json",
}
DEAD_HEADERS: Mapping[str, str] = {
    "x-service": "Who could not read the record.",
    "x-original-topic": "Where it came from.",
    "x-original-partition": "The partition there, a decimal number.",
    "x-original-offset": "The offset there, a decimal number.",
    "x-reason": "A short code: not_json, not_an_envelope, unknown_schema_version, invalid_shape.",
    "x-detail": "A sentence without content.",
}


@dataclass(frozen=True)
class Travel:
    """One topic: its name in the document, its shape (None: bytes as they came), its key, who writes and reads."""

    name: str
    shape: type[Envelope[Any]] | None
    key: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    summary: str


TRAVELS: Mapping[Topic, Travel] = {
    Topic.CJ_REQUESTED: Travel(
        "cjRequested", Envelope[CJRequest], BATCH_KEY, ("runner",), ("cj",), "The runner asks cj to judge a batch."
    ),
    Topic.COMPARISON_RESULT: Travel(
        "comparisonResult",
        Envelope[ComparisonResult],
        "The caller's batch (request_metadata.bos_batch_id), else the correlation id of the comparison.",
        ("gateway",),
        ("cj", "runner"),
        "One verdict, or one failure, for each accepted comparison.",
    ),
    Topic.CJ_COMPLETED: Travel(
        "cjCompleted", Envelope[CJCompleted], BATCH_KEY, ("cj",), ("runner",), "A batch is done, well or badly."
    ),
    Topic.CJ_FAILED: Travel(
        "cjFailed", Envelope[CJFailed], BATCH_KEY, ("cj",), ("runner",), "No result of a batch will come, and why."
    ),
    Topic.RESULT_PUBLISHED: Travel(
        "resultPublished",
        Envelope[AssessmentResult],
        "cj's own id of the batch (cj_assessment_job_id).",
        ("cj",),
        ("runner",),
        "The rich result: scores, ranks and grades.",
    ),
    Topic.RESOURCE_CONSUMPTION: Travel(
        "resourceConsumption",
        Envelope[ResourceConsumption],
        BATCH_KEY,
        ("cj",),
        (),
        "How many comparisons were made for whom; for whoever bills.",
    ),
    Topic.DEAD_LETTERS: Travel(
        "deadLetters",
        None,
        "Topic, partition and offset of the record, joined by slashes.",
        ("runner", "cj"),
        (),
        "A record that could not be read, as it came; for operators.",
    ),
}


def document() -> Json:
    """Return the document."""
    messages, shapes = {}, _payloads()
    for travel in TRAVELS.values():
        messages[travel.name] = _message(travel)
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "CJ runner: topics",
            "version": "1.0.0",
            "description": ABOUT,
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "broker": {
                "host": "127.0.0.1:9092",
                "protocol": "kafka",
                "description": "Any broker of the Kafka protocol; KAFKA_BOOTSTRAP_SERVERS names it.",
            }
        },
        "channels": {travel.name: _channel(topic, travel) for topic, travel in TRAVELS.items()},
        "operations": dict(op for topic in TRAVELS.values() for op in _operations(topic)),
        "components": {"messages": messages, "schemas": shapes},
    }


def rendered() -> str:
    """Return the document's text."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def payload_name(shape: type[Envelope[Any]]) -> str:
    """Return the name of an envelope's schema in the document."""
    return f"{_data(shape).__name__}Envelope"


def _data(shape: type[Envelope[Any]]) -> type[BaseModel]:
    found: type[BaseModel] = shape.__pydantic_generic_metadata__["args"][0]
    return found


def _payloads() -> Json:
    """Return the schemas of all envelopes, and of what is in them, under plain names."""
    shapes = [travel.shape for travel in TRAVELS.values() if travel.shape is not None]
    _, found = models_json_schema(
        [(shape, "validation") for shape in shapes], ref_template="#/components/schemas/{model}"
    )
    plain = {f"Envelope_{_data(shape).__name__}_": payload_name(shape) for shape in shapes}
    text = json.dumps(found["$defs"])
    for generic, name in plain.items():
        text = text.replace(f'"{generic}"', f'"{name}"').replace(f"/{generic}", f"/{name}")
    schemas: Json = json.loads(text)
    return {
        name: {"$schema": DRAFT} | schemas[name] if name in plain.values() else schemas[name] for name in schemas
    }


def _message(travel: Travel) -> Json:
    headers = DEAD_HEADERS if travel.shape is None else HEADERS
    payload: Json = {"description": "The value of the record as it came; it may be anything."}
    if travel.shape is not None:
        payload = {"$ref": f"#/components/schemas/{payload_name(travel.shape)}"}
    described = {name: {"type": "string", "description": text} for name, text in headers.items()}
    return {
        "name": travel.name,
        "title": travel.summary,
        "contentType": "application/json" if travel.shape else "application/octet-stream",
        "headers": {"type": "object", "properties": described, "required": list(described)},
        "payload": payload,
        "bindings": {"kafka": {"key": {"type": "string", "description": travel.key}, "bindingVersion": "0.5.0"}},
    }


def _channel(topic: Topic, travel: Travel) -> Json:
    return {
        "address": str(topic),
        "description": f"{travel.summary} Written by {_listed(travel.writers)}; read by "
        f"{_listed(travel.readers) if travel.readers else 'none of our services'}.",
        "servers": [{"$ref": "#/servers/broker"}],
        "messages": {travel.name: {"$ref": f"#/components/messages/{travel.name}"}},
        "bindings": {"kafka": {"topic": str(topic), "bindingVersion": "0.5.0"}},
    }


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(names)


def _operations(travel: Travel) -> list[tuple[str, Json]]:
    sides = [("send", name) for name in travel.writers] + [("receive", name) for name in travel.readers]
    return [
        (
            f"{name}.{action}.{travel.name}",
            {
                "action": action,
                "channel": {"$ref": f"#/channels/{travel.name}"},
                "title": f"{name} {'writes' if action == 'send' else 'reads'} {travel.name}",
                "tags": [{"name": name}],
                "messages": [{"$ref": f"#/channels/{travel.name}/messages/{travel.name}"}],
            },
        )
        for action, name in sides
    ]
