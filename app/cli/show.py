"""What commands write to the terminal: the one place that makes texts of others harmless there.

An essay may be named ``[red]`` or hold an escape sequence: it is shown as it is spelt, and styles nothing.
"""

from typing import TYPE_CHECKING

import typer

from app.telemetry.printable import printable, printable_json

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

Part = str | tuple[str, str]
"""A text, or a text and its style."""
LINES = "\n\t"


def plain(text: object) -> str:
    """Return a text as one line that can be printed."""
    return printable(str(text))


def echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print lines of text, on standard error with ``err``."""
    typer.echo(printable(text, keep=LINES), err=err, nl=nl)


def echo_json(document: object) -> None:
    """Print a document as JSON, indented by two."""
    import orjson

    typer.echo(printable_json(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()))


def say(console: "Console", *parts: Part) -> None:
    """Print one line of parts."""
    console.print(_styled(parts), soft_wrap=True, highlight=False)


def row(table: "Table", *cells: Part) -> None:
    """Add a row to a table."""
    table.add_row(*(_styled([cell]) for cell in cells))


def _styled(parts: "tuple[Part, ...] | list[Part]") -> "Text":
    from rich.text import Text

    pairs = [(part, "") if isinstance(part, str) else part for part in parts]
    return Text.assemble(*((printable(text), style) for text, style in pairs))
