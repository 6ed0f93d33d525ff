"""How a command ends when something expected goes wrong: one sentence, and a code that scripts can read."""

from collections.abc import Callable
from typing import TypeVar

import typer

from app.cli import show
from app.errors import AppError

Result = TypeVar("Result")


def or_exit(act: Callable[[], Result]) -> Result:
    """Return what ``act`` returns; an expected error ends the command with 7 if trying again can help, else 4."""
    try:
        return act()
    except AppError as error:
        show.echo(f"error: {error.detail}", err=True)
        raise typer.Exit(7 if error.retryable else 4) from error
