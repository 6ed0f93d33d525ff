"""What every command takes: ``--verbose``, and those that ask the runner also its address and credential.

Fed by the command line; feeds commands with a connected client. The values lie beside the parameters of a command,
so that a command's own signature says only what is its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperOption

from app.cli import terminal
from app.cli.examples import EXAMPLES

if TYPE_CHECKING:
    from app.cli.runner_client import RunnerClient

PANEL = "Where to ask, and more to see"
STACK = Path("var/stack")
_GIVEN: ContextVar[dict[str, Any] | None] = ContextVar("given", default=None)


def forget() -> None:
    """Begin a command line of which nothing is known yet."""
    _GIVEN.set({})


def is_verbose() -> bool:
    """Return whether more is to be shown."""
    return bool(_given().get("verbose"))


def _given() -> dict[str, Any]:
    return _GIVEN.get() or {}


def _keep(_: typer.Context, parameter: Any, value: Any) -> Any:
    """Note the value of an option; ``--api`` is the former name of ``--url``."""
    known = _GIVEN.get()
    if known is not None and value not in {None, False}:
        known["url" if parameter.name == "api" else parameter.name] = value
    return value


def _option(*names: str, **more: Any) -> TyperOption:
    return TyperOption(param_decls=list(names), expose_value=False, callback=_keep, rich_help_panel=PANEL, **more)


def verbose_option() -> TyperOption:
    """Return the option ``--verbose``."""
    return _option(
        "--verbose", is_flag=True, default=False, help="Show more of what goes wrong: codes, request ids."
    )


def service_options() -> list[TyperOption]:
    """Return the options of a command that asks the runner."""
    return [
        _option(
            "--url", metavar="URL", help="The runner's API. Default: CJ_RUNNER_URL, the config file, this machine."
        ),
        _option(
            "--token-file", metavar="FILE", help="File with the credential. Default: CJ_RUNNER_TOKEN, config file."
        ),
        _option("--token", metavar="TOKEN", hidden=True),
        _option("--api", metavar="URL", hidden=True),
    ]


class Command(TyperCommand):
    """A command that asks nobody."""

    def __init__(self, *arguments: Any, params: list[Any] | None = None, **more: Any) -> None:
        super().__init__(*arguments, params=[*(params or []), *self.beside(), verbose_option()], **more)

    @staticmethod
    def beside() -> list[TyperOption]:
        """Return options of all commands of this kind."""
        return []

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help, with an example at its end."""
        program, _, words = ctx.command_path.partition(" ")
        if (example := EXAMPLES.get(words)) is not None:
            self.epilog = f"Example: {program} {example}"
        super().format_help(ctx, formatter)


class Asking(Command):
    """A command that asks the runner."""

    @staticmethod
    def beside() -> list[TyperOption]:
        """Return address and credential."""
        return service_options()


@contextmanager
def runner(data_dir: Path = STACK) -> "Iterator[RunnerClient]":
    """Yield a client of the runner that options, environment, config file or a running stack name."""
    from app.cli import places
    from app.cli.credential import Given, access
    from app.cli.runner_client import RunnerClient

    said = _given()
    found = access(Given(said.get("url"), said.get("token"), said.get("token_file")), places.runner(data_dir))
    for warning in found.warnings:
        terminal.note(f"warning: {warning}")
    with RunnerClient(found.url, token=found.token) as client:
        yield client
