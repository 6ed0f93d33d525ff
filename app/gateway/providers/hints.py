"""How long a provider asks us to wait, read from its answer's headers. PURE.

Fed by the failure mapping; feeds ``JudgeFailed.retry_after_s``.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DURATION = re.compile(r"(?P<n>\d++(?:\.\d++)?+)(?P<unit>ms|h|m|s)")
_LENGTH = re.compile(rf"(?:{_DURATION.pattern.replace('?P<n>', '?:').replace('?P<unit>', '?:')})++")
LONGEST_S = 7 * 24 * 3600.0
"""No provider is waited for any longer; a number of seconds without bounds would be no moment in time."""
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_REMAINING = re.compile(
    r"(?:anthropic-ratelimit-(?P<a>[a-z-]+)-remaining|x-ratelimit-remaining(?:-(?P<o>[a-z-]+))?)"
)


def wait_hint(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds to wait, or None where the provider does not say.

    ``Retry-After`` (seconds or a date, also in milliseconds) counts first; else the latest reset among those
    limits that have nothing left. Never negative, and at most ``LONGEST_S``.
    """
    lower = {name.lower(): value.strip() for name, value in headers.items()}
    asked = _retry_after(lower, now)
    if asked is not None:
        return min(asked, LONGEST_S)
    waits = [min(wait, LONGEST_S) for reset in _exhausted(lower) if (wait := _until(reset, now)) is not None]
    return max(waits, default=None)


def _retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    millis = _number(headers.get("retry-after-ms"))
    if millis is not None:
        return max(0.0, millis / 1000)
    value = headers.get("retry-after")
    if value is None:
        return None
    seconds = _number(value)
    return max(0.0, seconds) if seconds is not None else _until(value, now)


def _exhausted(headers: Mapping[str, str]) -> list[str]:
    """Return the reset values of the limits that have nothing left."""
    found = []
    for name, value in headers.items():
        match = _REMAINING.fullmatch(name)
        if match is None or _number(value) != 0:
            continue
        which = f"-{match['o']}" if match["o"] else ""
        reset = f"anthropic-ratelimit-{match['a']}-reset" if match["a"] else f"x-ratelimit-reset{which}"
        if reset in headers:
            found.append(headers[reset])
    return found


def _until(value: str, now: datetime) -> float | None:
    """Return the seconds until a moment (RFC 3339, HTTP date, Unix milliseconds) or of a length (``6m0s``)."""
    if _LENGTH.fullmatch(value):
        return sum(float(part["n"]) * _SECONDS[part["unit"]] for part in _DURATION.finditer(value))
    moment = _moment(value)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def _moment(value: str) -> datetime | None:
    number = _number(value)
    try:
        if number is not None:
            return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)
        moment = datetime.fromisoformat(value) if value[:4].isdigit() else parsedate_to_datetime(value)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if abs(number) < 1e15 else None
