"""``cj-runner prompts``: the prompts that runs can name, of a running service or a folder; compared by line."""

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.cli import asking, terminal
from app.cli.asking import Asking
from app.cli.exits import Exit

if TYPE_CHECKING:
    from app.cli.client_http import Json

commands = typer.Typer(no_args_is_help=True, help="The prompts that runs can ask for by name.")
Role = Literal["system", "rubric"]
TheRole = Annotated[Role, typer.Argument(help="system or rubric.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="As listed.")]
Folder = Annotated[
    Path | None, typer.Option("--folder", help="Those of this folder, as it is on this machine; asks no service.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@commands.command("list", cls=Asking)
def list_prompts(
    role: Annotated[Role | None, typer.Option("--role", help="Only these.")] = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> None:
    """List names, hashes and purposes."""
    found = _all(role, folder)
    if as_json:
        terminal.document(found)
        return
    rows = [
        (item["role"], item["name"], item["sha256"][:12], item["characters"], item["purpose"] or "")
        for item in found
    ]
    terminal.table(("Role", "Name", "SHA-256", "Characters", "Purpose"), rows)


@commands.command(cls=Asking)
def show(role: TheRole, name: Name, folder: Folder = None) -> None:
    """Print the text of one prompt, as a judge is sent it."""
    terminal.text(_text(role, name, folder))


@commands.command(cls=Asking)
def diff(role: TheRole, first: Name, second: Name, folder: Folder = None) -> None:
    """Compare two prompts of one role; the exit code is 1 where they differ."""
    one, other = (_text(role, name, folder) for name in (first, second))
    names = (f"{role}/{first}", f"{role}/{second}")
    lines = list(difflib.unified_diff(one.splitlines(), other.splitlines(), *names, lineterm=""))
    terminal.text("\n".join(lines) if lines else "the two texts are the same")
    raise typer.Exit(Exit.NO if lines else Exit.DONE)


def _all(role: Role | None, folder: Path | None) -> "list[Json]":
    if folder is not None:
        from app.runner.runs import prompts

        shown = ("role", "name", "purpose", "sha256", "characters")
        return [{name: getattr(item, name) for name in shown} for item in prompts.listed(folder, role)]
    from cj_runner_client.api.prompts import list_prompts as operation
    from cj_runner_client.models import PromptList

    with asking.runner() as api:
        found = api.ask(operation.sync_detailed, PromptList, **({} if role is None else {"role": role}))
    return [item.to_dict() for item in found.items]


def _text(role: Role, name: str, folder: Path | None) -> str:
    if folder is not None:
        from app.runner.runs import prompts

        return prompts.named(folder, role, name).text
    from cj_runner_client.api.prompts import get_prompt as operation
    from cj_runner_client.models import PromptText

    with asking.runner() as api:
        return api.ask(operation.sync_detailed, PromptText, role, name).text
