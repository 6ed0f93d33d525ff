"""The committed OpenAPI document: whatever it refers to is in it."""

import json
import re

from app.roles.stack import ROOT


def test_every_reference_leads_somewhere() -> None:
    text = (ROOT / "openapi.json").read_text(encoding="utf-8")
    document = json.loads(text)
    for reference in set(re.findall(r'"\$ref": "([^"]+)"', text)):
        at = document
        for step in reference.removeprefix("#/").split("/"):
            assert step in at, reference
            at = at[step]
