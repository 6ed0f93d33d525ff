from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.scoring.agreement import (
    kendall_tau_a,
    kendall_tau_a_ceiling,
    kendall_tau_b,
    pearson_r,
    quadratic_weighted_kappa,
    spearman_rho,
)
from app.scoring.errors import InvalidJudgements, NotEstimable

lists = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=15)
quick = settings(max_examples=80, deadline=None, database=None)


def _surplus(rows: list[tuple[int, int]]) -> int:
    return sum(int(np.sign(a[0] - b[0]) * np.sign(a[1] - b[1])) for a, b in combinations(rows, 2))


@quick
@given(lists)
def test_tau_a_is_the_surplus_over_all_pairs(rows: list[tuple[int, int]]) -> None:
    pairs = len(rows) * (len(rows) - 1) / 2
    assert kendall_tau_a([x for x, _ in rows], [y for _, y in rows]) == pytest.approx(_surplus(rows) / pairs)


@quick
@given(lists)
def test_tau_b_is_the_surplus_over_the_untied_pairs(rows: list[tuple[int, int]]) -> None:
    untied = [sum(a[at] != b[at] for a, b in combinations(rows, 2)) for at in (0, 1)]
    x, y = [x for x, _ in rows], [y for _, y in rows]
    if 0 in untied:
        with pytest.raises(NotEstimable):
            kendall_tau_b(x, y)
    else:
        assert kendall_tau_b(x, y) == pytest.approx(_surplus(rows) / np.sqrt(untied[0] * untied[1]))


@quick
@given(st.lists(st.integers(0, 3), min_size=2, max_size=12))
def test_the_ceiling_is_the_tau_a_of_a_perfect_untied_scale(grades: list[int]) -> None:
    perfect = [grade + at / 1000 for at, grade in enumerate(sorted(grades))]
    assert kendall_tau_a_ceiling(grades) == pytest.approx(kendall_tau_a(perfect, sorted(grades)))


def test_equal_orders_agree_fully_and_opposite_ones_not_at_all() -> None:
    up, down = [1, 2, 3, 4], [4, 3, 2, 1]
    assert [measure(up, up) for measure in (kendall_tau_a, kendall_tau_b, spearman_rho, pearson_r)] == [1.0] * 4
    assert [measure(up, down) for measure in (kendall_tau_a, kendall_tau_b, spearman_rho, pearson_r)] == [-1.0] * 4


def test_spearman_is_one_minus_the_squares_of_rank_differences() -> None:
    x, y = [1, 2, 3, 4, 5], [2, 1, 4, 3, 5]
    assert spearman_rho(x, y) == pytest.approx(1 - 6 * 4 / (5 * 24))


def test_spearman_shares_ranks_among_ties() -> None:
    assert spearman_rho([1, 1, 2], [5, 6, 7]) == pytest.approx(pearson_r([1.5, 1.5, 3], [1, 2, 3]))


@pytest.mark.parametrize("measure", [kendall_tau_b, spearman_rho, pearson_r])
def test_a_constant_list_correlates_with_nothing(measure) -> None:  # type: ignore[no-untyped-def]  # - parametrised
    with pytest.raises(NotEstimable):
        measure([1, 1, 1], [1, 2, 3])


def test_tau_a_of_a_constant_list_is_zero() -> None:
    assert kendall_tau_a([1, 1, 1], [1, 2, 3]) == 0.0


def test_lists_of_different_length_or_with_gaps_are_refused() -> None:
    with pytest.raises(InvalidJudgements):
        kendall_tau_b([1, 2], [1, 2, 3])
    with pytest.raises(InvalidJudgements):
        spearman_rho([1.0, float("nan")], [1.0, 2.0])
    with pytest.raises(NotEstimable):
        kendall_tau_a([1], [1])


@quick
@given(lists)
def test_kappa_is_one_minus_observed_over_expected_squares(rows: list[tuple[int, int]]) -> None:
    table = np.zeros((5, 5))
    for a, b in rows:
        table[a, b] += 1
    weight = np.subtract.outer(np.arange(5), np.arange(5)) ** 2
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / len(rows)
    one, other = [a for a, _ in rows], [b for _, b in rows]
    if (weight * expected).sum() == 0:
        with pytest.raises(NotEstimable):
            quadratic_weighted_kappa(one, other, 5)
    else:
        found = quadratic_weighted_kappa(one, other, 5)
        assert found == pytest.approx(1 - (weight * table).sum() / (weight * expected).sum())


def test_kappa_refuses_grades_outside_the_scale() -> None:
    with pytest.raises(InvalidJudgements):
        quadratic_weighted_kappa([0, 5], [0, 1], 5)
    with pytest.raises(InvalidJudgements):
        quadratic_weighted_kappa([0, 1], [0, -1], 5)
    with pytest.raises(InvalidJudgements):
        quadratic_weighted_kappa([], [], 5)
