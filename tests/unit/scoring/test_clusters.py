"""Shares, means and differences over clusters, reckoned by hand or printed in the literature."""

import pytest

from app.scoring.bias import wilson_interval
from app.scoring.clusters import clustered_mean, clustered_share, difference_of, mean_of
from app.scoring.errors import NotEstimable

Z, T1, T3 = 1.959964, 12.706205, 3.182446


def test_pairs_that_differ_more_than_chance_count_as_fewer_verdicts() -> None:
    # share 0.9; between pairs 2/1 x (1 + 1) / 20^2 = 0.01; binomial 0.09 / 20 = 0.0045; 20 / (0.01 / 0.0045) = 9
    found = clustered_share([8, 10], [10, 10])
    assert found.share == pytest.approx(0.9)
    assert found.count == pytest.approx(9 * (Z / T1) ** 2, rel=1e-5)


def test_pairs_that_differ_less_than_chance_count_with_all_their_verdicts() -> None:
    found = clustered_share([8, 10, 9, 9], [10, 10, 10, 10])
    assert found.count == pytest.approx(40 * (Z / T3) ** 2, rel=1e-5)
    assert (found.low, found.high) == pytest.approx((0.66197, 0.97639), abs=5e-5)


def test_pairs_that_all_agree_still_leave_room_for_others() -> None:
    found = clustered_share([10, 10, 10, 10], [10, 10, 10, 10])
    effective = 40 * (Z / T3) ** 2
    assert (found.share, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(effective / (effective + Z**2), rel=1e-5)


def test_a_pair_without_verdicts_is_no_cluster() -> None:
    assert clustered_share([8, 0, 10], [10, 0, 10]) == clustered_share([8, 10], [10, 10])
    with pytest.raises(NotEstimable, match="one cluster"):
        clustered_share([8, 0], [10, 0])


def test_the_mean_has_student_s_interval() -> None:
    found = mean_of([3, 4, 5])
    assert found is not None
    assert (found.mean, found.count) == (4, 3)
    assert found.low == pytest.approx(4 - 4.302653 / 3**0.5, abs=1e-5)
    single = mean_of([4])
    assert single is not None
    assert (single.mean, single.low, single.high) == (4, None, None)
    assert mean_of([]) is None


def test_the_mean_over_pairs_takes_the_pair_as_the_unit() -> None:
    # mean 26 / 6; sums differ from their share by -2/3 and 2/3; error sqrt(2 x 8/9) / 6
    found = clustered_mean([[3, 5], [4, 4, 5, 5]])
    assert found is not None
    assert found.mean == pytest.approx(13 / 3)
    assert found.high == pytest.approx(13 / 3 + T1 * (16 / 9) ** 0.5 / 6, rel=1e-5)
    assert clustered_mean([[3, 5], []]) is None


def test_the_difference_of_two_shares_is_the_printed_one() -> None:
    # Newcombe 1998, Statistics in Medicine 17, 873-890, table II (a), method 10: 56/70 - 48/80
    found = difference_of(wilson_interval(56, 70), wilson_interval(48, 80))
    assert found.difference == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
