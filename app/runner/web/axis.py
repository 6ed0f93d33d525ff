"""Round numbers along an axis, and where on it a value lies. PURE. Feeds the plots."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where it lies on the drawing, and what it says."""

    at: float
    text: str


@dataclass(frozen=True)
class Axis:
    """A straight axis: values from ``low`` to ``high`` lie between the places ``start`` and ``end``."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> "Axis":
        """Return an axis on which all finite values lie, with round ends; without any, from 0 to 1."""
        good = [value for value in values if math.isfinite(value)]
        low, high = (min(good), max(good)) if good else (0.0, 1.0)
        if high - low <= 1e-9 * max(1.0, abs(high)):
            low, high = low - (abs(low) / 10 or 0.5), high + (abs(high) / 10 or 0.5)
        step = _step(high - low)
        return cls(math.floor(low / step) * step, math.ceil(high / step) * step, start, end)

    def at(self, value: float) -> float:
        """Return the place of a value; what lies outside is drawn at the nearer end."""
        inside = min(max(value, self.low), self.high)
        share = (inside - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> list[Tick]:
        """Return marks at round numbers, ends included."""
        step = _step(self.high - self.low)
        count = round((self.high - self.low) / step)
        digits = max(0, math.ceil(-math.log10(step)) + (1 if _is_quarter(step) else 0))
        values = [self.low + place * step for place in range(count + 1)]
        return [Tick(self.at(value), f"{round(value, digits) + 0.0:.{digits}f}") for value in values]


def _step(span: float, about: int = 6) -> float:
    rough = span / about
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in STEPS if step * power >= rough * (1 - 1e-9))


def _is_quarter(step: float) -> bool:
    lead = step / 10.0 ** math.floor(math.log10(step))
    return abs(lead - 2.5) < 1e-6
