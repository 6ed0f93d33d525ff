"""Rows of people's verdicts to numbers: who said what of which pair, without the names of persons. PURE.

Fed by ``sheets``; feeds ``store``. Judges become judge_1, judge_2 … in the order in which they come, unless the
caller asks for their names: a name in a file is personal data, and no number here needs it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from app.errors import InvalidInput
from app.runner.human.sheets import FIELD, Sheet
from app.scoring.data import Record
from app.scoring.decisions import LONGEST_ID, NO_ROWS, Columns, Row, columns_of, counts, records_of

UNDECIDED = frozenset({"", "-", "?", "undecided", "unsure", "don't know", "dont know", "cannot decide", "skip"})
"""Cells of the choice that hold no decision, in small letters; ``skipped`` and ``none`` as well."""
_MORE_UNDECIDED = frozenset({"skipped", "none", "n/a", "na", "nan"})
MOST_JUDGES = 1_000
NOBODY = "judge"
Layout = Literal["winner_loser", "choice"]


class ReadAs(BaseModel):
    """How a file is read: names of columns that are not the usual ones, and whether names of judges stay."""

    model_config = ConfigDict(frozen=True)

    columns: dict[str, str] = {}
    keep_judge_names: bool = False


class Content(BaseModel):
    """A file of verdicts: rows are (first essay, second essay, twice the outcome for the first, judge).

    Essays are as the file names them; the places in a row are indices into ``essays`` and ``judges``.
    """

    model_config = ConfigDict(frozen=True)

    layout: Layout
    essays: list[str]
    judges: list[str]
    rows: list[tuple[int, int, int, int]]
    undecided: int


@dataclass(frozen=True)
class Said:
    """One verdict of a person: ``outcome`` is 1 if ``first`` won, 0 if ``second`` did, 0.5 for a tie."""

    first: str
    second: str
    outcome: float
    judge: str


def read(sheet: Sheet, how: ReadAs) -> Content:
    """Return what a file says; raises ``InvalidInput`` or a scoring error that names the line."""
    header, rows = sheet
    columns = columns_of(header, how.columns)
    decided, undecided = _parted(rows, columns)
    decided = [row for row in decided if counts(row[1], columns)]
    if not decided:
        raise InvalidInput.at(FIELD, NO_ROWS if not undecided else "no row has a decision: all are undecided")
    records = records_of(decided, columns)
    judges = _judges(records, [line for line, _ in decided], keep_names=how.keep_judge_names)
    essays = {name: place for place, name in enumerate(_in_order(records))}
    seats = {name: seat for seat, name in enumerate(judges)}
    return Content(
        layout="winner_loser" if columns.choice is None else "choice",
        essays=list(essays),
        judges=list(judges.values()),
        rows=[
            (essays[one.first], essays[one.second], round(2 * one.outcome), seats[one.judge or ""])
            for one in records
        ],
        undecided=undecided,
    )


def said(content: Content) -> list[Said]:
    """Return the verdicts one by one, essays as the file names them."""
    return [
        Said(content.essays[first], content.essays[second], outcome / 2, content.judges[judge])
        for first, second, outcome, judge in content.rows
    ]


def _parted(rows: Sequence[Row], columns: Columns) -> tuple[list[Row], int]:
    """Return the rows with a decision, and how many have none; every row of winner and loser has one."""
    if columns.choice is None:
        return list(rows), 0
    choice = columns.choice
    decided = [row for row in rows if not _is_undecided(row[1].get(choice), _ids(row[1], columns))]
    return decided, len(rows) - len(decided)


def _ids(cells: Mapping[str, str | None], columns: Columns) -> set[str]:
    return {(cells.get(column) or "").strip() for column in (columns.first, columns.second)}


def _is_undecided(cell: str | None, ids: set[str]) -> bool:
    word = (cell or "").strip()
    return word.casefold() in UNDECIDED | _MORE_UNDECIDED and word not in ids - {""}


def _judges(records: Sequence[Record], lines: Sequence[int], *, keep_names: bool) -> dict[str, str]:
    """Return what each judge of the file is called from here on, in the order in which they come."""
    found: dict[str, str] = {}
    for record, line in zip(records, lines, strict=True):
        name = record.judge or ""
        if name in found:
            continue
        if len(name) > LONGEST_ID or not name.isprintable():
            raise InvalidInput.at(FIELD, f"line {line}: the judge's name is too long or cannot be printed")
        if len(found) == MOST_JUDGES:
            raise InvalidInput.at(
                FIELD, f"names more than {MOST_JUDGES} judges: is the judge's column the right one?"
            )
        found[name] = (name or NOBODY) if keep_names else f"judge_{len(found) + 1}"
    return found


def _in_order(records: Iterable[Record]) -> dict[str, None]:
    return {name: None for record in records for name in (record.first, record.second)}
