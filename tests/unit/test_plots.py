"""Plots of the pages: where values lie, and what the drawing says."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.runner.reports.plots.canvas import shortened
from app.runner.web.axis import Axis
from app.runner.web.scatter_plot import Point, scatter_plot
from app.runner.web.score_plot import MOST_NAMED, score_plot

NUMBERS = st.floats(-1e6, 1e6)


def row(place: int, **changes: Any) -> dict[str, Any]:
    usual = {
        "rank": place,
        "name": f"essay_{place}",
        "role": "anchor",
        "expert_grade": "B",
        "grade": None,
        "score": 3.0 - place,
        "interval_low": 2.0 - place,
        "interval_high": 4.0 - place,
    }
    return usual | changes


@given(st.lists(NUMBERS, min_size=1, max_size=20))
def test_every_value_lies_on_its_axis_in_order_and_ticks_are_few(values: list[float]) -> None:
    axis = Axis.over(values, 100.0, 700.0)
    places = [axis.at(value) for value in sorted(values)]
    assert places == sorted(places)
    assert all(100.0 <= place <= 700.0 for place in places)
    assert 2 <= len(axis.ticks()) <= 14


@pytest.mark.parametrize("values", [[], [math.nan], [math.inf, -math.inf], [0.0], [1e-12, 1e-12]])
def test_an_axis_over_nothing_or_one_value_still_has_a_length(values: list[float]) -> None:
    axis = Axis.over(values, 0.0, 100.0)
    assert axis.low < axis.high
    assert axis.ticks()[0].at == 0.0
    assert axis.ticks()[-1].at == 100.0


def test_an_essay_lies_between_the_ends_of_its_interval_on_a_line_of_its_own() -> None:
    plot = score_plot([row(1), row(2, role="student", expert_grade=None, grade="C")])
    assert plot is not None
    assert [mark.low < mark.x < mark.high for mark in plot.marks] == [True, True]
    assert plot.marks[0].y < plot.marks[1].y < plot.floor
    assert plot.title == "Scores with 95 % intervals: 1 anchor, 1 student"
    assert plot.marks[1].said == "2. essay_2 (C): 1.00, 0.00 to 2.00"


def test_a_thousand_essays_are_drawn_without_names_and_not_as_high_as_a_house() -> None:
    plot = score_plot([row(place) for place in range(1, 1001)])
    assert plot is not None
    assert not plot.named
    assert plot.height < 6_000
    assert MOST_NAMED < 1_000


def test_without_scores_there_is_no_drawing() -> None:
    assert score_plot([]) is None
    assert scatter_plot([]) is None
    assert scatter_plot([Point(1, "a", math.nan, 1.0)]) is None


def test_the_frontier_leads_through_the_best_points_from_left_to_right() -> None:
    plot = scatter_plot(
        [Point(1, "b", 2.0, 0.9, best=True), Point(2, "x", 2.0, 0.5), Point(3, "a", 1.0, 0.8, best=True)]
    )
    assert plot is not None
    assert [dot.number for dot in plot.dots] == [1, 2, 3]
    first, second = (tuple(map(float, point.split(","))) for point in plot.frontier.split())
    assert first[0] < second[0]
    assert first[1] > second[1]


def test_long_names_that_differ_at_their_ends_still_differ_when_shortened() -> None:
    names = [f"anchor_essay_eng_5_17_vt_0{place:02}" for place in range(12)]
    assert len({shortened(name, 24) for name in names}) == 12
    assert {len(shortened(name, most)) for name in names for most in (8, 24, 25)} == {8, 24, 25}
    assert shortened("short", 5) == "short"
