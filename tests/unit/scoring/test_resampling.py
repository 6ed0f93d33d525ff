"""Bootstrap of taus, and agreement of judges on pairs, against plain definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scoring.agreement import kendall_tau_b, quadratic_weighted_kappa
from app.scoring.consensus import Units, alpha_of, kappa_of
from app.scoring.errors import NotEstimable
from app.scoring.resampling import drawn, spread_of, taus_of, taus_of_each


@given(st.integers(0, 10_000))
def test_tau_b_of_a_draw_is_that_of_the_list_with_its_repeats(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places, grades = rng.permutation(9) + 1.0, np.sort(rng.integers(0, 4, 9)).astype(np.float64)
    times = drawn(rng, 9, 3)
    found = taus_of(places, grades, times)
    for row in range(3):
        every = np.repeat(np.arange(9), times[row].astype(np.int64))
        if len(set(grades[every])) > 1:
            assert found.b[row] == pytest.approx(kendall_tau_b(places[every], grades[every]))
        else:
            assert np.isnan(found.b[row])


def test_tau_a_counts_pairs_of_one_grade_as_ordered_well() -> None:
    found = taus_of_each(np.array([[1.0, 2.0, 3.0], [2.0, 1.0, 3.0], [3.0, 1.0, 2.0]]), np.array([0.0, 0.0, 1.0]))
    assert found.a.tolist() == [1.0, 1.0, pytest.approx(1 / 3)]


def test_a_spread_counts_draws_above_at_and_below_zero() -> None:
    found = spread_of(np.array([0.1, 0.0, 0.0, -0.2, np.nan]))
    assert (found.above, found.equal, found.below, found.draws) == (0.25, 0.5, 0.25, 4)
    with pytest.raises(NotEstimable):
        spread_of(np.array([0.1, np.nan, np.nan]))


values = st.lists(st.tuples(st.sampled_from([-1, 0, 1]), st.sampled_from([-1, 0, 1])), min_size=2, max_size=30)


@given(values)
def test_kappa_is_that_of_the_table_in_which_each_pair_stands_twice(pairs: list[tuple[int, int]]) -> None:
    one, other = np.array(pairs, dtype=np.float64).T
    found = kappa_of(one, other, np.ones((1, len(pairs))))[0]
    try:
        table = [[*(1 + own).astype(int), *(1 - own).astype(int)] for own in (one, other)]
        assert found == pytest.approx(quadratic_weighted_kappa(table[0], table[1], 3))
    except NotEstimable:
        assert np.isnan(found)


@given(st.lists(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), max_size=4), min_size=1, max_size=12))
def test_alpha_is_krippendorff_s_by_its_definition(units: list[list[float]]) -> None:
    pairable = [own for own in units if len(own) > 1]
    if not pairable:
        with pytest.raises(NotEstimable):
            Units.of(units)
        return
    doubled = [*pairable, *([-value for value in own] for own in pairable)]
    every = [value for own in doubled for value in own]
    observed = sum(sum((a - b) ** 2 for a in own for b in own) / (len(own) - 1) for own in doubled) / len(every)
    expected = sum((a - b) ** 2 for a in every for b in every) / (len(every) * (len(every) - 1))
    found = alpha_of(Units.of(units), np.ones((1, len(pairable))))[0]
    assert np.isnan(found) if expected == 0 else found == pytest.approx(1 - observed / expected)


def test_without_ties_kappa_is_twice_the_agreement_minus_one() -> None:
    one, other = np.array([1.0, 1.0, -1.0, -1.0]), np.array([1.0, 1.0, -1.0, 1.0])
    assert kappa_of(one, other, np.ones((1, 4)))[0] == pytest.approx(2 * 0.75 - 1)
