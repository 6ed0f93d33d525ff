"""The design of a batch: who may meet whom, by which policy, and all that a policy may look at. PURE.

Fed by the request and by what was asked so far; feeds ``pairing``. Essays are positions 0 .. n-1, so that the
same seed gives the same pairs whatever the ids are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.errors import InvalidInput
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
    successful ones; ``fit`` the latest fit of ``verdicts``. ``available`` limits the pairs that may be asked;
    None means all.
    """

    essays: int
    anchors: frozenset[int]
    asked: Sequence[Oriented]
    verdicts: Judgements | None
    fit: Fit | None
    available: frozenset[Pair] | None = None


def pair_of(shown: Oriented) -> Pair:
    """Return the two positions, the smaller first."""
    return (shown[0], shown[1]) if shown[0] < shown[1] else (shown[1], shown[0])


def policy_named(name: str) -> Policy:
    """Return the policy of this name; raises ``InvalidInput`` naming those there are."""
    try:
        return Policy(name)
    except ValueError as error:
        raise InvalidInput.at("policy", f"{name!r} is none of {', '.join(Policy)}") from error


def check_design(design: Design, essays: int, anchors: frozenset[int]) -> None:
    """Raise ``InvalidInput``, naming the field, where a design cannot be carried out with these essays."""
    if design.policy is Policy.ANCHORS_ONLY and not 0 < len(anchors) < essays:
        raise InvalidInput.at("policy", "anchors_only needs at least one anchor and one student essay")
    if design.policy is Policy.PRE_SPECIFIED and not design.specified:
        raise InvalidInput.at("specified", "pre_specified needs at least one pair")
    for weight in ("count_weight", "proximity_weight"):
        if not 0 <= getattr(design, weight) < float("inf"):
            raise InvalidInput.at(weight, "must be a finite number and not negative")
    for at, wanted in enumerate(design.specified):
        _check_specified(f"specified[{at}]", wanted, essays)


def _check_specified(field: str, wanted: Specified, essays: int) -> None:
    if not (0 <= wanted.a < essays and 0 <= wanted.b < essays):
        raise InvalidInput.at(field, f"names an essay outside 0 .. {essays - 1}")
    if wanted.a == wanted.b:
        raise InvalidInput.at(field, f"essay {wanted.a} cannot be compared with itself")
    if wanted.times < 1:
        raise InvalidInput.at(field, "times must be at least 1")
