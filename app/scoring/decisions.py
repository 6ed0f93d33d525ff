"""Rows of a decisions file to judgements: which column is what, and what is wrong with a row. PURE.

Fed by the command line, which reads the file; feeds every fit. Two layouts are known: ``judge, winner, loser``
and ``judge, a, b, choice`` with the essay shown first as ``a``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.scoring.data import Record
from app.scoring.errors import InvalidJudgements

FIRST = frozenset({"a", "a1", "1", "first", "essay a", "essay_a", "left"})
SECOND = frozenset({"b", "a2", "2", "second", "essay b", "essay_b", "right"})
TIE = frozenset({"tie", "equal", "draw", "0.5"})


@dataclass(frozen=True)
class Columns:
    """Names of the columns; ``choice`` None means the layout with winner and loser."""

    judge: str | None
    first: str
    second: str
    choice: str | None


def columns_of(header: Sequence[str], wanted: Mapping[str, str]) -> Columns:
    """Return the columns of a file; ``wanted`` maps judge, winner, loser, a, b, choice to other names.

    Raises `InvalidJudgements` naming what is missing.
    """

    def named(role: str) -> str | None:
        name = wanted.get(role, role)
        if name in header:
            return name
        if role in wanted:
            raise InvalidJudgements(f"there is no column {name}; the file has {', '.join(header)}")
        return None

    judge, winner, loser = named("judge"), named("winner"), named("loser")
    if winner is not None and loser is not None:
        return Columns(judge, winner, loser, None)
    a, b, choice = named("a"), named("b"), named("choice")
    if a is not None and b is not None and choice is not None:
        return Columns(judge, a, b, choice)
    raise InvalidJudgements(
        f"the file needs the columns winner and loser, or a, b and choice; it has {', '.join(header) or 'none'}"
    )


def records_of(rows: Sequence[Mapping[str, str]], columns: Columns) -> list[Record]:
    """Return one record a row; raises `InvalidJudgements` naming the first row that cannot be read."""
    found = []
    for line, row in enumerate(rows, start=2):
        first, second = (row.get(columns.first) or "").strip(), (row.get(columns.second) or "").strip()
        if not first or not second:
            raise InvalidJudgements(f"line {line}: an essay is missing")
        if first == second:
            raise InvalidJudgements(f"line {line}: {first} is compared with itself")
        outcome = 1.0 if columns.choice is None else _outcome(row, columns.choice, (first, second), line)
        judge = None if columns.judge is None else (row.get(columns.judge) or "").strip() or None
        found.append(Record(first, second, outcome, 1.0, judge))
    return found


def _outcome(row: Mapping[str, str], column: str, pair: tuple[str, str], line: int) -> float:
    raw = (row.get(column) or "").strip()
    if raw in pair:
        return 1.0 if raw == pair[0] else 0.0
    word = raw.lower()
    if word in FIRST:
        return 1.0
    if word in SECOND:
        return 0.0
    if word in TIE:
        return 0.5
    raise InvalidJudgements(f"line {line}: {column} is {raw[:40]!r}; use a, b, tie, or the id of the winner")
