"""The circuit breaker and the adaptive concurrency, without a clock of their own."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.gateway.breaker import Breaker, BreakerRules, Circuit, Concurrency

NOW = datetime(2026, 1, 2, tzinfo=UTC)
RULES = BreakerRules(failures=3, open_s=10, successes=2)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def opened() -> Breaker:
    breaker = Breaker(RULES)
    for _ in range(3):
        breaker.failed(NOW)
    return breaker


def test_only_failures_in_a_row_open_the_circuit() -> None:
    breaker = Breaker(RULES)
    for _ in range(5):
        breaker.failed(NOW)
        breaker.failed(NOW)
        breaker.succeeded(NOW)
    assert breaker.state(NOW) is Circuit.CLOSED
    assert opened().state(NOW) is Circuit.OPEN


def test_an_open_circuit_admits_nothing_and_then_one_probe_at_a_time() -> None:
    breaker = opened()
    assert not breaker.admits(at(9.9))
    assert breaker.admits(at(10))
    assert not breaker.admits(at(10))
    breaker.succeeded(at(10))
    assert breaker.admits(at(10))
    breaker.succeeded(at(10))
    assert breaker.state(at(10)) is Circuit.CLOSED


def test_a_failed_probe_opens_the_circuit_for_another_while() -> None:
    breaker = opened()
    assert breaker.admits(at(11))
    breaker.failed(at(11))
    assert breaker.state(at(20)) is Circuit.OPEN
    assert breaker.state(at(21)) is Circuit.HALF_OPEN


def test_a_probe_that_was_not_made_leaves_room_for_another() -> None:
    breaker = opened()
    assert breaker.admits(at(11))
    breaker.withdrew()
    assert breaker.admits(at(11))


def test_a_failure_that_will_not_pass_opens_at_once_and_says_why_until_it_is_closed() -> None:
    breaker = Breaker(RULES)
    breaker.broke(NOW, "the key was refused")
    assert (breaker.state(NOW), breaker.reason) == (Circuit.OPEN, "the key was refused")
    for _ in range(2):
        assert breaker.admits(at(11))
        breaker.succeeded(at(11))
    assert breaker.reason is None


@given(st.lists(st.booleans(), max_size=300), st.integers(1, 64))
def test_the_limit_stays_between_one_and_the_most(told: list[bool], most: int) -> None:
    concurrency = Concurrency(most)
    for good in told:
        if good:
            concurrency.faster()
        else:
            concurrency.slower()
        assert 1 <= concurrency.limit <= most


def test_one_round_of_refusals_halves_once_and_the_next_round_again() -> None:
    concurrency = Concurrency(16)
    assert [concurrency.slower() for _ in range(16)] == [True] + [False] * 15
    assert concurrency.limit == 8
    assert concurrency.slower()
    assert concurrency.limit == 4


def test_one_round_of_answers_adds_one() -> None:
    concurrency = Concurrency(16)
    concurrency.slower()
    for _ in range(9):
        concurrency.faster()
    assert concurrency.limit == 9
