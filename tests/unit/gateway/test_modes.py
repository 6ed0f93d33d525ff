"""Modes, bundles, lanes and the nightly window."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.modes import Choice, Lane, Mode, bundle_size, choose, jobs_may_start, lane_of


@pytest.mark.parametrize(
    ("hint", "default", "batch_api", "takes_jobs", "wanted"),
    [
        (None, "per_request", "disabled", True, Choice(Mode.PER_REQUEST)),
        (None, "serial_bundle", "disabled", True, Choice(Mode.SERIAL_BUNDLE)),
        ("per_request", "serial_bundle", "disabled", True, Choice(Mode.PER_REQUEST)),
        ("nonsense", "serial_bundle", "disabled", True, Choice(Mode.SERIAL_BUNDLE)),
        (7, "per_request", "disabled", True, Choice(Mode.PER_REQUEST)),
        ("provider_batch_api", "per_request", "nightly", True, Choice(Mode.BATCH_API)),
        ("provider_batch_api", "per_request", "disabled", True, Choice(Mode.SERIAL_BUNDLE, "batch_api_disabled")),
        (None, "batch_api", "nightly", False, Choice(Mode.SERIAL_BUNDLE, "provider_has_no_batch_jobs")),
    ],
)
def test_the_hint_counts_and_then_the_service(
    hint: object, default: str, batch_api: str, takes_jobs: bool, wanted: Choice
) -> None:
    assert choose(hint, default, batch_api_mode=batch_api, takes_jobs=takes_jobs) == wanted


@pytest.mark.parametrize(
    ("preferred", "most", "size"), [(None, 64, 64), (8, 64, 8), (65, 64, 64), (0, 10, 10), (True, 9, 9), (8, 4, 4)]
)
def test_the_wish_for_a_bundles_size_counts_within_the_setting(preferred: object, most: int, size: int) -> None:
    assert bundle_size(preferred, most) == size


MODELS = st.one_of(st.none(), st.text("ab|/-:", min_size=1, max_size=20))


@given(mode=st.sampled_from(list(Mode)), model=MODELS, size=st.integers(1, 64), same=st.text("0123456789abcdef"))
def test_a_lane_is_read_back_from_its_key(mode: Mode, model: str | None, size: int, same: str) -> None:
    lane = Lane(mode, "openrouter", model, size, same)
    assert Lane.parse(lane.key) == lane


def test_only_bundles_keep_different_settings_apart() -> None:
    def lanes(mode: Mode) -> set[str]:
        wanted = [{"provider_override": "mock", "temperature_override": heat} for heat in (0.0, 0.5)]
        return {lane_of(mode, settings, {}, 64).key for settings in wanted}

    assert [len(lanes(mode)) for mode in (Mode.PER_REQUEST, Mode.SERIAL_BUNDLE, Mode.BATCH_API)] == [1, 2, 1]


@given(hour=st.integers(0, 23), start=st.integers(0, 23), hours=st.integers(1, 24))
def test_the_nightly_window_is_open_for_so_many_hours_a_day(hour: int, start: int, hours: int) -> None:
    def is_open(hour: int) -> bool:
        return jobs_may_start("nightly", datetime(2026, 1, 2, hour, 30, tzinfo=UTC), start_hour=start, hours=hours)

    assert sum(map(is_open, range(24))) == hours
    assert is_open(start)
    assert is_open(hour) == ((hour - start) % 24 < hours)
    assert not jobs_may_start("disabled", datetime(2026, 1, 2, tzinfo=UTC), start_hour=start, hours=hours)
