"""What ``cj-runner up`` prints: where everything answers, and commands to copy."""

from pathlib import Path

from rich.console import Console

from app.cli import show
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


def print_welcome(plan: Plan, console: Console) -> None:
    """Print the addresses of a running stack and example commands."""
    api = plan.url("api")
    show.say(console, ("The system is running.", "bold"))
    for role, path, what in (
        ("api", "/docs", "runner: REST API, documentation"),
        ("worker", "/metrics", "runner's worker: metrics"),
        ("cj", "/docs", "cj: assignments, anchors, batches"),
        ("gateway", "/docs", "gateway: judges and their queue"),
        ("content", "/docs", "content store"),
    ):
        show.say(console, f"  {plan.url(role)}{path:<10} {what}")
    show.say(console, f"  logs: {Path(plan.data_dir) / 'logs'}")
    show.echo(f"\n{CURLS.format(api=api)}\n\nStop it with: make down")
