"""What the pages of pairs show: the list, and one pair with its two essays and all answers about it. PURE.

Fed by the rows of pairs and the names of essays; feeds the templates ``pairs.html`` and ``pair.html``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.runner.web.essay_names import Essay, Essays, EssayText
from app.runner.web.pair_rows import PairRow, Show
from app.runner.web.wording import span

FILTERS: Mapping[Show, str] = {
    Show.ALL: "All pairs",
    Show.AGAINST_GRADES: "Upsets: the essay with the lower expert grade won",
    Show.AGAINST_SCORES: "Upsets: the essay with the lower score won",
    Show.ORDERS_DISAGREE: "Both orders disagree",
    Show.INVALID: "With invalid answers",
}


@dataclass(frozen=True)
class PairLine:
    """One pair in the list; ``remarks`` says what is odd about it."""

    number: int
    x: Essay
    y: Essay
    asked: int
    x_wins: int
    y_wins: int
    invalid: int
    remarks: Sequence[str]


@dataclass(frozen=True)
class Side:
    """One essay of a pair, with its text where the service has it, and how often it won."""

    essay: Essay
    text: EssayText | None
    wins: int


@dataclass(frozen=True)
class Answer:
    """One answer of a judge; ``winner`` is None for an answer that could not be used."""

    sequence: int
    first: str
    second: str
    winner: str | None
    confidence: float | None
    justification: str | None
    problem: str | None
    judge: str
    cost: str
    tokens: int
    took: str
    late: bool


def pair_lines(rows: Sequence[PairRow], essays: Essays) -> list[PairLine]:
    """Return pairs as they are listed."""
    return [_line(row, essays.named(row.x), essays.named(row.y), essays) for row in rows]


def _line(row: PairRow, x: Essay, y: Essay, essays: Essays) -> PairLine:
    return PairLine(row.number, x, y, row.asked, row.x_wins, row.y_wins, row.invalid, remarks(row, essays))


def remarks(row: PairRow, essays: Essays) -> list[str]:
    """Return what is odd about a pair, in words."""
    x, y = essays.known_of(row.x), essays.known_of(row.y)
    found = []
    if x is not None and y is not None:
        if _upset(x.grade_place, y.grade_place, row):
            found.append("against the grades")
        if _upset(x.score, y.score, row):
            found.append("against the scores")
    if row.orders_disagree:
        found.append("orders disagree")
    if row.invalid:
        found.append("1 invalid answer" if row.invalid == 1 else f"{row.invalid} invalid answers")
    return found


def _upset(of_x: float | None, of_y: float | None, row: PairRow) -> bool:
    if of_x is None or of_y is None:
        return False
    return (of_x > of_y and row.y_wins > 0) or (of_x < of_y and row.x_wins > 0)


def summed(answers: Sequence[Mapping[str, Any]]) -> PairRow:
    """Return what the list of pairs says of the pair that these answers are about."""
    x, y = answers[0]["essay_a_id"], answers[0]["essay_b_id"]
    won = {(row["essay_a_id"], row[f"essay_{row['winner']}_id"]) for row in answers if row["winner"] is not None}
    return PairRow(
        number=answers[0]["sequence"],
        x=x,
        y=y,
        asked=len(answers),
        x_wins=wins_of(answers, x),
        y_wins=wins_of(answers, y),
        invalid=sum(row["winner"] is None for row in answers),
        orders_disagree={(x, x), (y, y)} <= won or {(x, y), (y, x)} <= won,
    )


def sides(answers: Sequence[Mapping[str, Any]], essays: Essays) -> tuple[Essay, Essay]:
    """Return the two essays of a pair, that which its first question showed first in front."""
    return essays.named(answers[0]["essay_a_id"]), essays.named(answers[0]["essay_b_id"])


def wins_of(answers: Sequence[Mapping[str, Any]], essay_id: str) -> int:
    """Return how often an essay won."""
    return sum(row["winner"] is not None and row[f"essay_{row['winner']}_id"] == essay_id for row in answers)


def answer(row: Mapping[str, Any], essays: Essays) -> Answer:
    """Return one answer as it is shown."""
    winner = row["winner"]
    problem = ": ".join(filter(None, (row["error_code"], row["error_message"])))
    return Answer(
        sequence=row["sequence"],
        first=essays.named(row["essay_a_id"]).name,
        second=essays.named(row["essay_b_id"]).name,
        winner=None if winner is None else essays.named(row[f"essay_{winner}_id"]).name,
        confidence=row["confidence"],
        justification=row["justification"],
        problem=problem or None,
        judge=f"{row['provider']} {row['model']}",
        cost=f"{row['cost_usd']:.6f}",
        tokens=row["prompt_tokens"] + row["completion_tokens"],
        took=_took((row["completed_at"] - row["requested_at"]).total_seconds()),
        late=row["late"],
    )


def _took(seconds: float) -> str:
    return f"{max(0.0, seconds):.1f} s" if seconds < 60 else span(seconds)


def address(run_id: str, number: int | None, show: Show, essay_id: str | None, after: int = 0) -> str:
    """Return the address of the list of pairs, or with ``number`` of one pair, with the same filter."""
    own = f"/runs/{run_id}/pairs" if number is None else f"/runs/{run_id}/pairs/{number}"
    asked: dict[str, object] = {}
    if show is not Show.ALL:
        asked["show"] = show.value
    if essay_id is not None:
        asked["essay"] = essay_id
    if after:
        asked["after"] = after
    return f"{own}?{urlencode(asked)}" if asked else own
