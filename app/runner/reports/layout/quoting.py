"""What judges said of pairs, word by word, as every comparison lays it out. PURE.

Fed by disputed pairs; feeds the layouts of comparisons and of agreement with people.
"""

from collections.abc import Iterator, Sequence

from app.runner.reports.shapes.comparison import EssayName, VerdictText


def named(essay: EssayName) -> str:
    """Return an essay with its grade."""
    return f"{essay.name} ({essay.grade})" if essay.grade else essay.name


def quotes(
    before: str, first: EssayName, second: EssayName, verdicts: Sequence[VerdictText]
) -> Iterator[tuple[str, str]]:
    """Yield a heading and the words for each verdict."""
    for one in verdicts:
        won, lost = (first, second) if one.winner == "first" else (second, first)
        shown = first if one.shown_first == "first" else second
        sure = "" if one.confidence is None else f", confidence {one.confidence:g}"
        heading = f"{before}, comparison {one.sequence}: {named(won)} over {named(lost)}"
        yield f"{heading}{sure}; {shown.name} was shown first", one.justification or "(no words)"
