"""What is generated for cj, the gateway and the content store, turned into what they know now and then.

Loaded by schemathesis through ``SCHEMATHESIS_HOOKS``; ``FUZZ_KNOWN`` is a JSON object of values by parameter.
"""

import json
import os
from typing import Any

import schemathesis

Given = dict[str, Any]
KNOWN: dict[str, str] = json.loads(os.environ.get("FUZZ_KNOWN", "{}"))


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Given | None) -> Given | None:
    """Name what is there for every second thing that is generated, but never to delete it."""
    for name, given in (path_parameters or {}).items():
        if name in KNOWN and len(str(given)) % 2 == 0 and context.operation.method.upper() != "DELETE":
            path_parameters = (path_parameters or {}) | {name: KNOWN[name]}
    return path_parameters


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Given) -> None:
    """Ask for a judge that is there, where what is asked is meant to be good."""
    del context, kwargs
    if case.meta is None or not case.meta.generation.mode.is_positive or not isinstance(case.body, dict):
        return
    if case.operation.label == "POST /api/v1/comparison":
        case.body["llm_config_overrides"] = {"provider_override": "mock"}
    if "assignment_id" in case.body and "assignment_id" in KNOWN:
        case.body["assignment_id"] = KNOWN["assignment_id"]
