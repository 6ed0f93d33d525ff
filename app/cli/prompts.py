"""``cj-runner prompts``: the prompts that runs can name, of a running service or a folder; compared by line."""

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.cli.show import echo, row
from app.errors import AppError

if TYPE_CHECKING:
    from app.cli.client_http import Json

commands = typer.Typer(no_args_is_help=True, help="The prompts that runs can ask for by name.")
Role = Literal["system", "rubric"]
Api = Annotated[str | None, typer.Option("--api", help="Ask the runner at this address, not the folder.")]
Folder = Annotated[Path, typer.Option("--folder", help="The folder of prompts.")]
HERE = Path(__file__).resolve().parents[2] / "prompts"


@commands.command("list")
def list_prompts(
    role: Annotated[Role | None, typer.Option("--role", help="Only these.")] = None,
    api: Api = None,
    folder: Folder = HERE,
) -> None:
    """List names, hashes and purposes."""
    from rich.console import Console
    from rich.table import Table

    table = Table("Role", "Name", "SHA-256", "Characters", "Purpose")
    for item in _all(role, api, folder):
        cells = (item["role"], item["name"], item["sha256"][:12], str(item["characters"]), item["purpose"] or "")
        row(table, *cells)
    Console().print(table)


@commands.command()
def show(role: Role, name: str, api: Api = None, folder: Folder = HERE) -> None:
    """Print the text of one prompt, as a judge is sent it."""
    echo(_text(role, name, api, folder))


@commands.command()
def diff(role: Role, first: str, second: str, api: Api = None, folder: Folder = HERE) -> None:
    """Compare two prompts of one role; the exit code is 1 where they differ."""
    one, other = (_text(role, name, api, folder) for name in (first, second))
    names = (f"{role}/{first}", f"{role}/{second}")
    lines = list(difflib.unified_diff(one.splitlines(), other.splitlines(), *names, lineterm=""))
    echo("\n".join(lines) if lines else "the two texts are the same")
    raise typer.Exit(1 if lines else 0)


def _all(role: Role | None, api: str | None, folder: Path) -> "list[Json]":
    from app.runner.runs import prompts

    try:
        if api is None:
            shown = ("role", "name", "purpose", "sha256", "characters")
            return [{name: getattr(item, name) for name in shown} for item in prompts.listed(folder, role)]
        return _asked_all(api, role)
    except AppError as error:
        raise _ended(error) from error


def _text(role: Role, name: str, api: str | None, folder: Path) -> str:
    from app.runner.runs import prompts

    try:
        if api is None:
            return prompts.named(folder, role, name).text
        return _asked_text(api, role, name)
    except AppError as error:
        raise _ended(error) from error


def _asked_all(api: str, role: Role | None) -> "list[Json]":
    from app.cli.runner_client import RunnerClient
    from cj_runner_client.api.prompts import list_prompts as operation
    from cj_runner_client.models import PromptList

    with RunnerClient(api) as runner:
        found = runner.ask(operation.sync_detailed, PromptList, **({} if role is None else {"role": role}))
    return [item.to_dict() for item in found.items]


def _asked_text(api: str, role: Role, name: str) -> str:
    from app.cli.runner_client import RunnerClient
    from cj_runner_client.api.prompts import get_prompt as operation
    from cj_runner_client.models import PromptText

    with RunnerClient(api) as runner:
        return runner.ask(operation.sync_detailed, PromptText, role, name).text


def _ended(error: AppError) -> typer.Exit:
    echo(f"error: {error.detail}", err=True)
    return typer.Exit(7 if error.retryable else 4)
