"""``cj-runner preflight``: whether all that runs need is there, and what to do about what is not."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import asking, terminal
from app.cli.asking import STACK
from app.cli.exits import Exit

if TYPE_CHECKING:
    from cj_runner_client.models import PreflightView


def preflight_command(
    data_dir: Annotated[Path, typer.Option("--data-dir", help="A stack that `up` started.")] = STACK,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look at database, broker, neighbours, disk; exit 4 if something is wrong, 7 if the service is away."""
    found = _asked(data_dir)
    if as_json:
        terminal.document(found.to_dict())
    else:
        _print_table(found)
    if not found.ok or (strict and found.warnings):
        raise typer.Exit(Exit.FAILED)


def _asked(data_dir: Path) -> "PreflightView":
    from cj_runner_client.api.preflight import check_preflight
    from cj_runner_client.models import PreflightView

    with asking.runner(data_dir) as runner:
        return runner.ask(check_preflight.sync_detailed, PreflightView)


def _print_table(found: "PreflightView") -> None:
    rows = []
    for item in found.checks:
        mark = "ok" if item.ok else "warning" if item.severity == "warning" else "ERROR"
        rows.append((item.name, mark, item.detail, item.what_to_do or "", item.ms))
    terminal.table(("Check", "State", "Found", "What to do", "ms"), rows)
    terminal.strong("All that runs need is there." if found.ok else "Runs cannot work like this.")
