"""The committed OpenAPI document: whatever it refers to is in it."""

import json
import re

import jsonschema_rs

from app.roles.stack import ROOT
from app.runner.webhooks.kinds import EVERY, TEST


def test_every_reference_leads_somewhere() -> None:
    text = (ROOT / "openapi.json").read_text(encoding="utf-8")
    document = json.loads(text)
    for reference in set(re.findall(r'"\$ref": "([^"]+)"', text)):
        at = document
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
