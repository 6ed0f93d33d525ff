"""The border of every command: expected errors become one sentence and a code, others are said to be ours.

Fed by ``main``; knows no command.
"""

import sys
import traceback
from typing import Any

import typer
from typer.core import TyperGroup

from app.cli import asking, terminal
from app.cli.exits import Exit, of_error
from app.errors import AppError


class Root(TyperGroup):
    """The group of all commands."""

    def main(self, *arguments: Any, **more: Any) -> Any:
        """Run a whole command line; one whose output nobody reads any more ends quietly, as other tools do."""
        try:
            return super().main(*arguments, **more)
        except SystemExit as ended:
            if isinstance(ended.__context__, BrokenPipeError):
                raise SystemExit(Exit.UNREAD) from None
            raise

    def invoke(self, ctx: Any) -> Any:
        """Run the command; raises ``typer.Exit`` with the code that tells how it went."""
        asking.forget()
        try:
            return super().invoke(ctx)
        except AppError as error:
            tell(error)
            raise typer.Exit(of_error(error)) from error
        except KeyboardInterrupt as error:
            terminal.note("interrupted")
            raise typer.Exit(Exit.INTERRUPTED) from error
        except Exception as error:
            if _is_ours_to_pass_on(error):
                raise
            _confess(error)
            raise typer.Exit(Exit.NO) from error


def tell(error: AppError) -> None:
    """Say an expected error in one sentence; with ``--verbose`` its code, and what the service noted of it."""
    terminal.error(error.detail)
    if asking.is_verbose():
        for note in (f"code {error.code}", *getattr(error, "__notes__", ())):
            terminal.note(f"  {note}")
        if error.__cause__ is not None:
            terminal.note(f"  because of {type(error.__cause__).__name__}: {error.__cause__}")


def _is_ours_to_pass_on(error: Exception) -> bool:
    """Return whether the error is a way of ending: usage, exit, a pipe that nobody reads."""
    return isinstance(error, typer.Abort | BrokenPipeError) or hasattr(error, "exit_code")


def _confess(error: Exception) -> None:
    said = "" if asking.is_verbose() else "; the same command with --verbose shows where"
    terminal.error(f"this is a mistake in cj-runner itself ({type(error).__name__}){said}. Please report it.")
    if asking.is_verbose():
        sys.stderr.write("".join(traceback.format_exception(error)))
