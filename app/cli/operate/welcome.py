"""What ``cj-runner up`` prints: where everything answers, and commands to copy."""

from pathlib import Path

from app.cli import terminal
from app.roles.stack import Plan

CURLS = """\
# take the demo essays (or upload a zip: curl -F file=@essays.zip {api}/v1/asset-packages)
curl -s {api}/v1/asset-packages/from-folder -H 'Content-Type: application/json' -d '{{"folder": "eng5-demo"}}'
# start a run on them, look at it
curl -s {api}/v1/runs -H 'Content-Type: application/json' -d '{{"mode": "anchor-align-test",
  "batch_label": "my-first-run", "assets": {{"package_id": "<id from above>"}},
  "llm": {{"provider": "mock"}}, "budget": {{"max_comparisons": 66}}}}'
curl -s {api}/v1/runs
curl -s {api}/v1/runs/<run id>/report"""


def print_welcome(plan: Plan) -> None:
    """Print the addresses of a running stack and example commands."""
    api = plan.url("api")
    terminal.strong("The system is running.")
    for role, path, what in (
        ("api", "/docs", "runner: REST API, documentation"),
        ("worker", "/metrics", "runner's worker: metrics"),
        ("cj", "/docs", "cj: assignments, anchors, batches"),
        ("gateway", "/docs", "gateway: judges and their queue"),
        ("content", "/docs", "content store"),
    ):
        terminal.line(f"  {plan.url(role)}{path:<10} {what}")
    terminal.line(f"  logs: {Path(plan.data_dir) / 'logs'}")
    terminal.line("")
    terminal.text(CURLS.format(api=api))
    terminal.line("")
    terminal.line("Stop it with: cj-runner down (or make down)")
