"""Times that a caller gives: written out, and within the calendar in UTC."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

_NUMBER = re.compile(r"[-+]?[0-9._]+(e[-+]?[0-9]+)?", re.IGNORECASE)


def _written(value: object) -> object:
    """Refuse a bare number, which pydantic would take for seconds since 1970: a caller may mean a year."""
    if isinstance(value, int | float) or (isinstance(value, str) and _NUMBER.fullmatch(value.strip())):
        raise ValueError("is a number: write it as 2026-03-01T12:00:00Z (RFC 3339)")
    return value


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is before the year 1 or after the year 9999 in UTC") from error


def _zoned(value: datetime) -> datetime:
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc), BeforeValidator(_written)]
"""A time in UTC; one without a zone is refused."""
MomentOfOldWire = Annotated[datetime, AfterValidator(_zoned), AfterValidator(_in_utc), BeforeValidator(_written)]
"""A time in UTC; one without a zone is read as UTC, as the platform's callers write it."""
