"""Times that callers give, on their way into queries: written out with a zone, or refused by name."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from app.edge.moments import Moment, MomentOfOldWire

MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
OLD: TypeAdapter[datetime] = TypeAdapter(MomentOfOldWire)


def test_a_time_of_any_zone_is_read_in_utc() -> None:
    assert MOMENT.validate_python("2026-03-01T12:00:00+01:00") == datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert MOMENT.validate_python("2026-03-01T12:00:00Z").tzinfo is UTC


@pytest.mark.parametrize("given", ["2026", "0.5", "-1e9", " 1767225600 ", "1_000", 2026, 0.5, True])
def test_a_number_is_no_time(given: object) -> None:
    with pytest.raises(ValidationError, match="is a number: write it as"):
        MOMENT.validate_python(given)
    with pytest.raises(ValidationError, match="is a number: write it as"):
        OLD.validate_python(given)


def test_the_platform_s_callers_may_leave_the_zone_out() -> None:
    assert OLD.validate_python("2026-03-01T12:00:00") == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert OLD.validate_python("2026-03-01T12:00:00+01:00") == datetime(2026, 3, 1, 11, tzinfo=UTC)


@pytest.mark.parametrize("given", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"])
def test_a_time_outside_the_calendar_is_refused_before_the_database_sees_it(given: str) -> None:
    with pytest.raises(ValidationError, match="in UTC"):
        MOMENT.validate_python(given)


@pytest.mark.parametrize("given", ["2026-03-01T12:00:00", "2026-03-01", "soon", "", None])
def test_a_time_without_a_zone_or_none_at_all_is_refused(given: object) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(given)
