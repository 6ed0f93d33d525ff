"""A batch played without a service: any policy against any judge, wave by wave. PURE.

Fed by a design and a function that answers pairs; feeds ``replay``, planning, tests and benchmarks.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.cj.design import Design, Oriented, Pair, Standing
from app.cj.pairing.wave import next_wave
from app.scoring.bradley_terry import Fit, fit_penalised
from app.scoring.data import Judgements

Judge = Callable[[Sequence[Oriented]], Sequence[float | None]]
"""Answers comparisons as shown: 1 for the first, 0 for the second, 0.5 for a tie, None for no verdict."""


@dataclass
class Play:
    """A batch in play: ``available`` says which pairs may be asked, None for all."""

    essays: int
    design: Design
    judge: Judge
    seed: int
    anchors: frozenset[int] = frozenset()
    available: Callable[[], frozenset[Pair]] | None = None
    asked: list[Oriented] = field(default_factory=list)
    answers: list[float | None] = field(default_factory=list)
    waves: int = 0

    def until(self, budgets: Sequence[int]) -> Iterator[tuple[Judgements, Fit]]:
        """Play on to each of the rising budgets and yield verdicts and fit there; end early with no pairs left.

        The last yield is then the standing at the end.
        """
        judgements, fit = self._fitted(None)
        for budget in budgets:
            before = len(self.asked)
            while (room := budget - len(self.asked)) > 0:
                wave = next_wave(self._standing(judgements, fit), self.design, room=room, rng=self._rng())
                if not wave:
                    break
                self.asked += wave
                self.answers += self.judge(wave)
                self.waves += 1
                judgements, fit = self._fitted(fit)
            if len(self.asked) > before:
                yield judgements, fit
            if len(self.asked) < budget:
                return

    def _rng(self) -> np.random.Generator:
        return np.random.default_rng([self.seed, self.waves + 1])

    def _standing(self, judgements: Judgements, fit: Fit) -> Standing:
        available = None if self.available is None else self.available()
        known = judgements.count > 0
        return Standing(
            self.essays,
            self.anchors,
            self.asked,
            judgements if known else None,
            fit if known else None,
            available,
        )

    def _fitted(self, before: Fit | None) -> tuple[Judgements, Fit]:
        rows = [
            (first, second, answer)
            for (first, second), answer in zip(self.asked, self.answers, strict=True)
            if answer is not None
        ]
        names = [str(position) for position in range(self.essays)]
        first, second, outcome = ([row[at] for row in rows] for at in range(3))
        judgements = Judgements.from_arrays(names, first, second, outcome)
        return judgements, fit_penalised(judgements, start=None if before is None else before.scores())


def simulated_judge(
    theta: Sequence[float], rng: np.random.Generator, *, noise: float = 1.0, order_effect: float = 0.0
) -> Judge:
    """Return a judge with P(first wins) = logistic((theta_first - theta_second + order_effect) / noise)."""
    scores = np.asarray(theta, dtype=np.float64)

    def answer(wave: Sequence[Oriented]) -> list[float | None]:
        shown = np.array(wave, dtype=np.int64).reshape(-1, 2)
        ahead = scores[shown[:, 0]] - scores[shown[:, 1]] + order_effect
        with np.errstate(over="ignore"):
            chance = 1.0 / (1.0 + np.exp(-ahead / noise))
        return [float(won) for won in rng.random(len(wave)) < chance]

    return answer
