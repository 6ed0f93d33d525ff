"""What is done about a failure: how often, and after how long."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.failures import Rules, Tries, back_off, next_try
from app.gateway.providers.base import FailureKind, JudgeFailed

NOW = datetime(2026, 1, 2, tzinfo=UTC)
LATER = NOW + timedelta(hours=4)
RULES = Rules(retries=3, throttled=5, first_s=0.5, longest_s=60)


def failed(kind: FailureKind, code: str = "TIMEOUT", hint: float | None = None) -> JudgeFailed:
    return JudgeFailed(code, "x", kind=kind, retry_after_s=hint)


@given(tries=st.integers(0, 2000), draw=st.floats(0, 1, exclude_max=True))
def test_the_pause_grows_no_longer_than_the_longest(tries: int, draw: float) -> None:
    assert 0 <= back_off(tries, RULES, draw) <= 60


def test_the_pause_doubles_with_each_try_and_is_drawn_from_the_whole_of_it() -> None:
    assert [back_off(tries, RULES, 1.0) for tries in (1, 2, 3, 9)] == [0.5, 1.0, 2.0, 60.0]
    assert back_off(3, RULES, 0.25) == 0.5


@given(hint=st.floats(0.1, 3000), draw=st.floats(0, 1, exclude_max=True))
def test_never_earlier_than_the_provider_said(hint: float, draw: float) -> None:
    assert hint <= back_off(9, RULES, draw, hint) <= hint + RULES.first_s


@pytest.mark.parametrize(
    ("kind", "code", "allowed"),
    [
        (FailureKind.RETRY_NOW, "CONNECTION_ERROR", 3),
        (FailureKind.RETRY_AFTER, "TIMEOUT", 3),
        (FailureKind.RATE_LIMITED, "RATE_LIMIT", 5),
        (FailureKind.RETRY_NOW, "LLM_PARSING_ERROR", 1),
        (FailureKind.REFUSED, "LLM_CONTENT_TOO_LONG", 0),
        (FailureKind.BROKEN, "INVALID_API_KEY", 0),
    ],
)
def test_each_kind_has_its_own_bound_on_new_tries(kind: FailureKind, code: str, allowed: int) -> None:
    tries, again = Tries(1), 0
    while (found := next_try(tries, failed(kind, code), RULES, now=NOW, expires_at=LATER, draw=0.5)) is not None:
        again += 1
        tries = Tries(tries.attempts + 1, tries.re_asks + found.re_asks, tries.throttled + found.throttled)
        assert again < 50
    assert again == allowed


def test_bounds_do_not_eat_each_other() -> None:
    worn = Tries(attempts=7, re_asks=1, throttled=5)
    assert next_try(worn, failed(FailureKind.RETRY_AFTER), RULES, now=NOW, expires_at=LATER, draw=0) is not None


def test_a_try_that_would_come_after_the_time_to_live_is_not_made() -> None:
    hinted = failed(FailureKind.RETRY_AFTER, hint=3600 * 5)
    assert next_try(Tries(1), hinted, RULES, now=NOW, expires_at=LATER, draw=0.5) is None
