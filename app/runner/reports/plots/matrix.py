"""The comparison graph as a matrix: who was compared with whom, best rank first. PURE.

Fed by the graph of a report; feeds the HTML report. At most forty rows and columns, however many essays there are.
"""

from app.runner.reports.plots.canvas import LETTER, drawing, element, hint, shortened, text
from app.runner.reports.shapes.course import Graph
from app.runner.reports.wording import number, percent

SIDE, LARGEST_CELL = 560.0, 30.0
LONGEST = 24
COUNTED = 15
"""Up to so many rows the number of comparisons is written into each cell."""
STEPS = 6
"""Shades from one comparison to the most."""


def matrix(graph: Graph, name: str = "graph") -> str:
    """Return the matrix; each cell says on pointing at it how often its row won."""
    size = len(graph.bins)
    cell = min(LARGEST_CELL, SIDE / size)
    labels = [shortened(item.label, LONGEST) for item in graph.bins]
    left, top = max(map(len, labels)) * LETTER + 34.0, 22.0
    most = max(max(row) for row in graph.counts)
    parts = []
    for at in range(size):
        y = top + cell * (at + 0.5) + 4
        shown = cell >= 11 or at % 2 == 0
        parts.append(
            text(left - 6, y, f"{at + 1}  {labels[at]}" if shown else "", class_="label", text_anchor="end")
        )
        if cell >= 18 or at % 2 == 0:
            parts.append(text(left + cell * (at + 0.5), top - 6, str(at + 1), class_="tick", text_anchor="middle"))
        parts += [_cell(graph, at, to, (left + cell * to, top + cell * at, cell), most) for to in range(size)]
    said = "Who was compared with whom", _told(graph, most)
    return drawing(name, (left + cell * size + 10, top + cell * size + 10), said, parts)


def _told(graph: Graph, most: int) -> str:
    bins = (
        "Each row and column is one essay"
        if graph.bins[0].first == graph.bins[0].last
        else (f"Each row and column is about {graph.essays / len(graph.bins):.0f} neighbours in rank")
    )
    return (
        f"{bins}, the best rank first; the darker, the more comparisons (at most {most}). {graph.comparisons} "
        f"comparisons on {graph.pairs} of {graph.possible} pairs ({percent(graph.pairs / graph.possible)}); "
        f"{graph.fewest} to {graph.most} an essay, {number(graph.mean, 1)} on average."
    )


def _cell(graph: Graph, row: int, column: int, place: tuple[float, float, float], most: int) -> str:
    x, y, side = place
    met, won = graph.counts[row][column], graph.wins[row][column]
    shade = 0 if met == 0 else 1 + (met - 1) * (STEPS - 1) // max(1, most - 1)
    box = element("rect", x=x, y=y, width=side - 1, height=side - 1, class_=f"s{min(shade, STEPS)}")
    if met == 0:
        return box
    one, other = graph.bins[row].label, graph.bins[column].label
    told = f"{one}: won {won} of {met} against {other}" if row != column else f"{one}: {met} among themselves"
    words = ""
    if len(graph.bins) <= COUNTED:
        words = text(
            x + side / 2 - 0.5, y + side / 2 + 4, str(met), class_=f"in{min(shade, STEPS)}", text_anchor="middle"
        )
    return element("g", hint(told) + box + words)
