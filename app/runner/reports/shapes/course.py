"""How the scores came about, and how far they carry: the shape of the numbers. PURE.

Fed by ``numbers.waves``, ``numbers.graph`` and ``numbers.told``; feeds every rendering.
"""

from app.runner.reports.shapes.base import Number, Shape


class Wave(Shape):
    """The scale of all verdicts up to the end of one wave, fitted anew; errors and changes in logits.

    ``largest_change`` is that of any score since the wave shown before. ``tau_with_final``: Kendall's tau-b of its
    ranks with the final ones. ``posterior`` is null where there are too many essays to compute it for each wave.
    """

    wave: int
    verdicts: int
    comparisons_per_essay: float
    ssr: Number
    separation: Number
    posterior: Number
    mean_se: float
    largest_se: float
    largest_change: Number
    tau_with_final: Number


class Waves(Shape):
    """Reliability as verdicts came in; ``told`` is false where the verdicts do not say their wave.

    Then they are cut into equal parts in the order in which they came in.
    """

    told: bool
    waves: tuple[Wave, ...]


class Bin(Shape):
    """Neighbours in rank that the comparison graph shows as one: ranks ``first`` to ``last``."""

    label: str
    first: int
    last: int


class Graph(Shape):
    """Who was compared with whom: essays in rank order, put together into at most forty bins.

    ``counts[i][j]`` are the comparisons between bins i and j, ``wins[i][j]`` those that bin i won. ``pairs`` are
    the different pairs that were compared, ``possible`` all; ``repeated`` those compared more than once.
    """

    essays: int
    comparisons: int
    pairs: int
    possible: int
    repeated: int
    components: int
    fewest: int
    most: int
    mean: float
    bins: tuple[Bin, ...]
    counts: tuple[tuple[int, ...], ...]
    wins: tuple[tuple[int, ...], ...]


class ErrorGroup(Shape):
    """``bt_se_summary`` of a group of essays, as the engine gave it: errors in logits, each at most 2."""

    group: str
    essays: int
    mean_se: Number
    least_se: Number
    largest_se: Number
    fewest_comparisons: Number
    mean_comparisons: Number
    most_comparisons: Number


class Flag(Shape):
    """A quality flag of the engine: whether it is raised, what raises it, and what to do."""

    name: str
    raised: bool
    meaning: str


class Course(Shape):
    """What the engine said of its work; null where it said nothing."""

    policy: str | None
    both_orders: bool | None
    stop_rule: str | None
    stopped: str | None
    stopped_because: str
    waves: int | None
    asked: int | None
    succeeded: int | None
    asked_again: int | None
    failed: int | None
    given_up: int | None
    couples_in_both_orders: int | None
    couples_alike: Number
    errors: tuple[ErrorGroup, ...]
    flags: tuple[Flag, ...]
    inverted_grades: tuple[tuple[str, str], ...]
    no_grades_because: str | None
