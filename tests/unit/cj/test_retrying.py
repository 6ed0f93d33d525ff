"""Pauses before a failed comparison is asked again."""

from hypothesis import given
from hypothesis import strategies as st

from app.cj.retrying import BackOff, pauses

BACK_OFF = BackOff(first=2, rate_limited=15, longest=300, spacing=0.5)


def test_the_pause_doubles_with_each_try_and_has_an_end() -> None:
    assert pauses([("TIMEOUT", tries) for tries in (0, 1, 2, 9)], BACK_OFF) == [2, 4, 8, 300]


def test_what_met_a_rate_limit_waits_longer_and_goes_out_one_after_the_other() -> None:
    found = pauses([("RATE_LIMIT", 0), ("TIMEOUT", 0), ("RATE_LIMIT", 0), ("LLM_RATE_LIMIT", 0)], BACK_OFF)
    assert found == [15, 2, 15.5, 16]


@given(st.lists(st.tuples(st.none() | st.text(max_size=12), st.integers(0, 2000)), max_size=30))
def test_every_failure_has_a_pause_that_is_not_negative(failures: list[tuple[str | None, int]]) -> None:
    assert len(pauses(failures, BACK_OFF)) == len(failures)
    assert all(0 <= pause <= 300 + 15 for pause in pauses(failures, BACK_OFF))
