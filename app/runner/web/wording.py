"""States, modes, times, money and counts as people read them. PURE.

Fed by the API's views; feeds the templates as filters.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from markupsafe import Markup

from app.runner.runs.states import FINAL, RunState

NOTHING = "\N{EN DASH}"
STATES = {
    "accepted": "Waiting to start",
    "preparing": "Preparing",
    "published": "Sent to the judge",
    "running": "Being judged",
    "finishing": "Being scored",
    "cancelling": "Being cancelled",
    "completed": "Completed",
    "completed_partial": "Completed with gaps",
    "failed": "Failed",
    "timed_out": "Out of time",
    "cancelled": "Cancelled",
}
MODES = {
    "plan": "Inventory only",
    "dry-run": "Trial without judging",
    "execute": "Grade students",
    "anchor-align-test": "Test on anchors",
    "boundary-test": "Test of grade boundaries",
}
ABOUT_MODES = {
    "plan": "Takes stock of the package and of what it would allow. Asks no judge and costs nothing.",
    "dry-run": "Writes a complete result file without any comparison, to try programs on. Costs nothing.",
    "execute": "The judge compares the students' essays with each other and with the anchors of an assignment; "
    "the scale becomes grades. Needs the id of an assignment that is registered with the engine.",
    "anchor-align-test": "The judge compares the anchors only; its scale is held against the experts' grades. "
    "Shows how far a judge, a rubric or a model can be trusted.",
    "boundary-test": "The judge compares chosen pairs around a grade boundary many times, in both orders.",
}
LOOKS = {
    "completed": "good",
    "completed_partial": "fair",
    "failed": "bad",
    "timed_out": "bad",
    "cancelled": "quiet",
}
PROVIDERS = {
    "mock": "Practice judge (for trials; its costs are made up)",
    "replay": "Recorded votes of people",
    "local": "A model of your own",
    "openai": "OpenAI",
    "openrouter": "OpenRouter",
}
CHECKS = {
    "migrations": "Tables of the database",
    "cj": "Engine (cj)",
    "cj credential": "Login at the engine",
    "gateway": "Gateway to the judges",
    "provider keys": "Keys of the judges",
    "content": "Store of texts",
    "assets": "Folder of packages",
}
KINDS = {
    "anchor": "Anchor essay",
    "student": "Student essay",
    "instructions": "Task",
    "rubric": "Rubric",
    "grades": "Table of expert grades",
    "other": "Not used",
}


def state(value: str) -> str:
    """Return a state of a run in words."""
    return STATES.get(value, value.replace("_", " "))


def looks(value: str) -> str:
    """Return how a state looks: ``good``, ``fair``, ``bad``, ``quiet`` or ``busy``."""
    return LOOKS.get(value, "busy")


def is_final(value: str) -> bool:
    """Return whether a run in this state stays as it is."""
    return RunState(value) in FINAL


def mode(value: str) -> str:
    """Return a mode in words."""
    return MODES.get(value, value)


def about_mode(value: str) -> str:
    """Return what a run of a mode does, in a sentence or two; empty for one that nobody has described."""
    return ABOUT_MODES.get(value, "")


def kind(value: str) -> str:
    """Return what a file of a package is, in words."""
    return KINDS.get(value, value)


def provider(value: str) -> str:
    """Return who provides a judge, in words."""
    return PROVIDERS.get(value, value.capitalize())


def check(value: str) -> str:
    """Return what was looked at, in words."""
    return CHECKS.get(value, value.capitalize())


def when(value: datetime | str | None) -> str:
    """Return a moment to the minute, in UTC, as an element that programs can read too."""
    if value is None:
        return NOTHING
    at = (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), f"{at:%Y-%m-%d %H:%M} UTC")


def count(value: float | None) -> str:
    """Return a whole number with its thousands apart."""
    return NOTHING if value is None else f"{value:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def usd(value: float | None) -> str:
    """Return an amount in US dollars, with as many digits as it takes to see it."""
    if value is None:
        return NOTHING
    digits = 2 if value == 0 or abs(value) >= 1 else 4 if abs(value) >= 0.01 else 6
    return f"{value:,.{digits}f}\N{NO-BREAK SPACE}USD"


def size(value: int | None) -> str:
    """Return a number of bytes in the unit that fits."""
    if value is None:
        return NOTHING
    if value < 1_000:
        return f"{value}\N{NO-BREAK SPACE}bytes"
    shown, unit = (value / 1e3, "kB") if value < 1_000_000 else (value / 1e6, "MB")
    return f"{shown:,.1f}\N{NO-BREAK SPACE}{unit}"


def span(seconds: float | None) -> str:
    """Return a length of time in its two largest units."""
    if seconds is None:
        return NOTHING
    whole = max(0, round(seconds))
    parts = [(whole // 86400, "d"), (whole // 3600 % 24, "h"), (whole // 60 % 60, "min"), (whole % 60, "s")]
    first = next((place for place, (number, _) in enumerate(parts) if number), len(parts) - 1)
    return (
        " ".join(f"{number}\N{NO-BREAK SPACE}{unit}" for number, unit in parts[first : first + 2] if number)
        or "0 s"
    )


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with so many digits after the point, and a minus sign that is one."""
    return NOTHING if value is None else f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")


FILTERS: dict[str, Callable[..., object]] = {
    "state": state,
    "looks": looks,
    "is_final": is_final,
    "mode": mode,
    "kind": kind,
    "provider": provider,
    "check": check,
    "when": when,
    "count": count,
    "usd": usd,
    "size": size,
    "span": span,
    "number": number,
}
