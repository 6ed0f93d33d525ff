"""The score plot and the anchor ruler: every essay with its interval on one scale. PURE.

Fed by scores in logits; feeds the HTML report. Few essays get a named row each, many a thin line in rank order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

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
from app.runner.reports.wording import interval, number

NAMED = 80
"""Up to so many essays each has a row with its name."""
ROW, TOP, FOOT = 20.0, 14.0, 44.0
TALL = 900.0
LONGEST = 28


@dataclass(frozen=True)
class Point:
    """One essay: what it is called, its grade, score and interval in logits."""

    name: str
    grade: str
    score: float
    low: float
    high: float
    role: Literal["anchor", "student"]


@dataclass(frozen=True)
class Edge:
    """Where a grade begins on the scale, in logits."""

    grade: str
    begins: float


def score_plot(points: Sequence[Point], name: str = "scores") -> str:
    """Return the scores with their intervals, in the order given, the first on top."""
    said = "Scores with 95% intervals", _told(points)
    return _plot(name, said, list(points), ())


def ruler(anchors: Sequence[Point], students: Sequence[Point], edges: Sequence[Edge]) -> str:
    """Return students placed among anchors, best first, with lines where grades begin."""
    both = sorted([*anchors, *students], key=lambda point: (-point.score, point.name))
    title = "Students among the anchors, with 95% intervals"
    told = f"{_told(both)} {len(students)} are students, {len(anchors)} anchors of known grade."
    return _plot("ruler", (title, told), both, edges)


def _told(points: Sequence[Point]) -> str:
    best, worst = max(points, key=lambda point: point.score), min(points, key=lambda point: point.score)
    return (
        f"{len(points)} essays on a scale in logits. Highest: {best.name} ({best.grade}) at "
        f"{number(best.score, 2)}, {interval(best.low, best.high)}. Lowest: {worst.name} "
        f"({worst.grade}) at {number(worst.score, 2)}, {interval(worst.low, worst.high)}. "
        "All numbers stand in the table."
    )


def _plot(name: str, said: tuple[str, str], points: Sequence[Point], edges: Sequence[Edge]) -> str:
    named = len(points) <= NAMED
    row = ROW if named else max(1.0, TALL / len(points))
    widest = max((len(_label(point)) for point in points), default=0) if named else 0
    top = TOP + (16.0 if edges else 0.0)
    bottom = top + row * len(points) + 6
    values = [end for point in points for end in (point.low, point.high)] + [edge.begins for edge in edges]
    axis = Axis(values, 16.0 + widest * LETTER, WIDTH - 24.0)
    parts = bottom_axis(axis, top, bottom, "score in logits; the line is the 95% interval")
    parts += [part for edge in edges for part in _edge(edge, axis, top, bottom)]
    placed = list(enumerate(points))
    if not named:  # anchors lie over the students, of whom there are many
        placed.sort(key=lambda item: item[1].role == "anchor")
    parts += [_point(point, axis, top + row * (at + 0.5) + 3, row, named=named) for at, point in placed]
    return drawing(name, (WIDTH, bottom + FOOT), said, parts)


def _label(point: Point) -> str:
    return f"{shortened(point.name, LONGEST)} {shortened(point.grade, 8)}"


def _point(point: Point, axis: Axis, y: float, row: float, *, named: bool) -> str:
    told = f"{point.name} ({point.grade}): {number(point.score)}, {interval(point.low, point.high)}"
    style = "reach" if named else "reach thin"
    parts = [element("line", x1=axis.at(point.low), y1=y, x2=axis.at(point.high), y2=y, class_=style)]
    least = 2.4 if point.role == "anchor" else 0.8
    radius = 4.5 if named else max(least, min(3.0, row))
    if point.role == "anchor":
        x, size = axis.at(point.score), 2 * radius
        parts.append(element("rect", x=x - radius, y=y - radius, width=size, height=size, class_="dot"))
    else:
        parts.append(element("circle", cx=axis.at(point.score), cy=y, r=radius, class_="dot"))
    if named:
        parts.append(text(axis.start - 10, y + 4, _label(point), class_="label", text_anchor="end"))
    return element("g", hint(told) + "".join(parts), class_=point.role)


def _edge(edge: Edge, axis: Axis, top: float, bottom: float) -> list[str]:
    x = axis.at(edge.begins)
    return [
        element("line", x1=x, y1=top - 2, x2=x, y2=bottom, class_="edge"),
        text(x, top - 6, shortened(edge.grade, 8), class_="tick", text_anchor="middle"),
    ]
