"""Numbers as people read them, the same in every rendering. PURE.

Fed by the shapes of a report; feeds ``layout`` and the plots.
"""

from app.runner.reports.shapes.base import Rate

NOT_COMPUTED = "not computed"


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with so many decimals, or that there is none; minus zero is zero."""
    if value is None:
        return NOT_COMPUTED
    return f"{round(value, digits) + 0.0:.{digits}f}"


def count(value: float | None) -> str:
    """Return a whole number, or that there is none."""
    return NOT_COMPUTED if value is None else f"{value:.0f}"


def percent(share: float | None) -> str:
    """Return a share in whole percent; what is not quite all or nothing is never rounded to it."""
    if share is None:
        return NOT_COMPUTED
    if 0 < share < 0.005:
        return "<1%"
    if 0.995 <= share < 1:
        return ">99%"
    return f"{share:.0%}"


def interval(low: float, high: float) -> str:
    """Return an interval of scores."""
    return f"{number(low, 2)} to {number(high, 2)}"


def rate(found: Rate | None, of: str, none: str) -> str:
    """Return a share with its interval and what it is a share of, or ``none``."""
    if found is None:
        return none
    reach = f"95% interval {percent(found.low)} to {percent(found.high)}"
    return f"{percent(found.share)} of {found.count:.0f} {of} ({reach})"


def rank(place: int, *, tied: bool) -> str:
    """Return a rank, marked where it is shared."""
    return f"{place}=" if tied else str(place)


def span(first: int, last: int) -> str:
    """Return the ranks that are allowed."""
    return str(first) if first == last else f"{first} to {last}"


def money(usd: float | None) -> str:
    """Return US dollars."""
    return NOT_COMPUTED if usd is None else f"{usd:.4f} USD"


def seconds(value: float | None) -> str:
    """Return a duration in the unit that suits it."""
    if value is None:
        return "not told"
    if value < 1:
        return f"{value * 1000:.0f} ms"
    return f"{value:.1f} s" if value < 120 else f"{value / 60:.1f} min"


def counted(count: int, what: str) -> str:
    """Return a count with the thing counted, in the plural where it is not one."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
