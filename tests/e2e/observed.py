"""Work for a stack that is looked at: runs that use every part, and one that fails."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from app.cli.client_http import ApiClient
from app.cli.demo_data import folder_archive
from app.cli.runner_client import RunnerClient
from app.edge.tokens import service_token
from app.roles.stack import ROOT, Stack
from app.settings import AuthSettings
from cj_runner_client.api.runs import start_run
from cj_runner_client.models import RunRequest, RunStarted

ENG5 = ROOT / "data" / "eng5-demo"
TROUBLED_JUDGE = {
    "LLM_PROVIDER_SERVICE_MOCK_LATENCY_MS": "20",
    "LLM_PROVIDER_SERVICE_MOCK_ERROR_RATE": "0.05",
    "LLM_PROVIDER_SERVICE_MOCK_ERROR_CODES": "[429, 400]",
    "LLM_PROVIDER_SERVICE_MOCK_CACHE_HIT_RATE": "0.5",
    "LLM_PROVIDER_SERVICE_BATCH_API_MODE": "opportunistic",
    "LLM_PROVIDER_SERVICE_BATCH_API_GATHER_S": "0.2",
    "LLM_PROVIDER_SERVICE_BATCH_API_POLL_S": "0.2",
    "CJ_ASSESSMENT_SERVICE_RETRY_BACK_OFF_S": "0.1",
    "CJ_ASSESSMENT_SERVICE_RETRY_RATE_LIMIT_BACK_OFF_S": "0.1",
    "CJ_ASSESSMENT_SERVICE_BATCH_MONITOR_INTERVAL_MINUTES": "0.02",
}
"""A mock that is refused and limited now and then, with batch jobs and a prompt cache."""
DEADLINE_S = 120.0
Json = dict[str, Any]


@dataclass(frozen=True)
class Ended:
    """A run as it ended."""

    id: str
    label: str
    status: str


def all_kinds_of_work(stack: Stack, label: str) -> dict[str, Ended]:
    """Let the stack judge an execute run in waves, a batch job, and a run whose judge knows no answer.

    Returns how each ended, by its name.
    """
    with RunnerClient(stack.plan.url("api")) as api:
        package = api.upload_package("eng5-demo", folder_archive(ENG5), min_text_characters=100).id
        asked: dict[str, Json] = {
            "waves": {
                "mode": "execute",
                "assignment_id": _assignment(stack),
                "course_id": str(UUID(int=0x52)),
                "budget": {"max_comparisons": 40},
                "design": {"seed": 1},
                "webhook": {"url": stack.plan.url("content") + "/nobody"},
            },
            "batch job": {"budget": {"max_comparisons": 12}, "design": {"batching_mode": "provider_batch_api"}},
            "no answers": {
                "llm": {"provider": "replay", "model": "school-uniform-good"},
                "budget": {"max_comparisons": 12},
            },
        }
        started = {name: _start(api, package, f"{label} {name}", body) for name, body in asked.items()}
        return {name: _ended(api, run_id) for name, run_id in started.items()}


def _start(api: RunnerClient, package: str, label: str, body: Json) -> str:
    usual = {"mode": "anchor-align-test", "llm": {"provider": "mock", "model": "latent"}}
    wanted = usual | {"batch_label": label, "assets": {"package_id": package}} | body
    return api.ask(start_run.sync_detailed, RunStarted, body=RunRequest.from_dict(wanted)).id


def _ended(api: RunnerClient, run_id: str) -> Ended:
    *_, last = api.watch(run_id, deadline_s=DEADLINE_S)
    return Ended(run_id, last.batch_label, last.status)


def _assignment(stack: Stack) -> str:
    assignment_id = str(uuid4())
    secret = (Path(stack.plan.data_dir) / "jwt_secret").read_text()
    token = service_token(AuthSettings(jwt_secret_key=secret, admin_token=None), "tests")
    prompt = {"assignment_id": assignment_id, "prompt_text": "Write about school."}
    instructions = {
        "assignment_id": assignment_id,
        "instructions_text": "Which essay is better?",
        "grade_scale": "eng5_np_legacy_9_step",
    }
    with ApiClient(stack.plan.url("cj"), token=token) as cj:
        cj.post("/admin/v1/assessment-instructions", instructions)
        cj.post("/admin/v1/student-prompts", prompt)
    return assignment_id
