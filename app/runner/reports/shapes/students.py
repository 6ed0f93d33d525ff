"""The grades of students: the shape of the numbers. PURE.

Fed by ``numbers.grading``; feeds every rendering.
"""

from app.runner.reports.shapes.base import Count, Number, Shape


class Chance(Shape):
    """A grade and its probability."""

    grade: str
    probability: float


class StudentLine(Shape):
    """One student's essay. ``rank`` is among students, ``rank_of_all`` among all essays, anchors too.

    ``probability`` is that of ``grade``, ``next_best`` the second most probable, ``chances`` are all of them from
    the best grade down. All null or empty where the engine gave no grade.
    """

    essay_id: str
    name: str
    file_name: str | None
    grade: str | None
    probability: Number
    next_best: Chance | None
    chances: tuple[Chance, ...]
    confidence: str | None
    score: float
    standard_error: float
    low: float
    high: float
    rank: int
    rank_of_all: int
    tied: bool
    wins: int
    losses: int


class Band(Shape):
    """A grade on the scale of scores, in logits; ``begins`` is null for the lowest, ``centre`` where not told."""

    grade: str
    begins: Number
    centre: Number


class Students(Shape):
    """All students in rank order, and how the grades fell.

    ``unsure`` are those of low confidence or with less than half of the probability on their grade.
    """

    lines: tuple[StudentLine, ...]
    by_grade: tuple[Count, ...]
    by_confidence: tuple[Count, ...]
    unsure: tuple[str, ...]
    bands: tuple[Band, ...]
    no_grades_because: str | None
