"""A plot of points by two measures, with the frontier of those that nothing beats. PURE geometry.

Fed by the cells of an experiment (cost against a measure); drawn by the template ``_scatter_plot.html`` beside a
table of the same numbers. Lengths are units of the drawing's own box.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.runner.web.axis import Axis, Tick

WIDTH, HEIGHT = 720.0, 360.0
LEFT, RIGHT, TOP, BOTTOM = 70.0, 24.0, 30.0, 52.0


@dataclass(frozen=True)
class Point:
    """One thing by its number and name: ``x`` and ``y`` as measured, and whether it is on the frontier."""

    number: int
    name: str
    x: float
    y: float
    best: bool = False


@dataclass(frozen=True)
class Dot:
    """A point on the drawing; ``number`` is that in the table."""

    x: float
    y: float
    number: int
    best: bool
    said: str


@dataclass(frozen=True)
class ScatterPlot:
    """The whole drawing; ``frontier`` is the line through the points on it, as SVG writes points."""

    width: float
    height: float
    left: float
    right: float
    top: float
    floor: float
    dots: list[Dot]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    frontier: str


def scatter_plot(points: Sequence[Point]) -> ScatterPlot | None:
    """Return the drawing, None where no point has both numbers."""
    good = [point for point in points if math.isfinite(point.x) and math.isfinite(point.y)]
    if not good:
        return None
    across = Axis.over([point.x for point in good], LEFT, WIDTH - RIGHT)
    up = Axis.over([point.y for point in good], HEIGHT - BOTTOM, TOP)
    dots = [
        Dot(across.at(one.x), up.at(one.y), one.number, one.best, f"{one.name}: {one.x:.4g}, {one.y:.3f}")
        for one in good
    ]
    line = sorted((dot.x, dot.y) for dot in dots if dot.best)
    return ScatterPlot(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=TOP,
        floor=HEIGHT - BOTTOM,
        dots=dots,
        x_ticks=across.ticks(),
        y_ticks=up.ticks(),
        frontier=" ".join(f"{x},{y}" for x, y in line) if len(line) > 1 else "",
    )
