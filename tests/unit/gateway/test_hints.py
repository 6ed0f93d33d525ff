"""How long a provider asks us to wait."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.providers.hints import wait_hint

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "Tue, 24 Nov 2026 12:01:00 GMT"}, 60.0),
        ({"retry-after": "Tue, 24 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}, 360.0),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "20ms"}, 0.02),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1h1.5s"}, 3601.5),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1h, 5s"}, None),
        ({"x-ratelimit-remaining-tokens": "5", "x-ratelimit-reset-tokens": "20s"}, None),
        (
            {
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": "2026-11-24T12:00:30Z",
                "anthropic-ratelimit-input-tokens-remaining": "0",
                "anthropic-ratelimit-input-tokens-reset": "2026-11-24T12:00:45Z",
                "anthropic-ratelimit-output-tokens-remaining": "900",
                "anthropic-ratelimit-output-tokens-reset": "2026-11-24T13:00:00Z",
            },
            45.0,
        ),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795521610000"}, 10.0),
    ],
)
def test_a_hint_is_read_from_the_headers(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_hint(headers, NOW) == seconds


@pytest.mark.parametrize("value", ["1e14", "9" * 15, "9" * 500 + "s", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_no_hint_is_longer_than_a_week(value: str) -> None:
    assert wait_hint({"retry-after": value}, NOW) == 7 * 24 * 3600


@pytest.mark.parametrize("value", ["9" * 1_000_000, "1." * 500_000, "1s" * 500_000 + "!"])
def test_a_header_of_a_million_digits_is_read_once(value: str) -> None:
    assert wait_hint({"retry-after": value}, NOW) is None


@given(st.text())
def test_any_header_gives_a_wait_or_none(value: str) -> None:
    wait = wait_hint({"retry-after": value, "x-ratelimit-remaining": "0", "x-ratelimit-reset": value}, NOW)
    assert wait is None or wait >= 0
