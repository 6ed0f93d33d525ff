"""SVG elements whose every text and attribute is escaped, and the axes that plots share. PURE.

Fed by the plots; feeds the HTML report. Colours are CSS classes of the page that holds the plot, so that one plot
suits light, dark and print.
"""

from collections.abc import Iterable, Sequence
from html import escape
from math import ceil, floor, log10

from app.runner.reports.plain import one_line

WIDTH = 900
FONT = 13
LETTER = 7.8
"""Width of a letter at that size, on the safe side."""

Value = str | int | float


def element(name: str, content: str = "", **attributes: Value) -> str:
    """Return one element; ``content`` is markup already, attributes are escaped (``_`` stands for ``-``)."""
    given = "".join(f' {key.rstrip("_").replace("_", "-")}="{_shown(value)}"' for key, value in attributes.items())
    return f"<{name}{given}>{content}</{name}>" if content else f"<{name}{given}/>"


def _shown(value: Value) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return escape(str(value), quote=True)


def text(x: float, y: float, words: str, **attributes: Value) -> str:
    """Return a text at a place."""
    return element("text", escape(one_line(words), quote=True) or " ", x=x, y=y, **attributes)


def shortened(words: str, most: int) -> str:
    """Return a text of at most so many letters, without its middle: names often differ at the end only."""
    flat = one_line(words)
    if len(flat) <= most:
        return flat
    tail = max((most - 1) // 2, 1)
    return f"{flat[: most - 1 - tail]}…{flat[-tail:]}"


def hint(words: str) -> str:
    """Return the text that a shape shows when it is pointed at."""
    return element("title", escape(one_line(words), quote=True) or " ")


def drawing(name: str, size: tuple[float, float], said: tuple[str, str], parts: Iterable[str]) -> str:
    """Return the whole plot; ``said`` are its title and its description, ``name`` is unique on the page."""
    title, description = said
    inner = [
        element("title", escape(one_line(title), quote=True), id=f"{name}-title"),
        element("desc", escape(one_line(description), quote=True), id=f"{name}-desc"),
        *parts,
    ]
    return element(
        "svg",
        "\n".join(inner),
        viewBox=f"0 0 {size[0]:.0f} {size[1]:.0f}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        class_="plot",
        preserveAspectRatio="xMinYMin meet",
    )


def ticks(low: float, high: float, wanted: int = 7) -> list[float]:
    """Return round numbers from below ``low`` to above ``high``."""
    span = max(high - low, 1e-9)
    raw = span / wanted
    power = 10.0 ** floor(log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)
    first, last = floor(low / step), ceil(high / step)
    return [round(place * step, 10) for place in range(first, last + 1)]


class Axis:
    """A scale of numbers laid along so many pixels."""

    def __init__(self, values: Sequence[float], start: float, stop: float) -> None:
        low, high = min(values), max(values)
        pad = 0.02 * (high - low) or 0.5
        self._low, self._span = low - pad, high - low + 2 * pad
        self.ticks = [tick for tick in ticks(low, high) if low - pad <= tick <= high + pad]
        self.start, self.stop = start, stop

    def at(self, value: float) -> float:
        """Return the pixel of a number."""
        return self.start + (value - self._low) / self._span * (self.stop - self.start)

    def label(self, value: float) -> str:
        """Return a tick as text."""
        return f"{value:g}"


def bottom_axis(axis: Axis, top: float, bottom: float, words: str) -> list[str]:
    """Return grid, ticks and name of a horizontal axis."""
    parts = []
    for value in axis.ticks:
        x = axis.at(value)
        parts.append(element("line", x1=x, y1=top, x2=x, y2=bottom, class_="zero" if value == 0 else "grid"))
        parts.append(text(x, bottom + 16, axis.label(value), class_="tick", text_anchor="middle"))
    parts.append(text((axis.start + axis.stop) / 2, bottom + 34, words, class_="name", text_anchor="middle"))
    return parts
