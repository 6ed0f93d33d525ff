"""Pairs of essays that a run had judged: all answers about the same two essays, whichever was shown first.

Fed by the rows of callbacks; feeds the pair browser. A pair is known by the lowest sequence of its callbacks, so
that it keeps its number while more come in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Double,
    Integer,
    Select,
    String,
    and_,
    case,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.rows import records
from app.runner.tables import comparisons

MOST_ANSWERS = 200
"""Answers about one pair that a page shows."""


class Show(StrEnum):
    """Which pairs are wanted."""

    ALL = "all"
    AGAINST_GRADES = "against_grades"
    AGAINST_SCORES = "against_scores"
    ORDERS_DISAGREE = "orders_disagree"
    INVALID = "invalid"


@dataclass(frozen=True)
class Known:
    """What is known of an essay: the place of its expert grade on the scale, from low to high, and its score."""

    essay_id: str
    grade_place: int | None
    score: float | None


@dataclass(frozen=True)
class Wish:
    """Which pairs of which run; ``essays`` are all that is known of its essays."""

    run_id: str
    show: Show = Show.ALL
    essay_id: str | None = None
    essays: Sequence[Known] = ()


@dataclass(frozen=True)
class PairRow:
    """One pair: ``x`` is the essay shown first in its first question; wins and failures over all its answers."""

    number: int
    x: str
    y: str
    asked: int
    x_wins: int
    y_wins: int
    invalid: int
    orders_disagree: bool


_KNOWN = (
    Column("essay_id", String(64)),
    Column("grade_place", Integer),
    Column("score", Double),
)


async def page(
    connection: AsyncConnection, wish: Wish, *, after: int = 0, limit: int = 50, backwards: bool = False
) -> list[PairRow]:
    """Return at most ``limit`` pairs with a number above ``after`` (``backwards``: below it), nearest first."""
    pairs = _pairs(wish)
    number = pairs.c.number
    here = (number < after, number.desc()) if backwards else (number > after, number.asc())
    wanted = _fitting(wish, pairs).where(here[0]).order_by(here[1]).limit(limit)
    return [PairRow(**row) for row in (await connection.execute(wanted, _bound(wish))).mappings()]


async def count(connection: AsyncConnection, wish: Wish) -> int:
    """Return how many pairs there are."""
    fitting = _fitting(wish, _pairs(wish)).subquery()
    return int((await connection.execute(select(func.count()).select_from(fitting), _bound(wish))).scalar_one())


async def numbered(connection: AsyncConnection, run_id: str, sequence: int) -> list[Mapping[str, Any]]:
    """Return the answers about the pair that the callback ``sequence`` is about, in order; none, none such."""
    mine = comparisons.c.run_id == run_id
    named = select(comparisons.c.essay_a_id, comparisons.c.essay_b_id).where(
        mine, comparisons.c.sequence == sequence
    )
    pair = (await connection.execute(named)).one_or_none()
    if pair is None:
        return []
    both = tuple(pair)
    shown = [part for part in comparisons.c if part.name not in {"raw", "run_id"}]
    wanted = (
        select(*shown)
        .where(mine, comparisons.c.essay_a_id.in_(both), comparisons.c.essay_b_id.in_(both))
        .order_by(comparisons.c.sequence)
        .limit(MOST_ANSWERS)
    )
    return [dict(row) for row in (await connection.execute(wanted)).mappings()]


def _pairs(wish: Wish) -> CTE:
    row = comparisons.c
    low, high = func.least(row.essay_a_id, row.essay_b_id), func.greatest(row.essay_a_id, row.essay_b_id)
    low_first = row.essay_a_id == low
    low_won = or_(and_(low_first, row.winner == "a"), and_(~low_first, row.winner == "b"))
    high_won = or_(and_(low_first, row.winner == "b"), and_(~low_first, row.winner == "a"))
    whose = [row.run_id == wish.run_id]
    if wish.essay_id is not None:
        whose.append(or_(row.essay_a_id == wish.essay_id, row.essay_b_id == wish.essay_id))
    return (
        select(
            low.label("low"),
            high.label("high"),
            func.min(row.sequence).label("number"),
            func.min(case((low_first, row.sequence))).label("low_first_at"),
            func.count().label("asked"),
            _times(low_won, "low_wins"),
            _times(high_won, "high_wins"),
            _times(row.winner.is_(None), "invalid"),
            _times(and_(low_first, low_won), "low_by_first"),
            _times(and_(low_first, high_won), "high_by_second"),
            _times(and_(~low_first, low_won), "low_by_second"),
            _times(and_(~low_first, high_won), "high_by_first"),
        )
        .where(*whose)
        .group_by(low, high)
        .cte("pairs")
    )


def _times(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
    return func.count().filter(condition).label(name)


def _fitting(wish: Wish, pairs: CTE) -> Select[Any]:
    row = pairs.c
    low_is_x = row.low_first_at == row.number
    turned = or_(
        and_(row.low_by_first > 0, row.high_by_first > 0), and_(row.high_by_second > 0, row.low_by_second > 0)
    )
    found = select(
        row.number,
        case((low_is_x, row.low), else_=row.high).label("x"),
        case((low_is_x, row.high), else_=row.low).label("y"),
        row.asked,
        case((low_is_x, row.low_wins), else_=row.high_wins).label("x_wins"),
        case((low_is_x, row.high_wins), else_=row.low_wins).label("y_wins"),
        row.invalid,
        func.coalesce(turned, False).label("orders_disagree"),
    )
    if wish.show is Show.INVALID:
        return found.where(row.invalid > 0)
    if wish.show is Show.ORDERS_DISAGREE:
        return found.where(turned)
    return found if wish.show is Show.ALL else _against(wish, pairs, found)


def _against(wish: Wish, pairs: CTE, found: Select[Any]) -> Select[Any]:
    """Narrow to pairs in which the essay with the lower grade, or score, won at least once."""
    low = records("known", _KNOWN).alias("of_low")
    high = records("known", _KNOWN).alias("of_high")
    measure = "grade_place" if wish.show is Show.AGAINST_GRADES else "score"
    upset = or_(
        and_(low.c[measure] > high.c[measure], pairs.c.high_wins > 0),
        and_(low.c[measure] < high.c[measure], pairs.c.low_wins > 0),
    )
    joined = pairs.join(low, low.c.essay_id == pairs.c.low).join(high, high.c.essay_id == pairs.c.high)
    return found.select_from(joined).where(true(), upset)


def _bound(wish: Wish) -> dict[str, object]:
    narrowed = wish.show in {Show.AGAINST_GRADES, Show.AGAINST_SCORES}
    return {"known": [known.__dict__ for known in wish.essays]} if narrowed else {}
