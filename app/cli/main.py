"""``cj-runner``: the root of all commands; each imports what it needs when it is called."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False)
Result = TypeVar("Result")
DataDir = Annotated[Path, typer.Option("--data-dir", help="Where the stack keeps its data.")]
STACK_DIR = Path("var/stack")
DEMO_DIR = Path("var/demo")


@app.callback()
def root() -> None:
    """Comparative judgement of essays, end to end."""


@app.command()
def up(data_dir: DataDir = STACK_DIR) -> None:
    """Start the whole system in the background and print where it answers."""
    from rich.console import Console

    from app.cli import stack
    from app.cli.welcome import print_welcome

    print_welcome(_or_exit(lambda: stack.up(data_dir)), Console())


@app.command()
def down(data_dir: DataDir = STACK_DIR) -> None:
    """Stop the system that ``up`` started; its data stays."""
    from app.cli import stack

    typer.echo("stopped" if _or_exit(lambda: stack.down(data_dir)) else "nothing was running")


@app.command()
def demo(data_dir: DataDir = DEMO_DIR) -> None:
    """Start a fresh system, drive two runs through it, show their results, stop it."""
    from rich.console import Console

    from app.cli.demo import demo as run_demo

    raise typer.Exit(_or_exit(lambda: run_demo(data_dir, Console())))


@app.command()
def openapi(
    check: Annotated[bool, typer.Option("--check", help="Fail if the file is not fresh.")] = False,
    path: Annotated[Path, typer.Option("--path")] = Path("openapi.json"),
) -> None:
    """Write the runner's OpenAPI document, or check that the committed one is fresh."""
    from app.runner.api.openapi import rendered

    if not check:
        path.write_text(rendered())
    elif path.read_text() != rendered():
        typer.echo(f"{path} is not fresh: run 'make openapi'", err=True)
        raise typer.Exit(1)


def _or_exit(act: Callable[[], Result]) -> Result:
    from app.errors import AppError

    try:
        return act()
    except AppError as error:
        typer.echo(f"error: {error.detail}", err=True)
        raise typer.Exit(7 if error.retryable else 4) from error


if __name__ == "__main__":
    app()
