"""Rows of a decisions file to judgements: which column is what, and what is wrong with a row. PURE.

Fed by the command line, by the replay of votes and by the import of people's verdicts, which read the file; feeds
every fit. Four layouts are known: ``judge, winner, loser``, and ``judge, a, b, choice`` or ``judge, left, right,
verdict`` with the essay shown first as ``a`` or ``left``, and the comparisons that the runner exports, of which
those without a winner and those that came after the end of the run are left out, as in the run's own scores.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Protocol

from app.scoring.data import Record
from app.scoring.errors import InvalidJudgements

FIRST = frozenset({"a", "a1", "1", "1.0", "first", "essay a", "essay_a", "left"})
SECOND = frozenset({"b", "a2", "2", "2.0", "0", "0.0", "second", "essay b", "essay_b", "right"})
TIE = frozenset({"tie", "equal", "draw", "0.5"})
MISSING = frozenset({"", "NaN", "nan"})
"""Cells that hold no id: empty ones, and what table programs write for those."""

EXPORTED = ("essay_a_id", "essay_b_id", "winner_essay_id")
LAYOUTS = (("a", "b", "choice"), ("left", "right", "verdict"), EXPORTED)

LONGEST_ID = 200
NO_ROWS = "the file has no decisions, only a header"

Row = tuple[int, Mapping[str, str | None]]
"""Number of the line in the file, and the cells by column."""


class _Lines(Protocol):
    """What ``csv.reader`` gives: rows of cells, and the number of the line last read."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


def table_of(text: str) -> tuple[list[str], list[Row]]:
    """Return header and rows of a CSV text with comma, semicolon or tab; blank rows are left out.

    Raises `InvalidJudgements` naming the line for text that is no such table.
    """
    first, _, _ = text.partition("\n")
    reader = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        header = [name.strip() for name in next(reader, [])]
        return header, list(_rows(reader, header))
    except csv.Error as error:
        raise InvalidJudgements(f"line {reader.line_num}: {error}") from error


def _rows(reader: _Lines, header: list[str]) -> Iterator[Row]:
    for cells in reader:
        if any(cell.strip() for cell in cells):
            if any(cell.strip() for cell in cells[len(header) :]):
                raise InvalidJudgements(f"line {reader.line_num}: there are more cells than columns")
            yield reader.line_num, dict(zip(header, cells, strict=False))


@dataclass(frozen=True)
class Columns:
    """Names of the columns; ``choice`` None means the layout with winner and loser."""

    judge: str | None
    first: str
    second: str
    choice: str | None

    @property
    def order_known(self) -> bool:
        """Whether the file says which essay was shown first."""
        return self.choice is not None


def columns_of(header: Sequence[str], wanted: Mapping[str, str]) -> Columns:
    """Return the columns of a file; ``wanted`` maps judge, winner, loser, a, b, choice to other names.

    Case does not matter where no two columns differ by it alone. Raises `InvalidJudgements` naming what is
    missing or there twice.
    """

    def named(role: str) -> str | None:
        name = wanted.get(role, role)
        found = [column for column in header if column == name] or [
            column for column in header if column.casefold() == name.casefold()
        ]
        if len(found) > 1:
            raise InvalidJudgements(f"the file has the column {name} more than once: which one is meant?")
        if not found and role in wanted:
            raise InvalidJudgements(f"there is no column {name}; the file has {_shown(header)}")
        return found[0] if found else None

    judge, winner, loser = named("judge"), named("winner"), named("loser")
    if winner is not None and loser is not None:
        return Columns(judge, winner, loser, None)
    for roles in LAYOUTS:
        a, b, choice = map(named, roles)
        if a is not None and b is not None and choice is not None:
            return Columns(judge, a, b, choice)
    raise InvalidJudgements(
        "the file needs the columns winner and loser, or a, b and choice, or left, right and verdict, or those of "
        "comparisons exported as CSV; "
        f"it has {_shown(header)}"
    )


def records_of(rows: Iterable[Row], columns: Columns) -> list[Record]:
    """Return one record a row; raises `InvalidJudgements` naming the first line that cannot be read.

    Choices are places ("a", "second", …) or ids of winners. Where an essay's id looks like a place, what all
    rows allow decides; where that leaves both readings open, and they differ, the file is refused.
    """
    read = [
        (line, row, (_id(row, columns.first, line), _id(row, columns.second, line)))
        for line, row in rows
        if counts(row, columns)
    ]
    for line, _, pair in read:
        if pair[0] == pair[1]:
            raise InvalidJudgements(f"line {line}: {pair[0]} is compared with itself")
    if not read:
        raise InvalidJudgements(NO_ROWS)
    if columns.choice is None:
        outcomes = [1.0] * len(read)
    else:
        choice = columns.choice
        outcomes = _outcomes(choice, [(line, _cell(row, choice), pair) for line, row, pair in read])
    judges = [None if columns.judge is None else _cell(row, columns.judge) or None for _, row, _ in read]
    return [
        Record(*pair, outcome, 1.0, judge)
        for (_, _, pair), outcome, judge in zip(read, outcomes, judges, strict=True)
    ]


def counts(row: Mapping[str, str | None], columns: Columns) -> bool:
    """Say whether a row is a decision; exported comparisons may have failed, or come too late for the scores."""
    if (columns.first, columns.second, columns.choice) != EXPORTED:
        return True
    return _cell(row, EXPORTED[2]) not in MISSING and _cell(row, "late") != "true"


def _cell(row: Mapping[str, str | None], column: str) -> str:
    return (row.get(column) or "").strip()


def _id(row: Mapping[str, str | None], column: str, line: int) -> str:
    value = _cell(row, column)
    if value in MISSING:
        raise InvalidJudgements(f"line {line}: an essay is missing in column {column}")
    if len(value) > LONGEST_ID:
        raise InvalidJudgements(f"line {line}: the id in column {column} is longer than {LONGEST_ID} characters")
    if not value.isprintable():
        raise InvalidJudgements(f"line {line}: the id in column {column} holds a character that cannot be printed")
    return value


def _outcomes(column: str, choices: Sequence[tuple[int, str, tuple[str, str]]]) -> list[float]:
    by_place = [_by_place(raw) for _, raw, _ in choices]
    by_id = [_by_id(raw, pair) for _, raw, pair in choices]
    for (line, raw, _), place, winner in zip(choices, by_place, by_id, strict=True):
        if place is None and winner is None:
            hint = "use a, b, tie, or the id of the winner"
            raise InvalidJudgements(f"line {line}: {column} is {raw[:40]!r}; {hint}")
    places, ids = None not in by_place, None not in by_id
    found = []
    for (line, raw, _), place, winner in zip(choices, by_place, by_id, strict=True):
        if places == ids and place is not None and winner is not None and place != winner:
            hint = "is the place of one essay and the id of the other: give the essays other ids"
            raise InvalidJudgements(f"line {line}: {column} {raw[:40]!r} {hint}")
        first, other = (place, winner) if places else (winner, place)
        found.append(first if first is not None else other or 0.0)
    return found


def _by_place(raw: str) -> float | None:
    word = raw.casefold()
    return 1.0 if word in FIRST else 0.0 if word in SECOND else 0.5 if word in TIE else None


def _by_id(raw: str, pair: tuple[str, str]) -> float | None:
    if raw in pair:
        return 1.0 if raw == pair[0] else 0.0
    return 0.5 if raw.casefold() in TIE else None


def _shown(header: Sequence[str]) -> str:
    names = ", ".join(name[:40] for name in header[:10] if name)
    return (names + (", …" if len(header) > 10 else "")) or "none"
