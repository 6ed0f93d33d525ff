"""Markdown pieces that all reports share: tables whose cells cannot break them, and fenced texts. PURE."""

import re
from collections.abc import Iterable, Sequence

from app.telemetry.printable import printable


def cell(text: object) -> str:
    """Return text that stays inside one table cell: one line, with pipes, markup and controls escaped."""
    flat = printable(" ".join(str(text).split()))
    return re.sub(r"([\\|`*\[\]<>#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))", r"\\\1", flat)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()) -> list[str]:
    """Return the lines of a table; ``right`` are the columns of numbers."""
    rule = ["---:" if place in right else "---" for place in range(len(headings))]
    lines = [f"| {' | '.join(headings)} |", f"| {' | '.join(rule)} |"]
    lines.extend(f"| {' | '.join(cell(value) for value in row)} |" for row in rows)
    return lines


def fenced(text: str) -> list[str]:
    """Return a fenced block whose fence is longer than any inside."""
    text = printable(text, keep="\n\t")
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return [f"{fence}text", text.rstrip(), fence]
