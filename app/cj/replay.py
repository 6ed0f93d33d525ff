"""A policy played against recorded judgements: how soon it reaches the scale that all of them give. PURE.

Fed by the records of a file; feeds ``cj-runner replay``. Each recorded verdict is drawn once at most; a pair
without verdicts left cannot be asked.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.cj.design import Design, Oriented, Pair, Policy, check_design, pair_of
from app.cj.simulation import Play
from app.errors import InvalidInput
from app.scoring.agreement import kendall_tau_b, spearman_rho
from app.scoring.bradley_terry import fit_penalised
from app.scoring.data import Judgements, Record


@dataclass(frozen=True)
class Point:
    """Agreement with the fit of all verdicts: Kendall's tau-b and Spearman's rho after so many comparisons."""

    per_item: float
    comparisons: int
    tau: float
    spearman: float


class Recorded:
    """A judge that draws from recorded verdicts, by lot, those in the position asked for first."""

    def __init__(self, judgements: Judgements, rng: np.random.Generator) -> None:
        self._left: dict[Pair, list[tuple[int, float]]] = defaultdict(list)
        for row in rng.permutation(judgements.first.size).tolist():
            first, second = int(judgements.first[row]), int(judgements.second[row])
            self._left[pair_of((first, second))].append((first, float(judgements.outcome[row])))

    def available(self) -> frozenset[Pair]:
        """Return the pairs that still have verdicts."""
        return frozenset(pair for pair, left in self._left.items() if left)

    def answer(self, wave: Sequence[Oriented]) -> list[float | None]:
        """Draw a verdict for each comparison; one given in the other order is turned round."""
        return [self._draw(shown) for shown in wave]

    def _draw(self, shown: Oriented) -> float | None:
        left = self._left[pair_of(shown)]
        if not left:
            return None
        place = next((at for at, (first, _) in enumerate(left) if first == shown[0]), 0)
        first, outcome = left.pop(place)
        return outcome if first == shown[0] else 1.0 - outcome


def replay(
    records: Sequence[Record], design: Design, per_item: int, seed: int, anchors: Sequence[str] = ()
) -> list[Point]:
    """Return the agreement at 2, 4, 6 .. ``per_item`` comparisons an item, or until the records are used up.

    Raises ``InvalidInput`` for a policy that cannot be replayed, an unknown anchor, or fewer than two items.
    """
    items = sorted({item for row in records for item in (row.first, row.second)})
    if len(items) < 2:
        raise InvalidInput.at("judgements", "at least two essays are needed, each in some verdict")
    if design.policy is Policy.PRE_SPECIFIED:
        raise InvalidInput.at("policy", "pre_specified chooses no pairs, so there is nothing to replay")
    if unknown := sorted(set(anchors) - set(items)):
        raise InvalidInput.at("anchors", f"{unknown[0]} is in no verdict of the file")
    places = frozenset(items.index(anchor) for anchor in anchors)
    check_design(design, len(items), places)
    judgements = Judgements.from_records(records, items)
    whole = fit_penalised(judgements)
    judge = Recorded(judgements, np.random.default_rng([seed, 0]))
    play = Play(len(items), design, judge.answer, seed, places, judge.available)
    return [
        Point(
            2 * found.count / len(items),
            found.count,
            kendall_tau_b(fit.theta, whole.theta),
            spearman_rho(fit.theta, whole.theta),
        )
        for found, fit in play.until(budgets(len(items), per_item))
    ]


def budgets(items: int, per_item: int) -> list[int]:
    """Return the numbers of comparisons that give 2, 4, 6 .. and ``per_item`` comparisons an item."""
    steps = sorted({*range(2, per_item + 1, 2), per_item})
    return sorted({max(1, (step * items + 1) // 2) for step in steps})
