"""What a report is laid out in: sections of blocks, plain text throughout, for any rendering. PURE.

Fed by ``layout``; feeds ``md`` and ``html``, which do all escaping. No block holds markup.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.runner.reports.shapes.document import Sentence


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """Sentences, each with its tone."""

    items: Sequence[Sentence]


@dataclass(frozen=True)
class Table:
    """A table of texts; ``right`` are the columns of numbers; the first column names the row."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[int] = ()
    folded: bool = False
    """Whether it is shown only when it is opened, as the alternative of a figure."""


@dataclass(frozen=True)
class Quotes:
    """Texts that people or judges wrote, in full, each below a heading; line breaks are kept."""

    summary: str
    items: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Code:
    """A long text shown as it is, to be opened."""

    summary: str
    text: str


@dataclass(frozen=True)
class Figure:
    """A plot, for renderings that can show one; ``draw`` returns the whole SVG element."""

    caption: str
    draw: Callable[[], str]


Block = Words | Bullets | Table | Quotes | Code | Figure


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Layout:
    """A whole report: title, the sentences that come first, facts about it, sections."""

    title: str
    summary: Sequence[Sentence]
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]
