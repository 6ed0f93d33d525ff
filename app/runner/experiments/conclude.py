"""What the numbers of an experiment say, put together from its cells as they stand.

Fed by the cells; feeds the API and the tables.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from app.runner.experiments import results
from app.runner.experiments.cells import CellRow
from app.runner.experiments.matrix import Setting
from app.runner.experiments.measures import Criterion
from app.runner.experiments.records import Marks
from app.runner.experiments.results import Best, Effect, Outcome, Summary


@dataclass(frozen=True)
class Conclusion:
    """Settings with their spread, the best by ``criterion``, the frontier of cost and accuracy, effects."""

    criterion: Criterion
    summaries: Sequence[Summary]
    best: Best | None
    frontier: Sequence[int]
    effects: Sequence[Effect]

    @property
    def marks(self) -> Marks:
        """The settings that tables mark."""
        best = self.best
        return Marks(
            None if best is None else best.setting, None if best is None else best.recommended, self.frontier
        )

    @property
    def advice(self) -> str:
        """Which setting to take, and how sure that is, in a sentence or two."""
        return results.advice(self.best, self.summaries, self.criterion)

    def shown(self) -> dict[str, object]:
        """Return all but the summaries as JSON has it."""
        best = self.best
        return {
            "criterion": self.criterion,
            "advice": self.advice,
            "best": None
            if best is None
            else {
                "setting": best.setting,
                "recommended": best.recommended,
                "not_told_apart": list(best.not_told_apart),
                "against": [asdict(item) for item in best.against],
            },
            "frontier": list(self.frontier),
            "effects": [asdict(item) for item in self.effects],
        }


def concluded(settings: Sequence[Setting], every: Sequence[CellRow], criterion: Criterion) -> Conclusion:
    """Return what the completed ones of the cells say."""
    outcomes = [
        Outcome(cell.setting, settings[cell.setting - 1].levels, cell.seed, cell.measured)
        for cell in every
        if cell.measured is not None
    ]
    found = results.summaries(outcomes)
    return Conclusion(
        criterion,
        found,
        results.best_of(found, criterion),
        results.frontier(found, criterion),
        results.effects(outcomes, criterion),
    )
