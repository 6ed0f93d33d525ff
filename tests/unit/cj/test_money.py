"""The money cap: what may still be asked, and that no order of events spends more than was set aside."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cj.money import Spending, affordable, price_of_next, upper_estimate

usd = st.floats(0, 10, allow_nan=False)


@given(usd, usd, usd, st.floats(1e-9, 10), st.integers(0, 10_000))
def test_what_is_spent_set_aside_and_asked_never_exceeds_the_cap(
    cap: float, spent: float, aside: float, price: float, most: int
) -> None:
    count = affordable(Spending(cap, spent, aside, None, None, price), price, most)
    assert 0 <= count <= most
    assert count == 0 or spent + aside + count * price <= cap
    if count < most and spent + aside <= cap:
        assert spent + aside + (count + 2) * price > cap


def test_the_next_comparison_is_priced_by_the_dearest_and_by_more_than_the_mean() -> None:
    assert price_of_next(Spending(1, 0, 0, None, None, 0.3), 1.5) == 0.3
    assert price_of_next(Spending(1, 0, 0, 0.1, 0.12, 0.3), 1.5) == pytest.approx(0.15)
    assert price_of_next(Spending(1, 0, 0, 0.1, 0.4, 0.3), 1.5) == 0.4


def test_what_costs_nothing_is_bounded_by_the_number_only() -> None:
    assert affordable(Spending(1, 0.5, 0, 0.0, 0.0, 0), 0.0, 40) == 40
    assert affordable(Spending(1, 1.5, 0, 0.0, 0.0, 0), 0.0, 40) == 0


def test_the_first_estimate_takes_the_prompt_and_the_longest_answer() -> None:
    assert upper_estimate(3_000, 500, (0.015, 0.075)) == pytest.approx(0.015 + 0.0375)


@given(
    st.floats(0.01, 5),
    st.floats(0.001, 0.5),
    st.lists(st.tuples(st.floats(0, 2), st.integers(0, 30)), min_size=1, max_size=60),
)
def test_a_batch_goes_over_its_cap_by_what_its_last_wave_cost_beyond_its_price_and_no_more(
    cap: float, first: float, drawn: list[tuple[float, int]]
) -> None:
    """Play waves: ``drawn`` is how dear each verdict is against what was set aside for it, and the wave's size."""
    costs: list[float] = []
    spent, excess = 0.0, 0.0
    for factor, size in drawn:
        mean, largest = (sum(costs) / len(costs), max(costs)) if costs else (None, None)
        spending = Spending(cap, spent, 0.0, mean, largest, first)
        price = price_of_next(spending, 1.5)
        count = affordable(spending, price, size)
        excess = max(0.0, factor - 1) * price * count if count else excess
        spent += count * factor * price
        costs += [factor * price] * count
        assert spent <= cap + excess + 1e-9
    assert spent < inf
