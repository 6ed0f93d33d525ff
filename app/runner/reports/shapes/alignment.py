"""How well a judge agrees with the experts on anchors: the shape of the numbers. PURE.

Fed by ``numbers.alignment``; feeds every rendering, comparisons of runs and experiments.
"""

from typing import Literal

from app.runner.reports.shapes.base import Number, Shape

Kind = Literal["majority", "even", "single"]


class AnchorLine(Shape):
    """One anchor. Scores in logits with a 95% interval; ranks among the anchors, 1 is the best.

    ``tied``: another anchor has the same score, and they share the rank. ``expected`` is the rank that the grade
    gives, anchors of one grade in the order of their scores; ``expected_first`` to ``expected_last`` are the ranks
    that the grade allows. ``win_rate`` is null for an anchor that was never compared.
    """

    essay_id: str
    name: str
    file_name: str | None
    grade: str | None
    score: float
    standard_error: float
    low: float
    high: float
    rank: int
    tied: bool
    expected: int
    expected_first: int
    expected_last: int
    wins: int
    losses: int
    win_rate: Number


class Graded(Shape):
    """An essay as inversions name it."""

    essay_id: str
    name: str
    grade: str | None


class Upset(Shape):
    """One verdict for the worse grade, with the judge's own words in full."""

    sequence: int | None
    judge: str | None
    confidence: Number
    justification: str


class Inversion(Shape):
    """A pair of anchors where the worse grade won in ``upsets`` of ``times`` comparisons.

    ``kind``: ``majority`` if it won more often than not, ``even`` if as often, ``single`` if it was outvoted.
    """

    better: Graded
    worse: Graded
    upsets: int
    times: int
    kind: Kind
    verdicts: tuple[Upset, ...]


class Coverage(Shape):
    """What is known of the anchors; ``withheld`` says why no metric is given, null where all are."""

    anchors: int
    graded: int
    compared: int
    share: float
    without_grade: tuple[str, ...]
    never_compared: tuple[str, ...]
    withheld: str | None


class Target(Shape):
    """One target: ``met`` is null where the value could not be computed."""

    key: Literal["inversions", "zero_wins", "tau_a", "top_regressions"]
    name: str
    value: Number
    wanted: str
    met: bool | None


class Alignment(Shape):
    """All numbers over the anchors of a run, and the comparisons between two anchors.

    ``comparisons`` are all successful ones of the run, ``among_anchors`` those between two anchors.
    ``inverted_pairs``, ``majority_inversions`` and ``top_regressions`` are null where coverage is not full;
    ``inversions`` lists the evidence all the same. ``tau_a`` compares ranks with expected ranks, the three others
    ranks with grades.
    """

    grade_scale: str
    anchors: tuple[AnchorLine, ...]
    coverage: Coverage
    comparisons: int
    among_anchors: int
    inverted_pairs: int | None
    majority_inversions: int | None
    even_inversions: int | None
    single_upsets: int | None
    inversions: tuple[Inversion, ...]
    zero_wins: tuple[Graded, ...]
    tau_a: Number
    tau_b: Number
    tau_a_ceiling: Number
    spearman: Number
    top_grades: tuple[str, ...]
    top_regressions: int | None
    top_regressed: tuple[Graded, ...]
    mean_error: Number
    targets: tuple[Target, ...]

    @property
    def missed(self) -> tuple[Target, ...]:
        """The targets that were computed and missed."""
        return tuple(target for target in self.targets if target.met is False)
