"""How commands end: an expected error becomes one sentence and an exit code, never a traceback."""

from collections.abc import Callable
from typing import TypeVar

import typer

from app.errors import AppError

Result = TypeVar("Result")
UNAVAILABLE, REFUSED = 7, 4


def or_exit(act: Callable[[], Result]) -> Result:
    """Return what ``act`` returns; exit with 7 if a service does not answer, with 4 on any other refusal."""
    try:
        return act()
    except AppError as error:
        typer.echo(f"error: {error.detail}", err=True)
        raise typer.Exit(UNAVAILABLE if error.retryable else REFUSED) from error
