"""Examples of what stands beside runs: webhooks, keys, the audit, revisions, problems. Feeds ``examples``."""

from collections.abc import Mapping
from typing import Any

from app.runner.api.example import (
    AT,
    FORM,
    HTML,
    JSON,
    LATER,
    REQUEST_ID,
    RUN_ID,
    SHA256,
    Example,
)

Json = dict[str, Any]
OWN = f"/v1/runs/{RUN_ID}"
KEY_ID = "4f1c09ab7d2e6c83"
SUBSCRIPTION_ID = "whs_019abf3c2d7b7a60b2f4c8d1e5a90317"
DELIVERY_ID = "whd_2f7c51b09e4d4a1c8b6f3e2d1c0a9b87"
HOOK = "https://grades.example.org/hooks/cj"
SECRET = "whsec_" + "A" * 43 + "="
KEY: Json = {
    "id": KEY_ID,
    "owner": "north-school",
    "subject": "gradebook",
    "scopes": ["runs:write"],
    "created_by": "operator",
    "created_at": AT,
    "expires_at": None,
    "last_used_at": LATER,
    "revoked_at": None,
}
AUDITED: Json = {
    "id": "aud_019abf3ad4c27a1e9f3a5d1c0b7e4f21",
    "at": AT,
    "subject": "gradebook",
    "owner": "north-school",
    "method": "POST",
    "route": "/v1/runs/{run_id}/cancel",
    "ids": {"run_id": RUN_ID},
    "request_id": REQUEST_ID,
    "remote_address": "192.0.2.7",
    "status": 202,
    "location": None,
    "finished_at": LATER,
}
SUBSCRIPTION: Json = {
    "id": SUBSCRIPTION_ID,
    "run_id": None,
    "url": HOOK,
    "events": ["run.completed", "run.failed"],
    "modes": [],
    "labels": {"team": "rubrics"},
    "description": "the gradebook",
    "enabled": True,
    "disabled_reason": None,
    "disabled_at": None,
    "signing": "hmac",
    "public_key": None,
    "previous_secret_until": None,
    "failing_since": None,
    "created_at": AT,
    "updated_at": AT,
    "links": {"self": f"/v1/webhooks/{SUBSCRIPTION_ID}"},
}
DELIVERY: Json = {
    "id": DELIVERY_ID,
    "subscription_id": SUBSCRIPTION_ID,
    "run_id": RUN_ID,
    "type": "run.completed",
    "event_number": 6,
    "status": "delivered",
    "status_reason": None,
    "attempt_count": 1,
    "next_attempt_at": None,
    "created_at": LATER,
    "finished_at": LATER,
    "links": {"self": f"/v1/webhooks/{SUBSCRIPTION_ID}/deliveries/{DELIVERY_ID}"},
}
WAITING = DELIVERY | {"status": "pending", "next_attempt_at": LATER, "finished_at": None, "attempt_count": 0}
ATTEMPT: Json = {"number": 1, "at": LATER, "ms": 84, "status_code": 204, "error": None, "body": ""}
REQUESTED: Json = {
    "event_id": "0b5e2f6c-8a91-4d3f-9c7d-1e2a3b4c5d6e",
    "event_type": "els.cj_assessment.requested.v1",
    "data": {"llm_config_overrides": None},
}
REQUEST: Json = {
    "number": 1,
    "name": "els_cj_assessment_request_20261124T080001Z.json",
    "published": True,
    "sha256": SHA256,
    "bytes": 4180,
    "href": f"{OWN}/requests/1",
    "body": REQUESTED,
}
REVISION: Json = {
    "number": 1,
    "created_at": LATER,
    "event": "run.completed",
    "why": None,
    "files": 71,
    "bytes": 240113,
    "artefact_sha256": SHA256,
    "links": {"artefact": f"{OWN}/artefact?revision=1", "bundle": f"{OWN}/bundle.zip?revision=1"},
}
LETTER: Json = {
    "id": 17,
    "topic": "huleedu.llm_provider.comparison_result.v1",
    "partition": 0,
    "offset": 4711,
    "sha256": SHA256,
    "reason": "invalid_shape",
    "detail": "data.winner: literal_error",
    "status": "waiting",
    "created_at": AT,
    "resolved_at": None,
    "resolved_by": None,
    "replay_id": None,
}
RESOLVED = LETTER | {"resolved_at": LATER, "resolved_by": "gradebook"}
SHAPE: Json = {
    "key": "5d1f0c0a-6f2e-4f6b-9a51-2c8f0f3f7b11",
    "headers": {"content_type": "application/json"},
    "bytes": 1204,
    "value": {"event_type": "llm.comparison_result.v1", "data": {"justification": "(212 characters)"}},
}
VERDICTS_ID = "hv_019abf5d33c27a1e9f3a5d1c0b7e4f21"
VERDICTS: Json = {
    "id": VERDICTS_ID,
    "run_id": RUN_ID,
    "label": "teachers, spring",
    "sha256": SHA256,
    "layout": "choice",
    "counts": {
        "rows": 124,
        "verdicts": 120,
        "ties": 6,
        "undecided": 4,
        "unmatched": 2,
        "same_essay": 0,
        "pairs": 58,
    },
    "judges": [{"judge": "judge_1", "verdicts": 62}, {"judge": "judge_2", "verdicts": 58}],
    "judge_names_kept": False,
    "unmatched_essays": [{"name": "anchor_13", "rows": 2}],
    "unmatched_essays_total": 1,
    "created_at": LATER,
    "links": {
        "self": f"{OWN}/human-verdicts/{VERDICTS_ID}",
        "agreement": f"{OWN}/agreement?verdicts={VERDICTS_ID}",
    },
}
PAGE = "<!doctype html>\n<title>Problems</title>\n"


def _page(item: Json) -> Example:
    return Example(answers={("200", JSON): {"items": [item], "next_cursor": None}})


BESIDE: Mapping[str, Example] = {
    "list_api_keys": _page(KEY),
    "get_api_key": Example(answers={("200", JSON): KEY}),
    "create_api_key": Example(
        {JSON: {"subject": "gradebook", "scopes": ["runs:write"]}},
        {("201", JSON): KEY | {"last_used_at": None, "key": f"cjr_{KEY_ID}_" + "x" * 49}},
    ),
    "list_audit": _page(AUDITED),
    "list_dead_letters": _page(LETTER),
    "get_dead_letter": Example(answers={("200", JSON): LETTER | SHAPE}),
    "replay_dead_letter": Example(
        answers={("202", JSON): RESOLVED | {"status": "replayed", "replay_id": REQUESTED["event_id"]}}
    ),
    "discard_dead_letter": Example(answers={("200", JSON): RESOLVED | {"status": "discarded"}}),
    "create_webhook": Example(
        {JSON: {"url": HOOK, "events": ["run.completed", "run.failed"], "labels": {"team": "rubrics"}}},
        {("201", JSON): SUBSCRIPTION | {"secret": SECRET}},
    ),
    "list_webhooks": _page(SUBSCRIPTION),
    "get_webhook": Example(answers={("200", JSON): SUBSCRIPTION}),
    "update_webhook": Example(
        {JSON: {"enabled": False}},
        {("200", JSON): SUBSCRIPTION | {"enabled": False, "disabled_reason": "by_request", "disabled_at": LATER}},
    ),
    "rotate_webhook_secret": Example(
        {JSON: {"overlap_s": 3600}},
        {("200", JSON): SUBSCRIPTION | {"secret": SECRET, "previous_secret_until": "2026-11-24T09:00:00Z"}},
    ),
    "test_webhook": Example(
        answers={("202", JSON): WAITING | {"type": "webhook.test", "run_id": None, "event_number": None}}
    ),
    "list_webhook_deliveries": _page(DELIVERY),
    "list_run_webhook_deliveries": _page(DELIVERY),
    "get_webhook_delivery": Example(
        answers={("200", JSON): DELIVERY | {"payload": {"type": "run.completed"}, "attempts": [ATTEMPT]}}
    ),
    "replay_webhook_delivery": Example(answers={("202", JSON): WAITING}),
    "import_human_verdicts": Example(
        {FORM: {"file": "verdicts.csv", "label": "teachers, spring"}},
        {("201", JSON): VERDICTS, ("200", JSON): VERDICTS},
    ),
    "list_human_verdicts": Example(answers={("200", JSON): {"items": [VERDICTS]}}),
    "get_human_verdicts": Example(answers={("200", JSON): VERDICTS}),
    "list_run_requests": Example(answers={("200", JSON): {"revision": 1, "items": [REQUEST]}}),
    "get_run_request": Example(answers={("200", JSON): REQUESTED}),
    "get_run_event_file": Example(answers={("200", JSON): {"event_type": "cj_assessment.completed.v1"}}),
    "list_run_revisions": Example(answers={("200", JSON): {"latest": 1, "items": [REVISION]}}),
    "list_problems": Example(answers={("200", HTML): PAGE}),
    "get_problem": Example(answers={("200", HTML): PAGE}),
}
