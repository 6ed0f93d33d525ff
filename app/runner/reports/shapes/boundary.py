"""Whether the judge can tell grades apart: the shape of the numbers of a boundary test. PURE.

Fed by ``numbers.boundary``; feeds every rendering. A win is a verdict for the anchor with the better expert grade.
All intervals are 95 %. Those that end in ``elsewhere`` have the pair as the cluster and speak of other essays with
these grades; of one pair alone there are none. All others speak of the very pairs that were asked.
"""

from typing import Literal

from app.runner.reports.shapes.base import Number, Rate, Shape

Verdict = Literal["holds", "does_not_hold", "cannot_tell"]
Reach = Literal["other_essays", "these_pairs"]


class AskedPair(Shape):
    """A pair that was to be asked: ids, names and grades, and the boundary between them."""

    better: str
    worse: str
    better_name: str
    worse_name: str
    better_grade: str
    worse_grade: str
    boundary: str


class Mean(Shape):
    """A mean with its interval, null where the spread is not known, over ``count`` values."""

    mean: float
    low: Number
    high: Number
    count: int


class Gap(Shape):
    """The difference of two shares with its interval (Newcombe 1998, method 10)."""

    difference: float
    low: float
    high: float


class Repeats(Shape):
    """How far repetitions agree with each other, each a share from 0 to 1; null without the verdicts for it.

    ``majority``: verdicts that name the essay named more often (a half where both were). ``within``: of two
    repetitions in the same position, drawn at random, the chance that they name the same essay (over pairs of
    different repetitions, so without bias). ``across``: the same of one repetition in each position.
    """

    majority: Number
    within: Number
    across: Number


class Position(Shape):
    """What the position does. ``first_picks``: the essay shown first won; 0.5 without bias, as both are asked.

    ``better_first``, ``better_second``: wins where the better essay was shown there; ``difference`` between them:
    above 0 the judge favours what it sees first.
    """

    first_picks: Rate | None
    first_picks_elsewhere: Rate | None
    better_first: Rate | None
    better_second: Rate | None
    difference: Gap | None


class Tally(Shape):
    """What a pair, a boundary or the whole test comes to.

    ``asked`` comparisons were wanted, ``verdicts`` came; ``invalid`` answers named no winner (and may have been
    asked again), ``missing`` verdicts never came. ``confidence`` is the judge's own, from 1 to 5.
    ``iterations_to_decide``: where the verdict is open, how many iterations would decide it at this win rate.
    """

    asked: int
    verdicts: int
    wins: int
    invalid: int
    missing: int
    win_rate: Rate | None
    win_rate_elsewhere: Rate | None
    confidence: Mean | None
    confidence_elsewhere: Mean | None
    position: Position
    agreement: Repeats
    verdict: Verdict
    reach: Reach | None
    iterations_to_decide: int | None


class PairResult(Shape):
    """One pair with its numbers."""

    pair: AskedPair
    tally: Tally


class BoundaryResult(Shape):
    """One boundary: its numbers over all its pairs, and the pairs."""

    boundary: str
    tally: Tally
    pairs: tuple[PairResult, ...]


class BoundaryTest(Shape):
    """The whole test; ``strangers`` are answers on pairs that nobody wanted, which count nowhere."""

    iterations: int
    least_win_rate: float
    overall: Tally
    boundaries: tuple[BoundaryResult, ...]
    strangers: int
