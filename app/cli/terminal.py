"""What commands print: tables for people at a terminal, lines with tabs for pipes; never the text's own styling.

Everything that comes from files, services or essays goes through here, so that no label, name or message can move
the cursor, colour the screen or break a column.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import typer

from app.errors import InvalidInput
from app.telemetry.printable import printable, printable_json

if TYPE_CHECKING:
    from rich.console import Console


def is_terminal() -> bool:
    """Return whether standard output is a person's terminal."""
    return sys.stdout.isatty()


def clean(value: object) -> str:
    """Return a value as text of one line: what would act instead of being seen is shown as it is spelt."""
    return printable(str(value))


def console(*, err: bool = False) -> "Console":
    """Return the terminal for things that are drawn; it minds ``NO_COLOR``."""
    from rich.console import Console

    return Console(stderr=err, highlight=False, markup=False, emoji=False)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """Print a table: with lines around for people; for pipes a line of headings and one a row, with tabs."""
    cells = [[clean(cell) for cell in row] for row in rows]
    if is_terminal():
        _drawn(headings, cells, title)
        return
    if title is not None:
        typer.echo(f"# {clean(title)}")
    for row in (headings, *cells):
        typer.echo("\t".join(row))


def _drawn(headings: Sequence[str], rows: Sequence[Sequence[str]], title: str | None) -> None:
    from rich.table import Column, Table
    from rich.text import Text

    named = None if title is None else Text(clean(title))
    drawn = Table(*(Column(Text(name), overflow="fold") for name in headings), title=named, title_justify="left")
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    console().print(drawn)


def facts(values: Mapping[str, object]) -> None:
    """Print names and values: ``name: value`` for people, with a tab for pipes."""
    between = ": " if is_terminal() else "\t"
    for name, value in values.items():
        typer.echo(f"{name}{between}{clean(value)}")


def line(value: object) -> None:
    """Print one line."""
    typer.echo(clean(value))


def row(values: Iterable[object]) -> None:
    """Print values between tabs, as one line."""
    typer.echo("\t".join(clean(value) for value in values))


def strong(value: object) -> None:
    """Print one line, bold where that can be seen."""
    typer.echo(typer.style(clean(value), bold=True) if is_terminal() and not _no_colour() else clean(value))


def text(value: str) -> None:
    """Print several lines, cleaned one by one: reports, prompts."""
    for one in value.splitlines():
        line(one)


def exact(value: bytes) -> None:
    """Print bytes as they are: files, which others read; at a terminal cleaned."""
    if is_terminal():
        text(value.decode(errors="replace"))
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(value)
    sys.stdout.buffer.flush()


def write(path: Path, body: bytes) -> None:
    """Write a result to a file; raises ``InvalidInput`` where that cannot be."""
    with writing(path) as file:
        file.write(body)
    note(f"written to {path}")


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """Yield a new file at ``path``, which is there only once it is whole; raises ``InvalidInput``."""
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except OSError as failed:
        raise InvalidInput(f"{path} cannot be written: {failed.strerror or type(failed).__name__}") from failed
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def document(value: object) -> None:
    """Print a value as JSON; letters that do not print are escaped."""
    import json

    typer.echo(printable_json(json.dumps(value, indent=2, ensure_ascii=False, default=str)))


def note(value: object) -> None:
    """Tell people something beside the result, on standard error."""
    typer.echo(clean(value), err=True)


def error(value: object) -> None:
    """Tell what went wrong, on standard error."""
    typer.echo(f"error: {clean(value)}", err=True)


def _no_colour() -> bool:
    return bool(os.environ.get("NO_COLOR"))
