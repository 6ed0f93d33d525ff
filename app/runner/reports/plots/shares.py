"""The plot of shares: each with its interval, and the share that is wanted. PURE.

Fed by win rates; feeds the HTML report. Few get a named row each; beyond that only the sums are drawn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.runner.reports.plots.canvas import (
    LETTER,
    WIDTH,
    Axis,
    bottom_axis,
    drawing,
    element,
    hint,
    shortened,
    text,
)
from app.runner.reports.wording import percent

NAMED = 80
ROW, TOP, FOOT = 20.0, 14.0, 44.0
LONGEST = 44
ALL_OR_NOTHING = (0.0, 1.0)


@dataclass(frozen=True)
class Bar:
    """One share with its interval and the one that is wanted; ``whole``: it sums up those below it."""

    name: str
    share: float
    low: float
    high: float
    wanted: float
    whole: bool


class ShareAxis(Axis):
    """From nothing to all, in percent."""

    def label(self, value: float) -> str:
        """Return a tick as text."""
        return percent(value)


def share_plot(found: Iterable[Bar], words: str) -> str:
    """Return the shares in the order given, the first on top."""
    every = list(found)
    bars = every if len(every) <= NAMED else [bar for bar in every if bar.whole][:NAMED]
    widest = max((len(_label(bar)) for bar in bars), default=0)
    bottom = TOP + ROW * len(bars) + 6
    axis = ShareAxis(ALL_OR_NOTHING, 16.0 + widest * LETTER, WIDTH - 24.0)
    parts = bottom_axis(axis, TOP, bottom, words)
    for wanted in sorted({bar.wanted for bar in bars}):
        x = axis.at(wanted)
        parts.append(element("line", x1=x, y1=TOP - 2, x2=x, y2=bottom, class_="edge"))
    parts += [_bar(bar, axis, TOP + ROW * (at + 0.5) + 3) for at, bar in enumerate(bars)]
    return drawing("shares", (WIDTH, bottom + FOOT), ("Win rates with 95 % intervals", _told(bars)), parts)


def _told(bars: Sequence[Bar]) -> str:
    sums = [f"{bar.name} {percent(bar.share)} ({_interval(bar)})" for bar in bars if bar.whole]
    return f"Win rates: {'; '.join(sums) or 'none'}. All numbers stand in the tables."


def _interval(bar: Bar) -> str:
    return f"{percent(bar.low)} to {percent(bar.high)}"


def _label(bar: Bar) -> str:
    return shortened(bar.name, LONGEST)


def _bar(bar: Bar, axis: Axis, y: float) -> str:
    x = axis.at(bar.share)
    parts = [element("line", x1=axis.at(bar.low), y1=y, x2=axis.at(bar.high), y2=y, class_="reach")]
    if bar.whole:
        parts.append(element("rect", x=x - 4.5, y=y - 4.5, width=9, height=9, class_="dot"))
    else:
        parts.append(element("circle", cx=x, cy=y, r=3.5, class_="dot"))
    parts.append(text(axis.start - 10, y + 4, _label(bar), class_="label", text_anchor="end"))
    told = hint(f"{bar.name}: {percent(bar.share)}, {_interval(bar)}")
    return element("g", told + "".join(parts), class_="anchor" if bar.whole else "student")
