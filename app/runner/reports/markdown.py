"""Markdown pieces that all reports share: what stands in them can neither break them nor reach anybody. PURE.

Made for GitHub: besides the syntax, its links that are made without any syntax (addresses, @names, #numbers) are
broken by a character of no width, since it makes them after all escapes are gone.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape

from app.runner.reports import plain

NOTHING = "&#8203;"
"""A space without width."""
_SYNTAX = re.compile(r"([\\|`*~\[\]<>#&$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")
_REACHING = re.compile(r"(@|#)(?=\w)|(\bGH-)(?=\d)|(:)(?=//)|(\bwww)(?=\.)", re.IGNORECASE)
_BLOCK = re.compile(r"^(\d{1,9})([.)])(?=\s|$)|^([-+=])")


def inline(text: object) -> str:
    """Return text for the inside of a line: markup escaped, nothing linked."""
    flat = _REACHING.sub(lambda found: f"{found[0]}\0", plain.one_line(text).replace("\0", ""))
    return _SYNTAX.sub(r"\\\1", flat).replace("\0", NOTHING)


def line(text: object) -> str:
    """Return text as a line of its own, which begins no list or heading."""
    return _BLOCK.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", inline(text))


def cell(text: object) -> str:
    """Return text that stays inside one table cell."""
    return inline(text)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()) -> list[str]:
    """Return the lines of a table; ``right`` are the columns of numbers."""
    rule = ["---:" if place in right else "---" for place in range(len(headings))]
    lines = [f"| {' | '.join(map(cell, headings))} |", f"| {' | '.join(rule)} |"]
    lines.extend(f"| {' | '.join(cell(value) for value in row)} |" for row in rows)
    return lines


def fenced(text: str) -> list[str]:
    """Return a fenced block whose fence is longer than any inside."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return [f"{fence}text", text.rstrip(), fence]


def quoted(text: str) -> list[str]:
    """Return a block quote that keeps the line breaks of a text."""
    *before, last = [line(item) for item in plain.lines(text)]
    return [*(f"> {item}  " if item else ">" for item in before), f"> {last}"]


def folded(summary: str, inside: Sequence[str]) -> list[str]:
    """Return lines that are shown when their summary is opened."""
    reach = _REACHING.sub(lambda found: f"{found[0]}\0", plain.one_line(summary))
    return [
        "<details>",
        f"<summary>{escape(reach).replace(chr(0), NOTHING)}</summary>",
        "",
        *inside,
        "",
        "</details>",
    ]
