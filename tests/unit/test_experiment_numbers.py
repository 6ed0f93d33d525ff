"""What the numbers of an experiment say: spread, the best setting, the frontier, effects. And who may say it."""

import math
from collections.abc import Sequence
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.runner.experiments.measures import BETTER, Measured
from app.runner.experiments.results import (
    Outcome,
    Spread,
    Summary,
    advice,
    best_of,
    effects,
    frontier,
    summaries,
)

LEVELS = {"prompt": "p", "rubric": "r", "model": "m", "reasoning_effort": "default"}
Numbers = st.floats(-1, 1).map(lambda value: round(value, 3))
Costs = st.floats(0, 5).map(lambda value: round(value, 2))


def outcome(setting: int, seed: int = 1, *, tau: float | None = 0.9, cost: float = 1.0, **levels: str) -> Outcome:
    measured = Measured(tau_a=tau, cost_usd=cost)
    return Outcome(setting, LEVELS | {"rubric": f"r{setting}"} | levels, seed, measured)


def point(setting: int, tau: float, cost: float) -> Summary:
    spreads = {"tau_a": Spread(1, tau, None, tau, tau), "cost_usd": Spread(1, cost, None, cost, cost)}
    return Summary(setting, LEVELS, spreads)


def repeated(setting: int, taus: Sequence[float], cost: float = 1.0) -> list[Outcome]:
    return [outcome(setting, seed, tau=tau, cost=cost) for seed, tau in enumerate(taus)]


def test_the_spread_is_that_of_the_sample_and_unknown_for_one_repeat() -> None:
    found = Spread.of([1.0, 2.0, 4.0])
    assert found is not None
    assert (found.n, found.low, found.high) == (3, 1.0, 4.0)
    assert found.mean == pytest.approx(7 / 3)
    assert found.sd == pytest.approx(math.sqrt(7 / 3))
    assert Spread.of([2.0]) == Spread(1, 2.0, None, 2.0, 2.0)
    assert Spread.of([]) is None


def test_the_interval_of_a_difference_is_that_of_welch() -> None:
    one, two = [0.95, 0.93, 0.97, 0.94], [0.80, 0.90, 0.70]
    best = best_of(summaries([*repeated(1, one), *repeated(2, two)]), "tau_a")
    assert best is not None
    [against] = best.against
    wanted = stats.ttest_ind(one, two, equal_var=False).confidence_interval(0.95)
    assert against.low == pytest.approx(wanted.low)
    assert against.high == pytest.approx(wanted.high)


def test_a_setting_that_is_better_beyond_the_spread_of_repeats_is_clearly_so() -> None:
    found = summaries([*repeated(1, [0.60, 0.62, 0.61]), *repeated(2, [0.95, 0.94, 0.96])])
    best = best_of(found, "tau_a")
    assert best is not None
    assert (best.setting, best.recommended, best.not_told_apart) == (2, 2, ())
    assert "larger than the spread of repeats explains" in advice(best, found, "tau_a")


def test_a_cheap_judge_that_tosses_coins_is_never_recommended_for_want_of_repeats() -> None:
    found = summaries([*repeated(1, [0.85, 0.91], cost=1.0), *repeated(2, [0.15, -0.09], cost=0.5)])
    best = best_of(found, "tau_a")
    assert best is not None
    assert (best.setting, best.not_told_apart, best.recommended) == (1, (2,), 1)
    text = advice(best, found, "tau_a")
    assert "difference to setting 2 is within the spread of repeats" in text
    assert text.endswith("Take setting 1, or ask more repeats: no cheaper one is within one standard error of it")


def test_of_settings_within_one_standard_error_of_the_best_the_cheapest_is_recommended() -> None:
    found = summaries(
        [
            *repeated(1, [0.90, 0.80, 0.97], cost=1.0),
            *repeated(2, [0.92, 0.85, 0.96], cost=9.0),
            *repeated(3, [0.1] * 3),
        ]
    )
    best = best_of(found, "tau_a")
    assert best is not None
    assert (best.setting, best.recommended, best.not_told_apart) == (2, 1, (1,))
    text = advice(best, found, "tau_a")
    assert "difference to setting 1 is within the spread of repeats" in text
    assert "the other 1 is larger" in text
    assert text.endswith(
        "Take setting 1 (rubric r1): it is the cheapest of those within one standard error of the best"
    )


def test_with_one_repeat_nobody_can_say_how_much_is_chance() -> None:
    found = summaries([outcome(1, tau=0.99), outcome(2, tau=0.10)])
    best = best_of(found, "tau_a")
    assert best is not None
    assert (best.setting, best.recommended, best.against[0].clear) == (1, 1, None)
    assert "nobody can say" in advice(best, found, "tau_a")


def test_a_criterion_of_which_less_is_better_prefers_less() -> None:
    some = [Outcome(n, LEVELS, 1, Measured(inversions=count)) for n, count in ((1, 5), (2, 1))]
    best = best_of(summaries(some), "inversions")
    assert best is not None
    assert best.setting == 2


def test_without_any_metric_nothing_is_chosen() -> None:
    found = summaries([outcome(1, tau=None)])
    assert best_of(found, "tau_a") is None
    assert "nothing can be chosen" in advice(None, found, "tau_a")


@given(st.lists(st.tuples(Numbers, Costs), max_size=12))
def test_the_frontier_holds_exactly_what_nothing_beats(points: list[tuple[float, float]]) -> None:
    found = [point(number, tau, cost) for number, (tau, cost) in enumerate(points, start=1)]
    kept = set(frontier(found, "tau_a"))
    for number, (tau, cost) in enumerate(points, start=1):
        beaten = any((t >= tau and c < cost) or (t > tau and c <= cost) for t, c in points)
        assert (number in kept) is not beaten


@given(st.lists(st.tuples(Numbers, Costs), min_size=1, max_size=12))
def test_the_frontier_does_not_depend_on_the_order_and_rises_with_cost(points: list[tuple[float, float]]) -> None:
    found = [point(number, tau, cost) for number, (tau, cost) in enumerate(points, start=1)]
    line = frontier(found, "tau_a")
    assert line == frontier(list(reversed(found)), "tau_a")
    ordered = [points[number - 1] for number in line]
    assert ordered == sorted(ordered, key=lambda item: (item[1], item[0]))
    assert max(tau for tau, _ in points) == ordered[-1][0]


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3), Numbers), max_size=20))
def test_means_lie_between_the_least_and_the_most(cells: list[tuple[int, int, float]]) -> None:
    for found in summaries([outcome(setting, seed, tau=tau) for setting, seed, tau in cells]):
        spread = found.spreads["tau_a"]
        assert spread.low - 1e-9 <= spread.mean <= spread.high + 1e-9
        assert spread.n == sum(setting == found.setting for setting, _, _ in cells)


def test_an_effect_is_the_mean_over_blocks_that_differ_in_nothing_else() -> None:
    cells = [
        outcome(setting, seed, tau=base + lift, rubric=rubric, model=model)
        for setting, (rubric, lift, model, base) in enumerate(
            ((r, lift, m, base) for r, lift in (("a", 0.0), ("b", 0.1)) for m, base in (("x", 0.5), ("y", 0.8))), 1
        )
        for seed in (1, 2)
    ]
    found = {(effect.factor, effect.level): effect for effect in effects(cells, "tau_a")}
    assert set(found) == {("rubric", "a"), ("rubric", "b"), ("model", "x"), ("model", "y")}
    assert found["rubric", "b"].from_mean == pytest.approx(0.05)
    assert found["rubric", "b"].sd == pytest.approx(0.0)
    assert found["model", "y"].n == 4
    assert found["model", "y"].mean == pytest.approx(0.85)


def test_blocks_that_lack_a_level_count_for_no_effect() -> None:
    cells = [
        outcome(1, 1, tau=0.2, rubric="a"),
        outcome(2, 1, tau=0.4, rubric="b"),
        outcome(1, 2, tau=0.9, rubric="a"),
    ]
    assert [(effect.level, effect.n, effect.mean) for effect in effects(cells, "tau_a")] == [
        ("b", 1, 0.4),
        ("a", 1, 0.2),
    ]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 4), Numbers), max_size=24))
def test_effects_of_a_factor_sum_to_nothing(cells: list[tuple[str, int, float]]) -> None:
    once = {(level, seed): tau for level, seed, tau in cells}
    some = [outcome(ord(level), seed, tau=tau, rubric=level) for (level, seed), tau in once.items()]
    found = effects(some, "tau_a")
    assert not found or fmean(effect.from_mean for effect in found) == pytest.approx(0, abs=1e-9)


def test_every_criterion_says_which_way_is_better() -> None:
    assert set(BETTER.values()) == {1, -1}
