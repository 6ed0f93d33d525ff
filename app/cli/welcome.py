"""What ``cj-runner up`` prints: where everything answers, and commands to copy."""

from pathlib import Path

from rich.console import Console

from app.roles.stack import Plan

CURLS = """\
# upload the demo essays, start a run on them, look at it
(cd {data} && zip -qr - .) | curl -s -F name=eng5-demo -F "file=@-;filename=eng5.zip" {api}/v1/asset-packages
curl -s {api}/v1/runs -H 'Content-Type: application/json' -d '{{"mode": "anchor-align-test",
  "batch_label": "my-first-run", "assets": {{"package_id": "<id from above>"}},
  "llm": {{"provider": "mock"}}, "budget": {{"max_comparisons": 66}}}}'
curl -s {api}/v1/runs
curl -s {api}/v1/runs/<run id>/report"""


def print_welcome(plan: Plan, console: Console) -> None:
    """Print the addresses of a running stack and example commands."""
    api = plan.url("api")
    console.print("The system is running.", style="bold")
    for role, path, what in (
        ("api", "/docs", "runner: REST API, documentation"),
        ("worker", "/metrics", "runner's worker: metrics"),
        ("cj", "/docs", "cj: assignments, anchors, batches"),
        ("gateway", "/docs", "gateway: judges and their queue"),
        ("content", "/docs", "content store"),
    ):
        console.print(f"  {plan.url(role)}{path:<10} {what}", highlight=False)
    console.print(f"  logs: {Path(plan.data_dir) / 'logs'}", highlight=False)
    console.print()
    console.print(CURLS.format(api=api, data="data/eng5-demo"), highlight=False, markup=False)
    console.print("\nStop it with: make down", highlight=False)
