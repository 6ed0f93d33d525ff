"""``cj-runner demo``: the whole way on real input, through the public HTTP API only.

First people's recorded judgements of 35 texts, replayed; then 12 graded anchors and 10 student
essays with the seeded mock judge. The exit code is 0 only if both runs completed and their
artefacts validate.
"""

import shutil
import time
from pathlib import Path
from uuid import UUID, uuid4

from app.cli import demo_data, terminal
from app.cli.client_http import ApiClient, Json
from app.cli.run import summary
from app.cli.run.follow import watch
from app.cli.runner_client import RunnerClient
from app.cli.stack import running
from app.contracts.artefact import problems_of
from app.contracts.identifiers import readable_part, sanitize
from app.edge.tokens import service_token
from app.roles.stack import ROOT, Plan
from app.scoring.agreement import kendall_tau_b
from app.settings import AuthSettings
from cj_runner_client.api.files import get_run_artefact
from cj_runner_client.api.runs import start_run
from cj_runner_client.models import RunRequest, RunStarted, RunView

SEED = 42
RUN_DEADLINE_S = 120.0
RECORDED = ROOT / "data" / "recorded-judgements" / "school-uniform-good"
ENG5 = ROOT / "data" / "eng5-demo"
COURSE_ID = str(UUID(int=0x52))


def demo(data_dir: Path) -> int:
    """Run the demo in ``data_dir`` (emptied first); return the exit code."""
    shutil.rmtree(data_dir, ignore_errors=True)
    started = time.monotonic()
    with running(data_dir, usual_ports=False) as plan:
        terminal.line(f"The stack is up after {time.monotonic() - started:.1f} s: {plan.url('api')}")
        with RunnerClient(plan.url("api")) as api:
            good = [recorded(api, plan), eng5(api, plan)]
    terminal.line(f"Total {time.monotonic() - started:.1f} s.")
    return 0 if all(good) else 1


def recorded(api: RunnerClient, plan: Plan) -> bool:
    """Replay people's recorded votes; print Kendall's tau against the corpus's gold ranking."""
    terminal.line("")
    terminal.strong("1  Recorded judgements: 35 texts, people's votes replayed")
    topic = demo_data.read_topic(RECORDED)
    package = api.upload_package(topic.name, demo_data.recorded_archive(topic), min_text_characters=50)
    started = _start(
        api,
        {
            "mode": "anchor-align-test",
            "batch_label": "demo-recorded-judgements",
            "assets": {"package_id": package.id},
            "llm": {"provider": "replay", "model": topic.name},
            "budget": {"max_comparisons": 350},
            "design": {"seed": SEED, "stop": {"rule": "cap"}},
        },
    )
    run, artefact = _follow(api, started)
    if artefact is not None:
        _print_tau(topic, artefact)
    return _end(run, artefact, plan)


def eng5(api: RunnerClient, plan: Plan) -> bool:
    """Judge ten student essays against twelve anchors with the mock judge."""
    terminal.line("")
    terminal.strong("2  ENG5-like set: 12 anchors, 10 student essays, mock judge")
    package = api.upload_package("eng5-demo", demo_data.folder_archive(ENG5), min_text_characters=100)
    started = _start(
        api,
        {
            "mode": "execute",
            "batch_label": "demo-eng5",
            "assets": {"package_id": package.id},
            "assignment_id": _create_assignment(plan),
            "course_id": COURSE_ID,
            "llm": {"provider": "mock", "model": "latent"},
            "budget": {"max_comparisons": 220},
            "design": {"seed": SEED, "stop": {"rule": "cap"}},
        },
    )
    run, artefact = _follow(api, started)
    if artefact is not None:
        summary.show_grades(artefact)
    return _end(run, artefact, plan)


def _start(api: RunnerClient, request: Json) -> RunStarted:
    return api.ask(start_run.sync_detailed, RunStarted, body=RunRequest.from_dict(request))


def _create_assignment(plan: Plan) -> str:
    assignment_id = str(uuid4())
    secret = (Path(plan.data_dir) / "jwt_secret").read_text()
    token = service_token(AuthSettings(jwt_secret_key=secret, admin_token=None), "demo")
    with ApiClient(plan.url("cj"), token=token) as cj:
        cj.post(
            "/admin/v1/assessment-instructions",
            {
                "assignment_id": assignment_id,
                "instructions_text": (ENG5 / "llm_prompt_cj_assessment_eng5.md").read_text(encoding="utf-8"),
                "grade_scale": "eng5_np_legacy_9_step",
            },
        )
        cj.post(
            "/admin/v1/student-prompts",
            {
                "assignment_id": assignment_id,
                "prompt_text": (ENG5 / "eng5_np_vt_2017_essay_instruction.md").read_text(encoding="utf-8"),
            },
        )
    return assignment_id


def _follow(api: RunnerClient, run: RunStarted) -> tuple[RunView, Json | None]:
    seen = watch(api, run.id, RUN_DEADLINE_S).run
    if seen.status in {"completed", "completed_partial"}:
        return seen, api.ask_json(get_run_artefact.sync_detailed, seen.id)
    return seen, None


def _end(run: RunView, artefact: Json | None, plan: Plan) -> bool:
    summary.show(summary.summary_of(run, artefact))
    if artefact is None:
        return False
    found = problems_of(artefact)
    for problem in found:
        terminal.error(f"the artefact does not validate: {problem}")
    folder = Path(plan.data_dir) / "runs" / run.id
    for path in sorted(folder.glob("*")):
        if path.is_file():
            terminal.line(f"  {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")
    return run.status == "completed" and not found


def _print_tau(topic: demo_data.RecordedTopic, artefact: Json) -> None:
    by_name = {sanitize(text_id): -rank for text_id, rank in topic.gold_rank.items()}
    pairs = [
        (row["theta"], by_name[readable_part(row["essay_id"])])
        for row in artefact["bt_summary"]
        if readable_part(row["essay_id"]) in by_name
    ]
    tau = kendall_tau_b([theta for theta, _ in pairs], [gold for _, gold in pairs])
    terminal.strong(f"Kendall's tau-b against the corpus's gold ranking ({len(pairs)} texts): {tau:.3f}")
