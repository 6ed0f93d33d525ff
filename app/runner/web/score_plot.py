"""The plot of a run's scores: every essay on its line, best first, with its interval. PURE geometry.

Fed by the scores that are kept of a run; drawn by the template ``_score_plot.html``, beside which the same numbers
stand as a table. Lengths are units of the drawing's own box.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.runner.web.axis import Axis, Tick

WIDTH = 720.0
NAMES, EDGE, TOP, BOTTOM = 225.0, 20.0, 8.0, 34.0
TALL, LOW = 22.0, 5.0
"""Heights of a line: with the name written out, and without where there are many."""
MOST_NAMED = 80
HEAD, TAIL = 5, 16
"""Letters that are left of a long name at its two ends, which tell essays apart more than its middle does."""


@dataclass(frozen=True)
class Mark:
    """One essay: its name as it fits, its score and interval on the drawing, and all of it in words."""

    y: float
    x: float
    low: float
    high: float
    name: str
    role: str
    grade: str
    said: str


@dataclass(frozen=True)
class ScorePlot:
    """The whole drawing; ``named`` says whether there is room for names. ``zero`` is where score 0 lies."""

    width: float
    height: float
    left: float
    right: float
    floor: float
    named: bool
    marks: list[Mark]
    ticks: list[Tick]
    title: str
    description: str


def score_plot(scores: Sequence[Mapping[str, Any]]) -> ScorePlot | None:
    """Return the drawing of records as ``Kept.scores`` has them, None where there is no score."""
    if not scores:
        return None
    named = len(scores) <= MOST_NAMED
    left, step = (NAMES, TALL) if named else (EDGE, LOW)
    ends = [end for row in scores for end in (row["interval_low"], row["interval_high"])]
    axis = Axis.over(ends, left, WIDTH - EDGE)
    floor = TOP + step * len(scores)
    marks = [_mark(row, axis, TOP + step * (place + 0.5)) for place, row in enumerate(scores)]
    return ScorePlot(
        width=WIDTH,
        height=round(floor + BOTTOM, 1),
        left=left,
        right=WIDTH - EDGE,
        floor=round(floor, 1),
        named=named,
        marks=marks,
        ticks=axis.ticks(),
        title=_title(scores),
        description=_description(scores),
    )


def _mark(row: Mapping[str, Any], axis: Axis, y: float) -> Mark:
    grade = row["expert_grade"] or row["grade"] or ""
    name = str(row["name"])
    return Mark(
        y=round(y, 1),
        x=axis.at(row["score"]),
        low=axis.at(row["interval_low"]),
        high=axis.at(row["interval_high"]),
        name=name if len(name) <= HEAD + TAIL + 1 else f"{name[:HEAD]}…{name[-TAIL:]}",
        role=str(row["role"]),
        grade=grade,
        said=f"{row['rank']}. {name}{f' ({grade})' if grade else ''}: {row['score']:.2f}, "
        f"{row['interval_low']:.2f} to {row['interval_high']:.2f}",
    )


def _title(scores: Sequence[Mapping[str, Any]]) -> str:
    anchors = sum(row["role"] == "anchor" for row in scores)
    students = len(scores) - anchors
    kinds = ((anchors, "anchor"), (students, "student"))
    parts = [f"{count} {what}{'' if count == 1 else 's'}" for count, what in kinds if count]
    return f"Scores with 95 % intervals: {', '.join(parts)}"


def _description(scores: Sequence[Mapping[str, Any]]) -> str:
    best, last = scores[0], scores[-1]
    return (
        f"One line an essay, the best at the top: {best['name']} at {best['score']:.2f} logits; the lowest is "
        f"{last['name']} at {last['score']:.2f}. All numbers stand in the table of scores."
    )
