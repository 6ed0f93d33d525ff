"""The design of a batch: who may meet whom, by which policy, and all that a policy may look at. PURE.

Fed by the request and by what was asked so far; feeds ``pairing``. Essays are positions 0 .. n-1, so that the
same seed gives the same pairs whatever the ids are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.scoring.bradley_terry import Fit
from app.scoring.data import Judgements

Pair = tuple[int, int]
"""Two positions, the smaller first."""

Oriented = tuple[int, int]
"""Two positions: the essay shown as A, the essay shown as B."""


class Policy(StrEnum):
    """How the pairs of a wave are chosen; ``docs/pairing.md`` gives the formulas."""

    OPTIMAL_GRAPH = "optimal_graph"
    INFORMATION = "information"
    NEAREST = "nearest"
    RANDOM_BALANCED = "random_balanced"
    ANCHORS_ONLY = "anchors_only"
    PRE_SPECIFIED = "pre_specified"


@dataclass(frozen=True)
class Specified:
    """A pair that the caller wants: positions as shown (``a`` first), asked ``times`` times."""

    a: int
    b: int
    times: int = 1


@dataclass(frozen=True)
class Design:
    """What a batch wants of its pairs.

    ``both_orders`` asks each pair in both positions. ``early_repeats`` lets a policy repeat a pair before all
    new ones are used. The two weights belong to ``optimal_graph``; ``specified`` to ``pre_specified``.
    """

    policy: Policy = Policy.INFORMATION
    both_orders: bool = False
    early_repeats: bool = False
    count_weight: float = 1.0
    proximity_weight: float = 0.5
    specified: tuple[Specified, ...] = ()


@dataclass(frozen=True)
class Standing:
    """Where a batch stands: everything that a policy may look at; positions 0 .. ``essays`` - 1.

    ``asked`` holds all comparisons asked so far, as shown, whatever became of them; ``verdicts`` the
    successful ones; ``fit`` the latest fit of ``verdicts``.
    """

    essays: int
    anchors: frozenset[int]
    asked: Sequence[Oriented]
    verdicts: Judgements | None
    fit: Fit | None


def pair_of(shown: Oriented) -> Pair:
    """Return the two positions, the smaller first."""
    return (shown[0], shown[1]) if shown[0] < shown[1] else (shown[1], shown[0])
