"""The AsyncAPI document: fresh, of AsyncAPI's own structure, and true of what our services write."""

import json
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest
from pydantic import BaseModel

from app.contracts import asyncapi
from app.contracts.asyncapi import DEAD_HEADERS, HEADERS, TRAVELS, payload_name
from app.contracts.cj_events import (
    AssessmentResult,
    CJCompleted,
    CJFailed,
    CJRequest,
    EssayRef,
    EssayResult,
    ProcessingSummary,
    ResourceConsumption,
    SystemMetadata,
)
from app.contracts.envelope import Envelope
from app.contracts.llm_events import ComparisonResult
from app.contracts.topics import Topic
from app.messaging import outbox
from app.roles.stack import ROOT

Json = dict[str, Any]
DOCUMENT: Json = json.loads((ROOT / "asyncapi.json").read_text(encoding="utf-8"))
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ID = UUID(int=7)
BASE: Json = {"entity_id": str(ID), "timestamp": AT}
SYSTEM = SystemMetadata(timestamp=AT)
ROOT_FIELDS = {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"}
CHANNEL_FIELDS = {"address", "messages", "title", "summary", "description", "servers", "parameters", "tags"}
OPERATION_FIELDS = {
    "action",
    "channel",
    "title",
    "summary",
    "description",
    "tags",
    "messages",
    "reply",
    "bindings",
}
MESSAGE_FIELDS = {"headers", "payload", "correlationId", "contentType", "name", "title", "summary", "description"}
NAME = re.compile(r"[A-Za-z0-9_.-]+")
EVENTS: dict[Topic, BaseModel] = {
    Topic.CJ_REQUESTED: CJRequest(
        **BASE,
        system_metadata=SYSTEM,
        essays_for_cj=[EssayRef(essay_id="a", text_storage_id="b")],
        language="en",
        course_code="ENG5",
        user_id="u",
    ),
    Topic.COMPARISON_RESULT: ComparisonResult(
        request_id="q",
        correlation_id=ID,
        winner="Essay A",
        provider="mock",
        model="latent",
        requested_at=AT,
        completed_at=AT,
    ),
    Topic.CJ_COMPLETED: CJCompleted(
        **BASE,
        status="completed_successfully",
        system_metadata=SYSTEM,
        cj_assessment_job_id="1",
        processing_summary=ProcessingSummary(total_essays=2, successful=2, failed=0),
    ),
    Topic.CJ_FAILED: CJFailed(**BASE, system_metadata=SYSTEM, cj_assessment_job_id="1"),
    Topic.RESULT_PUBLISHED: AssessmentResult(
        **BASE,
        batch_id=str(ID),
        cj_assessment_job_id="1",
        model_used="latent",
        model_provider="mock",
        essay_results=[
            EssayResult(
                essay_id="a",
                normalized_score=0.5,
                letter_grade="B",
                confidence_score=0.5,
                confidence_label="MID",
                bt_score=0.1,
                rank=1,
            )
        ],
        assessed_at=AT,
    ),
    Topic.RESOURCE_CONSUMPTION: ResourceConsumption(
        **BASE, user_id="u", quantity=2, processing_id="1", consumed_at=AT
    ),
}


def _at(reference: str) -> Any:
    found: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def _validator(schema: Json) -> Any:
    whole = {"$ref": "#/schema", "schema": schema, "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft7Validator(whole, validate_formats=True)


def test_the_committed_document_is_fresh() -> None:
    assert asyncapi.rendered() == (ROOT / "asyncapi.json").read_text(encoding="utf-8")


def test_every_reference_leads_somewhere() -> None:
    for reference in set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(DOCUMENT))):
        assert _at(reference) is not None, reference


def test_its_parts_have_the_fields_that_asyncapi_3_knows() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert DOCUMENT.keys() <= ROOT_FIELDS
    assert {"title", "version"} <= DOCUMENT["info"].keys()
    for server in DOCUMENT["servers"].values():
        assert {"host", "protocol"} <= server.keys()
        assert "://" not in server["host"]
    for name, channel in DOCUMENT["channels"].items():
        assert NAME.fullmatch(name)
        assert channel.keys() <= CHANNEL_FIELDS | {"bindings"}
        assert all(server["$ref"].startswith("#/servers/") for server in channel["servers"])
    for name, operation in DOCUMENT["operations"].items():
        assert NAME.fullmatch(name)
        assert operation.keys() <= OPERATION_FIELDS
        assert operation["action"] in {"send", "receive"}
        assert operation["channel"]["$ref"].startswith("#/channels/")
    for message in DOCUMENT["components"]["messages"].values():
        assert message.keys() <= MESSAGE_FIELDS | {"bindings"}
        assert message["headers"]["type"] == "object"


def test_an_operation_names_a_message_of_its_own_channel() -> None:
    for operation in DOCUMENT["operations"].values():
        for message in operation["messages"]:
            assert message["$ref"].startswith(operation["channel"]["$ref"] + "/messages/")


def test_its_schemas_are_json_schemas() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid({"$schema": asyncapi.DRAFT} | schema), name


def test_every_topic_is_in_it_with_who_writes_it() -> None:
    addresses = {channel["address"] for channel in DOCUMENT["channels"].values()}
    assert addresses == {str(topic) for topic in Topic}
    sent = {
        operation["channel"]["$ref"].rsplit("/", 1)[1]
        for operation in DOCUMENT["operations"].values()
        if operation["action"] == "send"
    }
    assert sent == DOCUMENT["channels"].keys()


@pytest.mark.parametrize("topic", EVENTS)
def test_what_our_services_write_is_what_the_document_says(topic: Topic) -> None:
    data, travel = EVENTS[topic], TRAVELS[topic]
    assert travel.shape is not None
    envelope = Envelope[BaseModel](
        event_id=ID, event_type=str(topic), event_timestamp=AT, source_service="x", correlation_id=ID, data=data
    )
    event = outbox.event(envelope, topic, aggregate_type="batch", aggregate_id="1", now=AT)
    schema = DOCUMENT["components"]["schemas"][payload_name(travel.shape)]
    written = json.loads(event.payload)
    assert [error.message for error in _validator(schema).iter_errors(written)] == []
    del written["data"]["timestamp" if "timestamp" in written["data"] else "request_id"]
    assert not _validator(schema).is_valid(written)
    headers = DOCUMENT["components"]["messages"][travel.name]["headers"]
    assert _validator(headers).is_valid(dict(event.headers))
    assert set(event.headers) == set(HEADERS) == set(headers["properties"])


def test_every_topic_with_a_shape_is_tried() -> None:
    assert {topic for topic, travel in TRAVELS.items() if travel.shape is not None} == EVENTS.keys()
    assert set(DOCUMENT["components"]["messages"]["deadLetters"]["headers"]["properties"]) == set(DEAD_HEADERS)
