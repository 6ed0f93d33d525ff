"""One wave as a matching: every policy but those with anchors or given pairs. PURE.

Fed by the standing of a batch; feeds ``wave`` with pairs, the best first, and with the likely next partners.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.cj.design import Design, Oriented, Pair, Policy, Standing
from app.cj.pairing.connect import groups_of, tie_together, tied
from app.cj.pairing.history import History
from app.cj.pairing.matching import Merit, heaviest_matching
from app.cj.pairing.merit import Merits, skew_cost
from app.cj.pairing.pool import COMPLETE, Pool
from app.cj.pairing.worth import lots, worth_by
from app.scoring.data import IndexArray


@dataclass(frozen=True, eq=False)
class Choice:
    """The ground on which a wave is chosen: what may be asked, what ties essays together, what a pair is worth."""

    standing: Standing
    design: Design
    history: History
    ties: Sequence[Pair]
    worth: Merit
    lot: Merit
    order: IndexArray

    @classmethod
    def of(
        cls, standing: Standing, design: Design, planned: Sequence[Oriented], rng: np.random.Generator
    ) -> "Choice":
        """Prepare the choice; ``planned`` are comparisons that go out together with this wave."""
        history = History.of(standing.essays, [*standing.asked, *planned])
        lot = lots(standing.essays, int(rng.integers(2**63)))
        worth = worth_by(design, standing, history, lot)
        return cls(
            standing, design, history, tied(standing, planned), worth, lot, rng.permutation(standing.essays)
        )

    def pairs(self, busy: frozenset[int] = frozenset()) -> list[Pair]:
        """Return the pairs of the wave, those first that the batch can spare least; none of ``busy``."""
        free = np.array([at for at in range(self.standing.essays) if at not in busy], dtype=np.int64)
        groups = groups_of(self.standing.essays, self.ties)
        merit, wave = self.matching(free, groups, balance=not self.design.both_orders)
        if merit is None:
            return []
        if groups.max() > 0:
            wave = tie_together(self.standing.essays, self.ties, wave, merit)
        return self._by_need(self._balanced(wave, groups), groups, merit)

    def partners_after(self, wave: Sequence[Pair]) -> dict[int, int]:
        """Return who would meet whom in the wave after ``wave``, as far as that can be told now."""
        if self.standing.essays > COMPLETE:
            return {}
        history = History.of(self.standing.essays, [*self.standing.asked, *wave])
        after = replace(self, history=history, ties=[*self.ties, *wave])
        groups = groups_of(self.standing.essays, after.ties)
        _, pairs = after.matching(np.arange(self.standing.essays), groups, balance=False)
        return dict(pairs) | {high: low for low, high in pairs}

    def matching(self, free: IndexArray, groups: IndexArray, *, balance: bool) -> tuple[Merits | None, list[Pair]]:
        """Return the heaviest matching of the free essays and the merits it was chosen by, None for no pair."""
        pool = Pool.of(self.history, self.standing.available, repeats=self.design.early_repeats)
        for players in (self._without_one(free), free):
            low, high = pool.candidates(players, self._orderings(players))
            if low.size:
                worths = self.worth(low, high)
                scale = (float(worths.min()), float(worths.max()))
                merit = Merits(pool, groups, self.worth, self.lot, scale, balance)
                return merit, heaviest_matching(low, high, merit)
        return None, []

    def _without_one(self, free: IndexArray) -> IndexArray:
        """Return the players; of an odd number the one who was compared most often stays out (ties by lot)."""
        if free.size % 2 == 0:
            return free
        place = np.argsort(self.order)
        most = np.lexsort((place[free], -self.history.counts[free]))[0]
        return np.delete(free, most)

    def _orderings(self, players: IndexArray) -> list[IndexArray]:
        """Return the players by lot, and by score (ties by lot) where the policy looks at scores."""
        plays = np.isin(self.order, players)
        by_lot = self.order[plays]
        fit = self.standing.fit
        if fit is None or self.design.policy is Policy.RANDOM_BALANCED:
            return [by_lot]
        return [by_lot[np.argsort(fit.theta[by_lot], kind="stable")], by_lot]

    def _balanced(self, wave: list[Pair], groups: IndexArray) -> list[Pair]:
        """Leave out pairs that would unbalance positions, if others remain; they come in a later wave."""
        if self.design.both_orders or not wave:
            return wave
        ends = np.array(wave, dtype=np.int64)
        low, high = ends[:, 0], ends[:, 1]
        fine = (skew_cost(self.history, low, high) <= 0) | (groups[low] != groups[high])
        return [pair for pair, kept in zip(wave, fine.tolist(), strict=True) if kept] or wave

    def _by_need(self, wave: Sequence[Pair], groups: IndexArray, merit: Merit) -> list[Pair]:
        """Sort: pairs that tie groups together, then essays compared least, then merit."""
        if not wave:
            return []
        ends = np.array(wave, dtype=np.int64)
        low, high = ends[:, 0], ends[:, 1]
        counts = self.history.counts[low] + self.history.counts[high]
        order = np.lexsort((high, low, -merit(low, high), counts, groups[low] == groups[high]))
        return [wave[at] for at in order.tolist()]
