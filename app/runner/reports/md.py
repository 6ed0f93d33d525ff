"""A report as markdown for a pull request: never longer than one may be. PURE.

Fed by a layout; feeds the run's files, the API and the command line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.runner.reports.blocks import Block, Bullets, Code, Figure, Layout, Quotes, Section, Table, Words
from app.runner.reports.markdown import fenced as fence
from app.runner.reports.markdown import folded, inline, line, quoted, table
from app.runner.reports.shapes.document import Sentence

MOST_CHARACTERS = 65_000
"""GitHub takes 65,536 characters in a description or comment."""
ELSEWHERE = "they stand in report.html and report.json"
TONES = {"good": "✅ ", "bad": "⚠️ ", "unknown": "❔ ", "plain": ""}


@dataclass(frozen=True)
class Room:
    """How much is shown: rows of a table, quoted texts, characters of a long text."""

    rows: int
    quotes: int
    characters: int
    elsewhere: str = ELSEWHERE


ROOMS = (
    Room(2_000, 500, 100_000),
    Room(200, 100, 8_000),
    Room(60, 20, 0),
    Room(20, 5, 0),
    Room(5, 0, 0),
)
"""From all to little; the first that fits is taken."""


def to_markdown(layout: Layout, elsewhere: str = ELSEWHERE) -> str:
    """Return the report; of a long one the tables are cut, with a line that says ``elsewhere`` the rest is."""
    text = ""
    for room in ROOMS:
        text = _whole(layout, replace(room, elsewhere=elsewhere))
        if len(text) <= MOST_CHARACTERS:
            break
    return text


def _whole(layout: Layout, room: Room) -> str:
    parts: list[Sequence[str]] = [[f"# {inline(layout.title)}"], _sentences(layout.summary)]
    parts.append([" · ".join(f"**{inline(name)}:** {inline(value)}" for name, value in layout.facts)])
    for section in layout.sections:
        parts += _section(section, room)
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _sentences(items: Sequence[Sentence]) -> list[str]:
    return [f"- {TONES[item.tone]}{line(item.text)}" for item in items]


def _section(section: Section, room: Room) -> Iterator[list[str]]:
    yield [f"## {inline(section.title)}"]
    for block in section.blocks:
        yield _block(block, room)


def _block(block: Block, room: Room) -> list[str]:
    match block:
        case Words():
            return [line(block.text)]
        case Bullets():
            return _sentences(block.items)
        case Table():
            return _table(block, room)
        case Quotes():
            return _quotes(block, room)
        case Code():
            return _code(block, room)
        case Figure():
            return []


def _table(block: Table, room: Room) -> list[str]:
    lines = table(block.headings, block.rows[: room.rows], right=block.right)
    left = len(block.rows) - room.rows
    if left > 0:
        lines += ["", f"{left} more lines: {room.elsewhere}."]
    return folded(block.caption, lines) if block.folded else lines


def _quotes(block: Quotes, room: Room) -> list[str]:
    inside: list[str] = []
    for heading, text in block.items[: room.quotes]:
        inside += ["", f"**{inline(heading)}**", "", *quoted(text)]
    left = len(block.items) - room.quotes
    if left > 0:
        inside += ["", f"{left} more texts: {room.elsewhere}."]
    return folded(block.summary, inside[1:])


def _code(block: Code, room: Room) -> list[str]:
    if len(block.text) > room.characters:
        return [f"{line(block.summary)}: {len(block.text)} characters, {room.elsewhere}."]
    return folded(block.summary, fence(block.text))
