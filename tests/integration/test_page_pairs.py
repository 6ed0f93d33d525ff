"""Pairs of a run as the pages list them: by what is odd about them, and each with all its answers."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.db.unit import Database
from app.runner.web import pair_rows, pair_view
from app.runner.web.essay_names import Essays, gathered
from app.runner.web.pair_rows import Known, Show, Wish
from tests.integration.house import House
from tests.integration.parts import Json, deliver

Answer = tuple[int, int, str | None]


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    made = House(database, tmp_path)
    async with made.stack:
        await made.open()
        yield made


async def judged(house: House, *answers: Answer) -> tuple[Json, list[str]]:
    """Return a run with these answers: places of the essay shown first and second, and who won."""
    run, ids = await house.running()
    for a, b, winner in answers:
        await deliver(house.database, house.verdicts, house.verdict(run, ids[a], ids[b], winner))
    return run, ids


async def numbers(house: House, wish: Wish, **place: Any) -> list[int]:
    async with house.database.transaction() as connection:
        return [row.number for row in await pair_rows.page(connection, wish, **place)]


A, B = "Essay A", "Essay B"


async def test_answers_in_both_orders_are_one_pair(house: House) -> None:
    run, ids = await judged(house, (0, 1, A), (1, 0, A), (2, 1, B), (0, 1, None))
    async with house.database.transaction() as connection:
        first, second = await pair_rows.page(connection, Wish(run["id"]))
        assert await pair_rows.count(connection, Wish(run["id"])) == 2
    assert (first.number, first.x, first.y, first.asked) == (1, ids[0], ids[1], 3)
    assert (first.x_wins, first.y_wins, first.invalid, first.orders_disagree) == (1, 1, 1, True)
    assert (second.number, second.x, second.y, second.x_wins, second.y_wins) == (3, ids[2], ids[1], 0, 1)


async def test_each_filter_keeps_what_it_says(house: House) -> None:
    run, ids = await judged(house, (0, 1, A), (1, 2, A), (2, 1, A), (0, 2, None), (3, 0, A))
    known = [Known(essay_id, 9 - place, float(9 - place)) for place, essay_id in enumerate(ids)]

    def wish(show: Show, essay: int | None = None) -> Wish:
        return Wish(run["id"], show, None if essay is None else ids[essay], known)

    assert await numbers(house, wish(Show.ALL)) == [1, 2, 4, 5]
    assert await numbers(house, wish(Show.ORDERS_DISAGREE)) == [2]
    assert await numbers(house, wish(Show.INVALID)) == [4]
    assert await numbers(house, wish(Show.AGAINST_GRADES)) == [2, 5]
    assert await numbers(house, wish(Show.AGAINST_SCORES)) == [2, 5]
    assert await numbers(house, wish(Show.ALL, 1)) == [1, 2]
    assert await numbers(house, wish(Show.AGAINST_GRADES, 3)) == [5]


async def test_pairs_without_a_grade_or_a_score_are_no_upsets(house: House) -> None:
    run, ids = await judged(house, (0, 1, B))
    for known in ([], [Known(ids[0], None, None), Known(ids[1], 1, 0.0)], [Known(ids[0], 3, 1.0)]):
        for show in (Show.AGAINST_GRADES, Show.AGAINST_SCORES):
            assert await numbers(house, Wish(run["id"], show, None, known)) == []


async def test_pages_go_forwards_and_backwards_without_gaps(house: House) -> None:
    run, _ = await judged(house, (0, 1, A), (0, 2, A), (0, 3, A), (1, 2, A))
    wish = Wish(run["id"])
    assert await numbers(house, wish, limit=2) == [1, 2]
    assert await numbers(house, wish, after=2, limit=2) == [3, 4]
    assert await numbers(house, wish, after=3, limit=1, backwards=True) == [2]


async def test_a_pair_is_found_by_any_of_its_answers_and_summed_as_it_is_listed(house: House) -> None:
    run, ids = await judged(house, (0, 1, A), (2, 3, A), (1, 0, A), (0, 1, None))
    async with house.database.transaction() as connection:
        [by_first, by_last] = [await pair_rows.numbered(connection, run["id"], number) for number in (1, 4)]
        [listed, _] = await pair_rows.page(connection, Wish(run["id"]))
        assert await pair_rows.numbered(connection, run["id"], 5) == []
    assert [row["sequence"] for row in by_first] == [1, 3, 4]
    assert by_first == by_last
    assert pair_view.summed(by_first) == listed
    assert pair_view.wins_of(by_first, ids[0]) == 1


async def test_an_essay_that_nobody_told_of_is_called_by_its_id() -> None:
    essays = Essays(gathered([], {}, []), "eng5_np_legacy_9_step")
    assert essays.named("stranger").name == "stranger"
    assert essays.known_of("stranger") is None
    assert not essays.have_grades
    assert not essays.have_scores
