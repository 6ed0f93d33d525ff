"""Scores of the same essays in two runs: a line from one to the other for each essay. PURE.

Fed by the comparison of runs; feeds the page.
"""

from collections.abc import Sequence

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
from app.runner.reports.shapes.comparison import ComparedEssay
from app.runner.reports.wording import number

MOST_ROWS = 80
ROW, TOP, FOOT = 20.0, 14.0, 44.0
LONGEST = 28
SIZE = 4.5


def move_plot(essays: Sequence[ComparedEssay]) -> str:
    """Return the scores in A (squares) and B (circles), the best in A on top."""
    ordered = sorted(essays, key=lambda essay: (essay.standings[0].rank, essay.name))
    widest = max(len(_label(essay)) for essay in ordered)
    values = [one.score for essay in ordered for one in essay.standings]
    axis, bottom = Axis(values, 16.0 + widest * LETTER, WIDTH - 24.0), TOP + ROW * len(ordered) + 6
    parts = bottom_axis(axis, TOP, bottom, "score in logits; square: A, circle: B")
    parts += [_row(essay, axis, TOP + ROW * (place + 0.5) + 3) for place, essay in enumerate(ordered)]
    moved = max(ordered, key=lambda essay: abs(essay.moves[0].score))
    told = (
        f"{len(ordered)} essays. The largest move: {moved.name}, {number(moved.standings[0].score, 2)} in A, "
        f"{number(moved.standings[1].score, 2)} in B. All numbers stand in the table."
    )
    return drawing("moves", (WIDTH, bottom + FOOT), ("Scores in A and in B", told), parts)


def _label(essay: ComparedEssay) -> str:
    return f"{shortened(essay.name, LONGEST)} {shortened(essay.grade or '', 8)}"


def _row(essay: ComparedEssay, axis: Axis, y: float) -> str:
    before, after = essay.standings[0], essay.standings[1]
    x, other = axis.at(before.score), axis.at(after.score)
    told = f"{essay.name}: rank {before.rank} in A, {after.rank} in B"
    square = element("rect", x=x - SIZE, y=y - SIZE, width=2 * SIZE, height=2 * SIZE, class_="dot")
    parts = [
        hint(told),
        element("line", x1=x, y1=y, x2=other, y2=y, class_="grid"),
        element("g", square, class_="anchor"),
        element("g", element("circle", cx=other, cy=y, r=SIZE, class_="dot"), class_="student"),
        text(axis.start - 10, y + 4, _label(essay), class_="label", text_anchor="end"),
    ]
    return element("g", "".join(parts))
