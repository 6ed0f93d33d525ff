"""``cj-runner preflight``: whether all that runs need is there, and what to do about what is not."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import show
from app.cli.exits import or_exit

if TYPE_CHECKING:
    from cj_runner_client.models import PreflightView

DEFAULT_DIR = Path("var/stack")
NOT_WELL = 4


def preflight_command(
    api: Annotated[
        str | None, typer.Option("--api", help="Default: the running stack's, else 127.0.0.1:8300.")
    ] = None,
    data_dir: Annotated[Path, typer.Option("--data-dir", help="A stack that `up` started.")] = DEFAULT_DIR,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look at database, broker, neighbours, disk; exit 4 if something is wrong, 7 if the service is away."""
    found = or_exit(lambda: _asked(api, data_dir))
    (_print_json if as_json else _print_table)(found)
    if not found.ok or (strict and found.warnings):
        raise typer.Exit(NOT_WELL)


def _asked(api: str | None, data_dir: Path) -> "PreflightView":
    from app.cli import places
    from app.cli.runner_client import RunnerClient
    from cj_runner_client.api.preflight import check_preflight
    from cj_runner_client.models import PreflightView

    with RunnerClient(api or places.runner(data_dir)) as runner:
        return runner.ask(check_preflight.sync_detailed, PreflightView)


def _print_json(found: "PreflightView") -> None:
    show.echo_json(found.to_dict())


def _print_table(found: "PreflightView") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("Check", "", "Found", "What to do", "ms")
    for item in found.checks:
        mark = ("ok", "green") if item.ok else ("error", "red")
        if not item.ok and item.severity == "warning":
            mark = ("warning", "yellow")
        show.row(table, item.name, mark, item.detail, item.what_to_do or "", str(item.ms))
    console = Console()
    console.print(table)
    show.say(console, ("All that runs need is there." if found.ok else "Runs cannot work like this.", "bold"))
