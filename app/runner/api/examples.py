"""Examples of requests and answers, by operation: one story of one run, all the way through the document.

Feeds ``described``. A route may bring examples of its own, which count before these; a test names an operation
that has none, and an example that its schema refuses.
"""

from collections.abc import Mapping
from typing import Any

from app.runner.api.example import AT, FORM, HTML, JSON, LATER, RUN_ID, SHA256, TEXT, Example
from app.runner.api.examples_beside import BESIDE, DELIVERY_ID, KEY_ID, SUBSCRIPTION_ID, VERDICTS_ID
from app.runner.api.experiment_docs import EXPERIMENT_ID, EXPERIMENTS
from app.runner.api.views import RunView
from app.runner.plan.spec import PlanRequest
from app.runner.runs.spec import RunRequest

Json = dict[str, Any]
AGAIN_ID = "run_019abf4c11d07b5a8a6f0e9d2c3b1a40"
PACKAGE_ID = "pkg_019abf39c0de7f2b8d4e6a1b2c3d4e5f"
BATCH_UUID = "5d1f0c0a-6f2e-4f6b-9a51-2c8f0f3f7b11"
CORRELATION_ID = "8d1c9e3b-4f7a-4b6e-9d0f-1a2b3c4d5e6f"
PARAMETERS = {
    "run_id": RUN_ID,
    "package_id": PACKAGE_ID,
    "role": "rubric",
    "name": "003_language_control",
    "key_id": KEY_ID,
    "experiment_id": EXPERIMENT_ID,
    "subscription_id": SUBSCRIPTION_ID,
    "delivery_id": DELIVERY_ID,
    "letter_id": 17,
    "set_id": VERDICTS_ID,
    "runs": f"{RUN_ID},{AGAIN_ID}",
}


NONE = Example()
RUN_REQUEST: Json = {
    "mode": "anchor-align-test",
    "batch_label": "try-%Y%m%d-{n}",
    "assets": {"package_id": PACKAGE_ID},
    "llm": {"provider": "mock", "model": "latent"},
    "budget": {"max_comparisons": 66, "max_cost_usd": 2.5, "completion_timeout_s": 600},
    "design": {"seed": 7, "pairing": "information", "both_orders": True, "stop": {"rule": "stability"}},
    "labels": {"team": "rubrics"},
}
ACCEPTED_REQUEST: Json = RunRequest.model_validate(RUN_REQUEST).model_dump(mode="json")


def _run(status: str, run_id: str = RUN_ID, **changes: Any) -> Json:
    own = f"/v1/runs/{run_id}"
    places = ("artefact", "report", "events", "files", "cancel", "retry")
    begun = status not in {"accepted", "preparing"}
    received = {"accepted": 0, "running": 24, "cancelling": 24}.get(status, 66)
    run: Json = {
        "id": run_id,
        "mode": "anchor-align-test",
        "status": status,
        "status_reason": None,
        "status_detail": None,
        "batch_uuid": BATCH_UUID,
        "batch_label": "try-20261124-1",
        "correlation_id": CORRELATION_ID,
        "labels": {"team": "rubrics"},
        "retry_of": None,
        "attempt": 1,
        "artefact_revision": 1 if status == "completed" else 0,
        "recollect": None,
        "progress": {
            "stage": status,
            "wave": received // 12,
            "comparisons": {
                "asked": min(66, received + 12) if begun else 0,
                "received": received,
                "succeeded": received,
                "failed": 0,
                "late": 0,
                "total": 66,
            },
            "eta_s": 7.5 if status == "running" else None,
            "tokens": {"prompt": 900 * received, "completion": 80 * received},
            "cost_usd": round(0.00031 * received, 6),
        },
        "request": ACCEPTED_REQUEST,
        "links": {"self": own} | {name: f"{own}/{name}" for name in places},
        "created_at": AT,
        "updated_at": LATER if begun else AT,
        "published_at": "2026-11-24T08:00:01Z" if begun else None,
        "deadline_at": "2026-11-24T08:10:00Z",
        "finished_at": LATER if status == "completed" else None,
        "cancel_requested_at": LATER if status == "cancelling" else None,
    }
    return {name: value for name, value in (run | changes).items() if name in RunView.model_fields}


PACKAGE: Json = {
    "id": PACKAGE_ID,
    "name": "eng5-demo",
    "sha256": SHA256,
    "file_count": 25,
    "bytes": 84213,
    "min_text_characters": 100,
    "inventory": {
        "counts": {"anchor": 12, "student": 10, "instructions": 1, "rubric": 1, "grades": 1},
        "files": [
            {
                "path": "anchor_essays/anchor_01_A.md",
                "kind": "anchor",
                "sha256": SHA256,
                "bytes": 3120,
                "characters": 3098,
                "grade": "A",
            }
        ],
    },
    "created_at": AT,
}
PROMPT: Json = {
    "role": "rubric",
    "name": "003_language_control",
    "version": 3,
    "purpose": "Language control before content.",
    "sha256": SHA256,
    "characters": 412,
}
EVENTS: list[Json] = [
    {"number": 1, "type": "run.accepted", "at": AT, "data": {"mode": "anchor-align-test"}},
    {"number": 2, "type": "run.preparing", "at": AT, "data": {}},
    {"number": 3, "type": "run.published", "at": "2026-11-24T08:00:01Z", "data": {"essays": 12}},
]
STREAM = """retry: 2000

id: 3
event: run.published
data: {"number":3,"type":"run.published","at":"2026-11-24T08:00:01Z","data":{"essays":12}}

"""
PLAN_REQUEST: Json = {name: part for name, part in RUN_REQUEST.items() if name not in {"mode", "llm"}} | {
    "llm": {"provider": "openai", "model": "gpt-5.1"}
}
PLAN: Json = {
    "mode": "anchor-align-test",
    "batch_label": "try-20261124-{n}",
    "inventory": {
        "package_id": PACKAGE_ID,
        "name": "eng5-demo",
        "sha256": SHA256,
        "anchors": 12,
        "students": 10,
        "judged": 12,
        "grades": {"A": 2, "B": 2, "C": 4, "D": 2, "E": 2},
        "characters_mean": 2980.4,
        "characters_longest": 3420,
    },
    "pairs": {
        "policy": "information",
        "both_orders": True,
        "possible": 66,
        "listed": None,
        "iterations": None,
        "boundaries": {},
    },
    "comparisons": {
        "at_least": None,
        "at_most": 66,
        "per_wave": 12,
        "waves_at_most": 6,
        "reason": "budget.max_comparisons; the stop rule stability may end it earlier",
    },
    "judge": {"provider": "openai", "model": "gpt-5.1", "batching_mode": None},
    "cost": {
        "known": True,
        "usd_per_comparison": 0.003663,
        "usd_expected": 0.241758,
        "usd_at_most": 0.573,
        "tokens_usual": {"prompt": 1970, "answer": 120},
        "tokens_at_most": {"prompt": 2946, "answer": 500},
        "reason": None,
        "assumptions": ["price of openai gpt-5.1: 1.25 USD per million tokens of the prompt, 10 of the answer"],
    },
    "notes": ["the package's anchors would be compared among themselves; judging students needs an assignment_id"],
    "request": PlanRequest.model_validate(PLAN_REQUEST).model_dump(mode="json"),
}
PREFLIGHT: Json = {
    "ok": True,
    "warnings": 1,
    "version": "0.1.0",
    "checked_at": AT,
    "checks": [
        {
            "name": "database",
            "ok": True,
            "severity": "error",
            "detail": "Postgres 18.0 answers",
            "what_to_do": None,
            "ms": 3,
        },
        {
            "name": "provider keys",
            "ok": False,
            "severity": "warning",
            "detail": "no provider has a key; without keys: mock, replay",
            "what_to_do": "give the gateway a key, such as OPENAI_API_KEY or ANTHROPIC_API_KEY, and restart it",
            "ms": 9,
        },
    ],
}
ASKING: Json = {
    "by": "request",
    "requested_at": LATER,
    "finished_at": None,
    "tries": 0,
    "published_again": 0,
    "found": {"comparisons": 0, "completions": 0, "results": 0, "failures": 0},
    "error": None,
}
EXAMPLES: Mapping[str, Example] = {
    **BESIDE,
    **EXPERIMENTS,
    "start_run": Example({JSON: RUN_REQUEST}, {("202", JSON): _run("accepted")}),
    "plan_run": Example({JSON: PLAN_REQUEST}, {("200", JSON): PLAN}),
    "list_runs": Example(
        answers={("200", JSON): {"items": [_run("completed"), _run("running")], "next_cursor": None, "next": None}}
    ),
    "get_run": Example(answers={("200", JSON): _run("running")}),
    "cancel_run": Example(
        answers={("202", JSON): _run("cancelling"), ("200", JSON): _run("cancelled", status_reason="cancelled")}
    ),
    "recollect_run": Example(answers={("202", JSON): _run("running", recollect=ASKING)}),
    "retry_run": Example(answers={("202", JSON): _run("accepted", AGAIN_ID, retry_of=RUN_ID, attempt=2)}),
    "list_run_events": Example(
        answers={("200", JSON): {"items": EVENTS}, ("200", "text/event-stream"): STREAM},
    ),
    "get_run_artefact": Example(answers={("200", JSON): {"schema_version": "1.0.1", "bt_summary": []}}),
    "get_run_report": Example(
        answers={
            ("200", TEXT): "# Anchor alignment: try-20261124-1\n\n- \u2705 All 4 targets of agreement are met.\n",
            ("200", HTML): '<!DOCTYPE html>\n<html lang="en">…</html>\n',
            ("200", JSON): {"report_version": "1.0", "kind": "alignment", "title": "Anchor alignment: try"},
        }
    ),
    "get_run_file": Example(
        answers={("200", TEXT): "# Run try-20261124-1\n", ("200", JSON): {"schema_version": "1.0.1"}}
    ),
    "upload_asset_package": Example(
        {FORM: {"name": "my-essays", "file": ["essays.zip"]}}, {("201", JSON): PACKAGE}
    ),
    "register_asset_package": Example({JSON: {"folder": "eng5-demo"}}, {("201", JSON): PACKAGE}),
    "list_asset_packages": Example(answers={("200", JSON): {"items": [PACKAGE]}}),
    "get_asset_package": Example(answers={("200", JSON): PACKAGE}),
    "list_prompts": Example(answers={("200", JSON): {"items": [PROMPT]}}),
    "get_prompt": Example(
        answers={("200", JSON): PROMPT | {"text": "Weigh the two texts on these points, language first: …"}}
    ),
    "check_preflight": Example(answers={("200", JSON): PREFLIGHT}),
    "check_liveness": Example(answers={("200", JSON): {"status": "ok", "service": "cj_runner"}}),
    "check_readiness": Example(
        answers={
            ("200", JSON): {"ready": True, "service": "cj_runner", "checks": {"database": "ok"}},
            ("503", JSON): {
                "ready": False,
                "service": "cj_runner",
                "checks": {"database": "the database does not answer (OSError)"},
            },
        }
    ),
}
